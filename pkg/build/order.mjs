// Puts the functions of a WebAssembly module in an order in which like stands beside like: gzip looks back 32 KB, and a
// list of bytes, a list of words and a list of pairs are grown by nearly the same code, wherever the linker put it.

import { readModule } from './read_module.mjs';

// How many bytes in a row are one feature of a function, and how far back gzip is counted on to remember.
const FEATURE = 6;
const MEMORY = 24_000;

/**
 * The module with a name for each function, which sort as the functions should stand.
 *
 * @param {Buffer} module
 * @returns {Buffer}
 */
export function nameByOrder(module) {
  const { imports, bodies } = readModule(module);
  const names = [];
  order(bodies).forEach((body, rank) => {
    names[body] = String(rank).padStart(6, '0');
  });
  const entries = names.map((name, body) =>
    Buffer.concat([number(imports + body), number(name.length), Buffer.from(name)]),
  );
  const map = Buffer.concat([number(entries.length), ...entries]);
  const section = Buffer.concat([number(4), Buffer.from('name'), Buffer.from([1]), number(map.length), map]);
  return Buffer.concat([module, Buffer.from([0]), number(section.length), section]);
}

function number(value) {
  const bytes = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) {
      bytes.push(rest);
      return Buffer.from(bytes);
    }
    bytes.push((rest % 128) + 128);
  }
}

/** The positions of the bodies: after each the one that has most of its features in what stands just before. */
function order(bodies) {
  const features = bodies.map((body) => {
    const found = new Set();
    for (let at = 0; at + FEATURE <= body.length; at++) {
      found.add(body.toString('latin1', at, at + FEATURE));
    }
    return found;
  });
  const owners = new Map();
  features.forEach((found, body) => {
    for (const feature of found) {
      const known = owners.get(feature);
      known === undefined ? owners.set(feature, [body]) : known.push(body);
    }
  });
  const shared = new Int32Array(bodies.length);
  const remembered = new Map();
  const note = (body, change) => {
    for (const feature of features[body]) {
      const before = remembered.get(feature) ?? 0;
      remembered.set(feature, before + change);
      if (before + change === (change > 0 ? 1 : 0)) {
        for (const owner of owners.get(feature)) {
          shared[owner] += change;
        }
      }
    }
  }
  const left = new Set(bodies.keys());
  const ordered = [];
  let first = 0;
  let size = 0;
  while (left.size > 0) {
    let best = -1;
    let most = -1;
    for (const body of left) {
      const part = shared[body] / (features[body].size + 20);
      if (part > most || (part === most && bodies[body].length > bodies[best].length)) {
        best = body;
        most = part;
      }
    }
    left.delete(best);
    ordered.push(best);
    note(best, 1);
    size += bodies[best].length;
    while (size > MEMORY && first < ordered.length - 1) {
      size -= bodies[ordered[first]].length;
      note(ordered[first], -1);
      first++;
    }
  }
  return ordered;
}
