/// <reference lib="esnext.disposable" preserve="true" />
// Workers: these compile no bytes at run time, the bundler hands them a compiled module.

import { initSync } from '../../management.js';
import module from '../../management.wasm';

initSync({ module });

export * from '../../management/engine.js';
