/// <reference lib="esnext.disposable" preserve="true" />
// Node, Deno and Bun: the module is read from the file beside the package.

import { readFileSync } from 'node:fs';
import { initSync } from '../core.js';

initSync({ module: readFileSync(new URL('../core.wasm', import.meta.url)) });

export * from '../engine.js';
