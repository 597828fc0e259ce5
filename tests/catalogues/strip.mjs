// Strips the two public catalogues of prices of everything but facts: ids, rules of names, prices, dates, lengths.
//
// Descriptions, comments, links and capabilities stay out: they are text of others, and no importer reads them.
// Numbers keep their digits: what JavaScript prints of a double is what the catalogues' own programs print.
//
//     node tests/catalogues/strip.mjs <genai-prices.json> <litellm-prices.json>

import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const [genai, litellm] = process.argv.slice(2);
if (genai === undefined || litellm === undefined) {
  console.error('usage: node tests/catalogues/strip.mjs <genai-prices.json> <litellm-prices.json>');
  process.exit(2);
}

/** An object with some of another's fields, in their order there. */
function pick(object, keep) {
  return Object.fromEntries(Object.entries(object).filter(([name]) => keep(name)));
}

const among = (...names) => (name) => names.includes(name);
const lines = (items) => items.map((item) => JSON.stringify(item)).join(',\n');

const { providers } = JSON.parse(readFileSync(genai, 'utf8'));
const sellers = providers.map((provider) => {
  const head = JSON.stringify(pick(provider, among('id', 'fallback_model_providers'))).slice(0, -1);
  const facts = among('id', 'match', 'context_window', 'prices', 'price_variants');
  return `${head},"models":[\n${lines(provider.models.map((model) => pick(model, facts)))}\n]}`;
});
writeFileSync(join(here, 'genai-prices.json'), `{"providers":[\n${sellers.join(',\n')}\n]}\n`);

const price = /cost|pricing|uplift|free_requests/;
const fact = among('litellm_provider', 'mode', 'max_input_tokens', 'max_output_tokens', 'provider_specific_entry');
const entries = Object.entries(JSON.parse(readFileSync(litellm, 'utf8'))).map(([key, entry]) => {
  const isModel = key !== 'sample_spec' && typeof entry.litellm_provider === 'string';
  const facts = isModel ? pick(entry, (name) => fact(name) || price.test(name)) : {};
  return `${JSON.stringify(key)}:${JSON.stringify(facts)}`;
});
writeFileSync(join(here, 'litellm.json'), `{\n${entries.join(',\n')}\n}\n`);
