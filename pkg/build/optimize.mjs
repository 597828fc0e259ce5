// Makes a WebAssembly module as small as wasm-opt can.

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { nameByOrder } from './order.mjs';

// What Rust's WebAssembly target emits, and every runtime we serve has.
const FEATURES = [
  'bulk-memory',
  'bulk-memory-opt',
  'call-indirect-overlong',
  'multivalue',
  'mutable-globals',
  'nontrapping-float-to-int',
  'reference-types',
  'sign-ext',
];

// What is sent is compressed, and functions that stay alike compress better than what inlining and shared
// subexpressions make of them: without these two the module is 3 % bigger, and 7 % smaller when sent. So it is with
// `-Os`: 1 % bigger than with `-Oz`, and a quarter of a percent smaller when sent.
const ALIKE = ['--one-caller-inline-max-function-size=10', '--skip-pass=local-cse'];
// Rust puts the stack first, so that no address below 1,024 is ever read.
const SMALL = ['-Os', '--low-memory-unused', ...ALIKE];

/** Writes `input`, made small, to `output`. */
export function optimize(input, output) {
  wasmOpt(input, output, SMALL);
  writeFileSync(output, nameByOrder(readFileSync(output)));
  wasmOpt(output, output, ['--reorder-functions-by-name', '--strip-debug']);
}

/** Writes `input`, made small, to `output`; its functions keep their names. */
export function optimizeNamed(input, output) {
  wasmOpt(input, output, ['-g', ...SMALL]);
}

function wasmOpt(input, output, passes) {
  const binaryen = dirname(createRequire(import.meta.url).resolve('binaryen/package.json'));
  const program = join(binaryen, 'bin', 'wasm-opt');
  const features = FEATURES.map((feature) => `--enable-${feature}`);
  const strip = ['--strip-producers', '--strip-target-features'];
  execFileSync(process.execPath, [program, input, '-o', output, ...features, ...passes, ...strip], { stdio: 'inherit' });
}
