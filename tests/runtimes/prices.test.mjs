/** Prices of usages by the npm package: what a row costs, from its numbers and from its text. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PriceBook } from 'tollgate/prices';

const AT = '2026-11-23T12:00:00Z';
const USAGES = /** @type {const} */ ([
  ['anthropic', { input_tokens: 1000, output_tokens: 100 }],
  ['chat', { prompt_tokens: 1000, completion_tokens: 100 }],
  ['responses', { input_tokens: 1000, output_tokens: 100 }],
  ['gemini', { promptTokenCount: 1000, candidatesTokenCount: 100 }],
]);

/** @param {string | null} fee */
function bookWith(fee) {
  const version = { rates_per_mtok: { input: '1', output: '2' }, rates_per_unit: fee === null ? {} : { request: fee } };
  return PriceBook.load(JSON.stringify({ schema_version: 1, name: 'b', cards: [{ model: 'm', versions: [version] }] }));
}

for (const [fee, usd, classes] of /** @type {const} */ ([
  [null, '0.0012', ['input', 'output']],
  ['0.005', '0.0062', ['input', 'output', 'request']],
])) {
  test(`a call costs its counts and ${fee ?? 'no'} fee, with every provider`, () => {
    const book = bookWith(fee);
    for (const [api, usage] of USAGES) {
      const price = book.quote({ model: 'm', api, usage, at: AT });
      assert.equal(price.usd, usd, api);
      assert.deepEqual(price.lines.map((line) => line.class), classes, api);
      const spelt = JSON.parse(book.quoteText(JSON.stringify({ model: 'm', api, usage, at: AT })));
      assert.deepEqual({ usd: price.usd, lines: price.lines.map((line) => ({ ...line })) }, spelt, api);
    }
    book.free();
  });
}

test('each iteration is a call', () => {
  const iteration = { input_tokens: 1000, output_tokens: 100 };
  const usage = { input_tokens: 2000, output_tokens: 200, iterations: [iteration, iteration] };
  const book = bookWith('0.005');
  assert.equal(book.quote({ model: 'm', api: 'anthropic', usage, at: AT }).usd, '0.0124');
  book.free();
});
