/// <reference lib="esnext.disposable" preserve="true" />
// Browsers, bundlers and anything else: the module travels inside the script,
// so that there is no second file to serve, to lose or to wait for.

import { decode } from '../../base64.js';
import base64 from '../../management-base64.js';
import { initSync } from '../../management.js';

initSync({ module: decode(base64) });

export * from '../../management/engine.js';
