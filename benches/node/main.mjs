/**
 * The package's speed in Node beside its peer's, measured in one run: `cargo xtask bench`.
 *
 *   node benches/node/main.mjs [price] [catalogue] [management]   only these tables, of the package as it is built
 */
import * as catalogue from './catalogue.mjs';
import * as management from './management.mjs';
import * as price from './price.mjs';

/** @typedef {{ what: string, ours: number, peer: string, theirs: number }} Row a row of the table; times in nanoseconds */

/**
 * @param {string} unit
 * @param {number} nanoseconds of one unit
 * @param {Row[]} rows
 */
function print(unit, nanoseconds, rows) {
  const line = (/** @type {string[]} */ [what = '', ours = '', peer = '', theirs = '', ratio = '']) =>
    console.log(`${what.padEnd(58)} ${ours.padStart(10)}   ${peer.padEnd(52)} ${theirs.padStart(10)} ${ratio.padStart(9)}`);
  const time = (/** @type {number} */ value) => (value / nanoseconds).toFixed(1);
  line([`tollgate in Node ${process.versions.node}`, unit, 'peer, same run', unit, 'ratio']);
  for (const row of rows) {
    line([row.what, time(row.ours), row.peer, time(row.theirs), `${(row.theirs / row.ours).toFixed(2)}x`]);
  }
}

/** @type {Record<string, () => void | Promise<void>>} */
const TABLES = {
  price: () => print('ns', 1, price.rows()),
  catalogue: () => print('ms', 1_000_000, catalogue.rows()),
  management: () => management.print(),
};

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !(name in TABLES));
if (unknown !== undefined) throw new Error(`no table is called \`${unknown}\`: there are ${Object.keys(TABLES).join(', ')}`);
for (const [name, table] of Object.entries(TABLES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log();
  await table();
}
