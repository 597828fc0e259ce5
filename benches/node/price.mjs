/** `PriceBook.quote` of a provider's usage object beside `calcPrice` of genai-prices, without and with its extraction. */
import { readFileSync } from 'node:fs';

import { calcPrice, extractUsage, findProvider } from '@pydantic/genai-prices';

import { PriceBook } from '../../pkg/dist/entry/prices/node.js';
import { compare } from './clock.mjs';

/** @typedef {{ provider: string, model: string, api: string, usage: Record<string, unknown>, context: object, at: string }} Row */

const ROOT = new URL('../../', import.meta.url);
const OPERATIONS = 2_000;

/** @type {[string, string, string][]} what it is called, the provider, its API */
const APIS = [
  ['Anthropic', 'anthropic', 'default'],
  ['OpenAI chat', 'openai', 'chat'],
  ['OpenAI responses', 'openai', 'responses'],
  ['Gemini', 'google', 'default'],
];

/** @returns {import('./main.mjs').Row[]} */
export function rows() {
  const book = PriceBook.load(readFileSync(new URL('pkg/books/providers.json', ROOT), 'utf8'));
  const text = readFileSync(new URL('tests/prices/priced-usage.jsonl', ROOT), 'utf8');
  /** @type {Row[]} */
  const all = text.trimEnd().split('\n').map((line) => JSON.parse(line));
  return APIS.flatMap(([name, provider, api]) => {
    const own = all.filter((row) => row.provider === provider && row.api === api);
    const calls = own.flatMap((row) => call(book, row));
    if (calls.length < 5) throw new Error(`${name}: only ${calls.length} usages have a price on both sides`);
    const at = (/** @type {number} */ index) => /** @type {Call} */ (calls[index % calls.length]);
    const ours = (/** @type {number} */ index) => book.quote(at(index).row).usd;
    const calculated = compare(OPERATIONS, ours, (index) => {
      const { usage, model, options } = at(index);
      return calcPrice(usage, model, options)?.total_price;
    });
    const extracted = compare(OPERATIONS, ours, (index) => {
      const { response, row, flavor, model, options } = at(index);
      return calcPrice(extractUsage(options.provider, response, flavor).usage, model, options)?.total_price;
    });
    const listed = compare(OPERATIONS, (index) => book.quote(at(index).row).lines.length, (index) => {
      const { usage, model, options } = at(index);
      return calcPrice(usage, model, options)?.input_price;
    });
    return [
      { what: `PriceBook.quote of a usage object, ${name}`, peer: 'genai-prices calcPrice, usage extracted before', ...calculated },
      { what: 'the same', peer: 'genai-prices extractUsage and calcPrice', ...extracted },
      { what: 'the same, every line spelt out', peer: 'genai-prices calcPrice, usage extracted before', ...listed },
    ];
  });
}

/** @typedef {NonNullable<ReturnType<typeof call>[0]>} Call */

/**
 * What each side needs for a usage, where both give the same price.
 *
 * @param {PriceBook} book
 * @param {Row} given
 */
function call(book, given) {
  const { provider: providerId, model, api, usage, at } = given;
  const provider = findProvider({ providerId });
  // Contexts other than the standard one are not known to the peer.
  if (provider === undefined || Object.keys(given.context).length > 0) return [];
  const row = { provider: providerId, model, api, usage, at: Date.parse(at) };
  const response = providerId === 'google' ? { modelVersion: model, usageMetadata: usage } : { model, usage };
  const options = { provider, timestamp: new Date(at) };
  try {
    const extracted = extractUsage(provider, response, api).usage;
    const theirs = calcPrice(extracted, model, options)?.total_price ?? NaN;
    const agree = Math.abs(Number(book.quote(row).usd) - theirs) <= theirs * 1e-9;
    return agree ? [{ row, response, flavor: api, usage: extracted, model, options }] : [];
  } catch {
    return [];
  }
}
