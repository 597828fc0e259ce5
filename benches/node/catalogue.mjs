/** The import of a whole catalogue beside `JSON.parse` of the same text. */
import { readFileSync } from 'node:fs';

import { PriceBookImport } from '../../pkg/dist/entry/import/node.js';
import { compare } from './clock.mjs';

/** @type {[import('../../pkg/dist/entry/import/node.js').Catalogue, string][]} */
const CATALOGUES = [
  ['genai-prices', 'genai-prices.json'],
  ['litellm', 'litellm.json'],
];

/** @returns {import('./main.mjs').Row[]} */
export function rows() {
  return CATALOGUES.map(([catalogue, file]) => {
    // Another folder with files of these names may be given, to measure catalogues as they are published.
    const folder = process.env['TOLLGATE_CATALOGUES'] ?? new URL('../../tests/catalogues', import.meta.url).pathname;
    const text = readFileSync(`${folder}/${file}`, 'utf8');
    const size = `${(text.length / 1_000).toFixed(0)} KB`;
    const times = compare(1, () => PriceBookImport.of(catalogue, text), () => JSON.parse(text));
    return { what: `PriceBookImport.of ${file} (${size}), text to text`, peer: 'JSON.parse of the same text', ...times };
  });
}
