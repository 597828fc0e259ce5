/**
 * `PriceBook.quote` prices most usages from counts that JavaScript takes out of them. Whatever the usage, it must answer what
 * the row's text is answered with: the same total and lines, or the same error.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { PriceBook, TollgateError } from 'tollgate/prices';

/** @typedef {import('tollgate/prices').UsageRow} UsageRow */
/** @typedef {Record<string, unknown>} Fields */

const HERE = import.meta.dirname;
const book = PriceBook.load(await readFile(join(HERE, '../node_modules/tollgate/books/providers.json'), 'utf8'));

const FILES = ['priced-usage', 'priced-usage-dated', 'priced-usage-disputed'];
const rows = (await Promise.all(FILES.map((file) => readFile(join(HERE, `../prices/${file}.jsonl`), 'utf8'))))
  .flatMap((text) => text.trimEnd().split('\n'))
  .map((line) => /** @type {UsageRow & { usage: Fields }} */ (JSON.parse(line)));

/** What stands in place of a count, a name, an object or a list. */
const STRANGE = [undefined, null, -1, 0.5, NaN, 1e12, 1e12 + 1, '7', true, {}, [], [1], 'standard', 'priority', 'nobody', [{ modality: 'TEXT', tokenCount: 5 }, { modality: 'TEXT', tokenCount: 6 }], [{ modality: 'SMELL', tokenCount: 5 }]];

/** @param {UsageRow} row */
function quoted(row) {
  try {
    const { usd, lines } = book.quote(row);
    return { usd, lines };
  } catch (error) {
    assert.ok(error instanceof TollgateError, String(error));
    return { error: { code: error.code, message: error.message, path: error.path } };
  }
}

/** @param {UsageRow} row */
function same(row) {
  const text = JSON.stringify(row);
  assert.deepEqual(quoted(row), JSON.parse(book.quoteText(text)), text);
}

/**
 * The usage with something strange in one place, for each of its places.
 *
 * @param {Fields} usage
 * @param {unknown} strange
 * @returns {Fields[]}
 */
function damaged(usage, strange) {
  return Object.entries(usage).flatMap(([name, value]) => {
    const outer = { ...usage, [name]: strange };
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [outer];
    return [outer, ...damaged(/** @type {Fields} */ (value), strange).map((inner) => ({ ...usage, [name]: inner }))];
  });
}

test('every usage costs what its text costs, line by line', () => {
  assert.ok(rows.length > 250);
  for (const row of rows) same(row);
});

test('a usage with anything anywhere is answered as its text is', () => {
  const shapes = new Map(rows.map((row) => [`${row.api} ${JSON.stringify(row.usage).replace(/\d+/g, '0')}`, row]));
  let asked = 0;
  for (const row of shapes.values()) {
    for (const strange of STRANGE) {
      for (const usage of damaged(row.usage, strange)) {
        same({ ...row, usage });
        asked += 1;
      }
    }
  }
  assert.ok(asked > 2_500, `${asked} damaged usages`);
});

test('amounts and rates of every size are spelt out to the last digit', () => {
  /** @type {[string, number][]} */
  const cases = [
    ['0.000001', 1],
    ['0.000001', 1_000_000_000_000],
    ['0.1', 3],
    ['3', 333_333],
    ['9007.199254740991', 1_234_567],
    ['9007.199254740992', 1_234_567],
    ['123456.789012', 987_654_321],
    ['1000000', 1_000_000_000_000],
    ['0', 5],
  ];
  for (const [rate, count] of cases) {
    const versions = [{ rates_per_mtok: { input: rate, output: rate }, rates_per_unit: { web_search: '0.010203' } }];
    const form = { schema_version: 1, name: 'b', provider: 'anthropic', cards: [{ model: 'm', versions }] };
    const own = PriceBook.load(/** @type {import('tollgate').BookForm} */ (form));
    for (const usage of [{ input_tokens: count, output_tokens: 0 }, { input_tokens: count, output_tokens: count, server_tool_use: { web_search_requests: count } }]) {
      const row = { model: 'm', usage, at: '2026-11-24T00:00:00Z', provider: 'anthropic' };
      const { usd, lines } = own.quote(row);
      assert.deepEqual({ usd, lines }, JSON.parse(own.quoteText(JSON.stringify(row))), `${rate} ${count}`);
    }
    own.free();
  }
});
