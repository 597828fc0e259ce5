/// <reference lib="esnext.disposable" preserve="true" />
// Workers: these compile no bytes at run time, the bundler hands them a compiled module.

import { initSync } from '../../books.js';
import module from '../../books.wasm';

initSync({ module });

export * from '../../prices.js';
