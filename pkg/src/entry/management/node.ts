/// <reference lib="esnext.disposable" preserve="true" />
// Node, Deno and Bun: the module is read from the file beside the package.

import { readFileSync } from 'node:fs';
import { initSync } from '../../management.js';

initSync({ module: readFileSync(new URL('../../management.wasm', import.meta.url)) });

export * from '../../management/engine.js';
