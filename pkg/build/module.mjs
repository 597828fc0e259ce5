// Turns the glue and module that wasm-bindgen made into the files of the
// package: `node module.mjs <made by wasm-bindgen> <out> <name>`.
//
//   name.js, name.d.ts            the glue, as it came
//   name.wasm                     the module, made small by wasm-opt
//   name-base64.js                the same module as text, for runtimes that can load nothing but scripts
//   *.d.wasm.ts, *.d.ts           what these export
//
// Prints the module's sizes as one JSON object.

import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

import { optimize } from './optimize.mjs';

const [made, out, name] = process.argv.slice(2);
if (made === undefined || out === undefined || name === undefined) {
  throw new Error('expected three arguments: the directory to read, the directory to write, and the name of the module');
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const wasm = join(out, `${name}.wasm`);
optimize(join(made, `${name}_bg.wasm`), wasm);
copyFileSync(join(made, `${name}.js`), join(out, `${name}.js`));
copyFileSync(join(made, `${name}.d.ts`), join(out, `${name}.d.ts`));
writeFileSync(join(out, `${name}.d.wasm.ts`), 'declare const module: WebAssembly.Module;\nexport default module;\n');

const bytes = readFileSync(wasm);
writeFileSync(join(out, `${name}-base64.js`), `export default '${bytes.toString('base64')}';\n`);
writeFileSync(join(out, `${name}-base64.d.ts`), 'declare const base64: string;\nexport default base64;\n');

const brotli = brotliCompressSync(bytes, {
  params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
});
console.log(
  JSON.stringify({
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotli.length,
  }),
);
