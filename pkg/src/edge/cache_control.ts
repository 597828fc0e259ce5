/** A mark that the prompt up to here is written to the cache, at the price of its time to live. */
import { ApiError } from './api_error.js';
import { object, plain, type Field } from './fields.js';
import { isObject } from './strict_json.js';

const mark = object({ type: plain, ttl: plain });

export const cacheControl: Field = (bound, value, path) => {
  mark(bound, value, path);
  if (!isObject(value)) return;
  if (value['type'] !== 'ephemeral') throw ApiError.invalidRequest(`${path}.type: expected \`ephemeral\``);
  const ttl = value['ttl'] ?? '5m';
  if (ttl !== '5m' && ttl !== '1h') throw ApiError.invalidRequest(`${path}.ttl: expected \`5m\` or \`1h\``);
  bound.cacheWrite(ttl);
};
