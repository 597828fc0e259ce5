/// <reference lib="esnext.disposable" preserve="true" />
// Browsers, bundlers and anything else: the module travels inside the script,
// so that there is no second file to serve, to lose or to wait for.

import base64 from '../core-base64.js';
import { initSync } from '../core.js';

initSync({ module: decode(base64) });

export * from '../engine.js';
export * from '../prices.js';

// A plain loop: `Uint8Array.from(text, f)` takes twenty times as long.
function decode(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i += 1) {
    bytes[i] = binary.charCodeAt(i);
  }
  return bytes;
}
