/** What there is to answer, and what the native crate answered. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
const TARGET = resolve(ROOT, process.env['CARGO_TARGET_DIR'] ?? 'target');

/**
 * @typedef {object} Recording
 * @property {string} name
 * @property {string} asked
 * @property {string} native
 */

/** @returns {(() => Promise<Recording>)[]} each is read when its turn comes, since one is large */
export function recordings() {
  return [
    () => read('the scenarios', 'corpus.jsonl', 'native.jsonl'),
    () => read('100,000 random lines', 'random.jsonl', 'random.native.jsonl'),
    () => read('both public catalogues', 'catalogues.jsonl', 'catalogues.native.jsonl'),
  ];
}

/**
 * @param {string} name
 * @param {string} asked
 * @param {string} native
 * @returns {Promise<Recording>}
 */
async function read(name, asked, native) {
  const text = (/** @type {string} */ file) => readFile(join(TARGET, 'scenarios', file), 'utf8');
  try {
    return { name, asked: await text(asked), native: await text(native) };
  } catch (cause) {
    throw new Error('the native answers are missing: run `cargo test --test scenarios` first', { cause });
  }
}
