/** The package's speed in Node beside its peer's, measured in one run: `cargo xtask bench`. */
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

console.log();
print('ns', 1, price.rows());
console.log();
print('ms', 1_000_000, catalogue.rows());
console.log();
await management.print();
