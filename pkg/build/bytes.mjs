// Tells whose a module's bytes are: `node bytes.mjs <module with names> <scratch>`.
//
// A function that is made for a type of ours is ours, whoever wrote it. Each line's bytes are also compressed by themselves:
// these add up to somewhat more than the whole module compressed, in which one line's bytes help with the next.

import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { optimizeNamed } from './optimize.mjs';
import { readModule } from './read_module.mjs';

const OURS = 'tollgate';
const [input, scratch] = process.argv.slice(2);
if (input === undefined || scratch === undefined) {
  throw new Error('expected two arguments: the module to read, and a directory for what is made on the way');
}
mkdirSync(scratch, { recursive: true });
const output = join(scratch, 'named.wasm');
optimizeNamed(input, output);

const module = readFileSync(output);
const { imports, bodies, data, names } = readModule(module);
const owned = new Map();
bodies.forEach((body, index) => {
  const owner = ownerOf(names.get(imports + index) ?? '');
  owned.set(owner, [...(owned.get(owner) ?? []), body]);
});
owned.set('data: messages, names, a book, tables', [data]);

const size = (parts) => parts.reduce((sum, part) => sum + part.length, 0);
const sent = (parts) => gzipSync(Buffer.concat(parts), { level: 9 }).length;
const rows = [...owned].map(([owner, parts]) => ({ owner, parts: parts.length, raw: size(parts), sent: sent(parts) }));
rows.sort((left, right) => right.sent - left.sent || left.owner.localeCompare(right.owner));
console.log('| whose | functions | bytes | by itself, gzip |\n|---|---|---|---|');
for (const row of rows) {
  const functions = row.owner.startsWith('data') ? '' : row.parts;
  console.log(`| ${row.owner} | ${functions} | ${row.raw} | ${row.sent} |`);
}

/** The crate, or the module of ours, that a mangled name leads to. */
function ownerOf(name) {
  const crates = [...name.matchAll(/Cs[0-9A-Za-z]*_(?=\d)/g)].map(({ index, 0: root }) => path(name, index + root.length));
  const ours = crates.find(([crate]) => crate === OURS);
  if (ours !== undefined) {
    return `${OURS}: ${ours[1] ?? 'its root'}`;
  }
  return crates[0]?.[0] ?? 'glue, and what the linker adds';
}

/** The identifiers that stand at a place of a mangled name, such as those of `8tollgate4wire`. */
function path(name, start) {
  const found = [];
  let at = start;
  for (let digits = number(name, at); digits !== undefined; digits = number(name, at)) {
    const begin = at + digits.length + (name[at + digits.length] === '_' ? 1 : 0);
    at = begin + Number(digits);
    found.push(name.slice(begin, at));
  }
  return found;
}

function number(name, at) {
  return /^\d+/.exec(name.slice(at, at + 4))?.[0];
}
