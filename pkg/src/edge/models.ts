/** `GET /v1/models`: the models that the caller may use, in the provider's list shape. */
import { ApiError } from './api_error.js';
import type { ModelResult } from './wire.js';

const MAX_LIMIT = 1_000;
const DEFAULT_LIMIT = 20;

export interface ModelInfo {
  type: 'model';
  id: string;
  display_name: string;
  created_at: string;
  capabilities: null;
  deprecated_at: null;
  lifecycle: 'active';
  line: null;
  max_input_tokens: number | null;
  max_tokens: number | null;
  retires_at: null;
}

export interface ModelList {
  data: ModelInfo[];
  has_more: boolean;
  first_id: string | null;
  last_id: string | null;
}

export function modelInfo(entry: ModelResult): ModelInfo {
  return {
    type: 'model',
    id: entry.model,
    display_name: entry.model,
    // The price book knows prices, not releases; the epoch is the provider's own word for an unknown date.
    created_at: '1970-01-01T00:00:00Z',
    capabilities: null,
    deprecated_at: null,
    lifecycle: 'active',
    line: null,
    max_input_tokens: entry.context_window_tokens,
    max_tokens: entry.max_output_tokens,
    retires_at: null,
  };
}

/** One page: `limit`, and either `after_id` or `before_id`. */
export function modelList(entries: readonly ModelResult[], query: URLSearchParams): ModelList {
  const limit = readLimit(query.get('limit'));
  const after = query.get('after_id');
  const before = query.get('before_id');
  if (after !== null && before !== null) throw ApiError.invalidRequest('after_id: give it or `before_id`, not both');
  const start = after === null ? 0 : indexOf(entries, 'after_id', after) + 1;
  const end = before === null ? entries.length : indexOf(entries, 'before_id', before);
  const within = entries.slice(start, end);
  const page = before === null ? within.slice(0, limit) : within.slice(-limit);
  return {
    data: page.map(modelInfo),
    has_more: page.length < within.length,
    first_id: page[0]?.model ?? null,
    last_id: page.at(-1)?.model ?? null,
  };
}

function readLimit(text: string | null): number {
  if (text === null) return DEFAULT_LIMIT;
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > MAX_LIMIT)
    throw ApiError.invalidRequest(`limit: expected an integer from 1 to ${MAX_LIMIT}`);
  return limit;
}

function indexOf(entries: readonly ModelResult[], name: string, id: string): number {
  const index = entries.findIndex(({ model }) => model === id);
  if (index === -1) throw ApiError.invalidRequest(`${name}: \`${id.slice(0, 64)}\` is not a model of this list`);
  return index;
}
