// Workers: these compile no bytes at run time, the bundler hands them a compiled module.

import { initSync } from '../../import.js';
import module from '../../import.wasm';

initSync({ module });

export * from '../../price_book_import.js';
