// Node, Deno and Bun: the module is read from the file beside the package.

import { readFileSync } from 'node:fs';
import { initSync } from '../../import.js';

initSync({ module: readFileSync(new URL('../../import.wasm', import.meta.url)) });

export * from '../../price_book_import.js';
