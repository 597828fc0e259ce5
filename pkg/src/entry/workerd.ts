/// <reference lib="esnext.disposable" preserve="true" />
// Workers: these compile no bytes at run time, the bundler hands them a compiled module.

import { initSync } from '../core.js';
import module from '../core.wasm';

initSync({ module });

export * from '../engine.js';
