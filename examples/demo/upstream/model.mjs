/** The models that the upstream serves, in the shape of the provider's list. */
import { Failure } from './failure.mjs';

/**
 * @typedef {import('@anthropic-ai/sdk/resources/models').ModelInfo} ModelInfo
 * @typedef {import('@anthropic-ai/sdk/resources/models').ModelCapabilities} ModelCapabilities
 * @typedef {import('@anthropic-ai/sdk/resources/models').ModelLine} ModelLine
 */

const yes = { supported: true };
const no = { supported: false };

/** @type {ModelCapabilities} */
const CAPABILITIES = {
  batch: yes,
  citations: yes,
  code_execution: yes,
  context_management: {
    clear_thinking_20251015: yes, clear_tool_uses_20250919: yes, compact_20260112: yes, supported: true,
  },
  effort: { high: yes, low: yes, max: no, medium: yes, supported: true, xhigh: no },
  image_input: yes,
  pdf_input: yes,
  server_tools: { code_execution: yes, supported: true, web_search: yes },
  structured_outputs: yes,
  thinking: { supported: true, types: { adaptive: yes, between_tools: yes, disabled: yes, enabled: yes } },
};

/** @type {[id: string, name: string, line: ModelLine, released: string, input: number, output: number][]} */
const ROWS = [
  ['claude-fable-5-2', 'Claude Fable 5.2', 'fable', '2026-09-15', 1_000_000, 128_000],
  ['claude-opus-5-5', 'Claude Opus 5.5', 'opus', '2026-08-20', 1_000_000, 128_000],
  ['claude-opus-5', 'Claude Opus 5', 'opus', '2026-05-12', 1_000_000, 128_000],
  ['claude-opus-4-8', 'Claude Opus 4.8', 'opus', '2026-03-24', 1_000_000, 128_000],
  ['claude-sonnet-5-5', 'Claude Sonnet 5.5', 'sonnet', '2026-08-20', 1_000_000, 128_000],
  ['claude-sonnet-5', 'Claude Sonnet 5', 'sonnet', '2026-05-12', 1_000_000, 128_000],
  ['claude-sonnet-4-6', 'Claude Sonnet 4.6', 'sonnet', '2026-02-17', 1_000_000, 64_000],
  ['claude-haiku-5-5', 'Claude Haiku 5.5', 'haiku', '2026-08-20', 1_000_000, 64_000],
  ['claude-haiku-4-5', 'Claude Haiku 4.5', 'haiku', '2025-10-15', 200_000, 64_000],
];

/** @type {ModelInfo[]} */
const MODELS = ROWS.map(([id, display_name, line, released, max_input_tokens, max_tokens]) => ({
  type: 'model',
  id,
  display_name,
  line,
  created_at: `${released}T00:00:00Z`,
  capabilities: CAPABILITIES,
  deprecated_at: null,
  retires_at: null,
  lifecycle: 'active',
  max_input_tokens,
  max_tokens,
}));

/**
 * By id, or by the id with a date of release.
 *
 * @param {string} name
 */
export function modelNamed(name) {
  const id = name.replace(/-\d{8}$/, '');
  const model = MODELS.find((each) => each.id === id);
  if (model === undefined) throw new Failure(404, `model: ${name}`);
  return model;
}

/** @param {URLSearchParams} query */
export function modelPage(query) {
  const limit = Number(query.get('limit') ?? 20);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) {
    throw new Failure(400, 'limit: must be an integer from 1 to 1000');
  }
  const position = (/** @type {string} */ cursor) => {
    const at = MODELS.findIndex((each) => each.id === cursor);
    if (at < 0) throw new Failure(400, `${cursor}: is no id of this list`);
    return at;
  };
  const after = query.get('after_id');
  const before = query.get('before_id');
  const from = after === null ? 0 : position(after) + 1;
  const end = before === null ? MODELS.length : position(before);
  const start = before === null ? from : Math.max(from, end - limit);
  const data = MODELS.slice(start, Math.min(end, start + limit));
  return {
    data,
    has_more: before === null ? start + data.length < end : start > from,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  };
}
