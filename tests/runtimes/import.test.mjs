/** Catalogues in JavaScript, beside their bytes, which `answers.test.mjs` compares: parsed ones, refusals, and the book in use. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { PriceBook, TollgateError } from 'tollgate/prices';
import { PriceBookImport } from 'tollgate/import';

/** @typedef {import('tollgate/import').Catalogue} Catalogue */

/** @type {Catalogue[]} */
const CATALOGUES = ['genai-prices', 'litellm'];

/** @param {Catalogue} catalogue */
function text(catalogue) {
  return readFile(join(import.meta.dirname, `../catalogues/${catalogue}.json`), 'utf8');
}

/**
 * A note whose value, where it is a number, is told however it is written.
 *
 * @param {import('tollgate/import').ImportNote} note
 */
function evened({ value, ...note }) {
  const number = Number(value);
  return { ...note, value: Number.isNaN(number) ? value.replace(/\d+(\.\d+)?(e-?\d+)?/g, (digits) => String(Number(digits))) : number };
}

for (const catalogue of CATALOGUES) {
  test(`a parsed catalogue gives the book of its text (${catalogue})`, async () => {
    const written = PriceBookImport.of(catalogue, await text(catalogue));
    const parsed = PriceBookImport.of(catalogue, JSON.parse(await text(catalogue)));
    assert.ok(parsed.bookText === written.bookText, 'the books differ');
    assert.deepEqual(parsed.report.models, written.report.models);
    assert.deepEqual(parsed.report.reasons, written.report.reasons);
    assert.deepEqual(parsed.report.notes.map(evened), written.report.notes.map(evened));
  });
}

test('the report and the book are what their texts say', async () => {
  const imported = PriceBookImport.of('litellm', await text('litellm'));
  assert.deepEqual(imported.book, JSON.parse(imported.bookText));
  assert.deepEqual(imported.report, JSON.parse(imported.reportText));
  const { models, reasons, notes, rates } = imported.report;
  assert.ok(models.whole > 3_000 && models.partly > 1_000 && models.left_out > 100 && rates > 20_000);
  for (const [reason, count] of Object.entries(reasons)) {
    assert.equal(notes.filter((note) => note.reason === reason).length, count, reason);
  }
});

test('an imported book prices a usage', async () => {
  const { bookText, book } = PriceBookImport.of('genai-prices', await text('genai-prices'));
  const row = { provider: 'openai', model: 'gpt-4o', usage: { prompt_tokens: 1_000_000, completion_tokens: 0 }, at: '2026-11-01T00:00:00Z' };
  for (const given of [bookText, book]) assert.equal(PriceBook.load(given).quote(row).usd, '2.5');
});

/** @type {[string, () => unknown, string, string, RegExp][]} */
const REFUSED = [
  ['a catalogue that nobody knows', () => PriceBookImport.of(/** @type {Catalogue} */ ('openrouter'), '{}'), 'invalid_input', 'catalogue', /openrouter/],
  ['no JSON', () => PriceBookImport.of('litellm', '{"a":}'), 'invalid_input', '', /expected a value at line 1 column 6/],
  ['another document', () => PriceBookImport.of('litellm', []), 'invalid_input', '', /no price map of LiteLLM/],
  ['a document without providers', () => PriceBookImport.of('genai-prices', {}), 'invalid_input', 'providers', /no catalogue of genai-prices/],
  ['an object that is no JSON', () => PriceBookImport.of('litellm', { a: 1n }), 'invalid_input', 'source', /cannot be written as JSON/],
  ['nothing', () => PriceBookImport.of('litellm', /** @type {string} */ (/** @type {unknown} */ (undefined))), 'invalid_input', 'source', /cannot be written as JSON/],
];

for (const [what, call, code, path, message] of REFUSED) {
  test(`${what} is refused with code and path`, () => {
    assert.throws(call, (error) => {
      assert.ok(error instanceof TollgateError);
      assert.equal(error.code, code);
      assert.equal(error.path, path);
      assert.match(error.message, message);
      return true;
    });
    // A refusal leaves nothing behind.
    assert.equal(PriceBookImport.of('litellm', '{}').book.cards.length, 0);
  });
}
