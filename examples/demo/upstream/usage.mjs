/** What a request uses: from its size and its seed, or as its directives say. */
import { all, the } from './directive.mjs';
import { Failure } from './failure.mjs';

/**
 * @typedef {import('@anthropic-ai/sdk/resources/messages').Usage} Usage
 * @typedef {import('@anthropic-ai/sdk/resources/messages').MessageDeltaUsage} DeltaUsage
 * @typedef {import('@anthropic-ai/sdk/resources/beta/messages').BetaIterationsUsage} Iterations
 * @typedef {Usage & { iterations?: Iterations }} FullUsage
 * @typedef {import('./directive.mjs').Directive} Directive
 */

const BYTES_PER_TOKEN = 4;
const DEFAULT_OUTPUT_TOKENS = 64;

/**
 * Deterministic: the tokens that the directive names, else a quarter of the body's bytes.
 *
 * @param {{ bytes: number, directives: Directive[] }} request
 */
export function inputTokens({ bytes, directives }) {
  return the(directives, 'tokens')?.in ?? Math.ceil(bytes / BYTES_PER_TOKEN);
}

/**
 * @param {number | undefined} write5m
 * @param {number | undefined} write1h
 * @param {number | undefined} read
 */
function cacheUsage(write5m = 0, write1h = 0, read = 0) {
  return {
    cache_creation: { ephemeral_5m_input_tokens: write5m, ephemeral_1h_input_tokens: write1h },
    cache_creation_input_tokens: write5m + write1h,
    cache_read_input_tokens: read,
  };
}

/**
 * @param {Extract<Directive, { name: 'iteration' }>} directive
 * @param {string} model
 * @returns {Iterations[number]}
 */
function iteration(directive, model) {
  const counts = {
    ...cacheUsage(directive.cache_5m, directive.cache_1h, directive.cache_read),
    input_tokens: directive.in ?? 0,
    output_tokens: directive.out ?? 0,
  };
  const type = directive.type ?? 'message';
  return type === 'compaction' ? { type, ...counts } : { type, model: directive.model ?? model, ...counts };
}

/**
 * The whole usage, as a response without a stream tells it.
 *
 * @param {import('./request.mjs').MessagesRequest} request
 * @returns {FullUsage}
 */
export function usageOf(request) {
  const { directives } = request;
  const tokens = the(directives, 'tokens');
  const searches = the(directives, 'search')?.value ?? 0;
  if (searches > 0 && !request.webSearch) {
    throw new Failure(400, '`[[search]]` needs a tool whose type begins with `web_search_` in the request');
  }
  const iterations = all(directives, 'iteration').map((each) => iteration(each, request.model));
  // INVARIANT: the top level repeats what the answering model did; compactions and advisors stand in `iterations` only.
  const answering = iterations.filter((each) => each.type === 'message' || each.type === 'fallback_message');
  const sum = (/** @type {(each: Iterations[number]) => number} */ read) => answering.reduce((total, each) => total + read(each), 0);
  const own = answering.length === 0
    ? {
        input_tokens: inputTokens(request),
        output_tokens: tokens?.out ?? Math.min(DEFAULT_OUTPUT_TOKENS, request.maxTokens),
        ...cacheUsage(tokens?.cache_5m, tokens?.cache_1h, tokens?.cache_read),
      }
    : {
        input_tokens: sum((each) => each.input_tokens),
        output_tokens: sum((each) => each.output_tokens),
        ...cacheUsage(
          sum((each) => each.cache_creation?.ephemeral_5m_input_tokens ?? 0),
          sum((each) => each.cache_creation?.ephemeral_1h_input_tokens ?? 0),
          sum((each) => each.cache_read_input_tokens),
        ),
      };
  return {
    ...own,
    ...(the(directives, 'usage')?.value === 'unsplit' ? { cache_creation: null } : {}),
    output_tokens_details: tokens?.thinking === undefined ? null : { thinking_tokens: Math.min(tokens.thinking, own.output_tokens) },
    server_tool_use: searches === 0 ? null : { web_search_requests: searches, web_fetch_requests: 0 },
    service_tier: the(directives, 'tier')?.value ?? 'standard',
    inference_geo: the(directives, 'geo')?.value ?? request.inferenceGeo,
    speed: the(directives, 'speed')?.value ?? request.speed,
    ...(iterations.length === 0 ? {} : { iterations }),
  };
}

/**
 * What has been used when `outputTokens` have been made: the whole input side, and the output so far.
 *
 * @param {FullUsage} usage
 * @param {number} outputTokens
 * @returns {FullUsage}
 */
export function usageSoFar(usage, outputTokens) {
  if (outputTokens >= usage.output_tokens) return usage;
  const { iterations: _, server_tool_use: __, output_tokens_details: ___, ...input } = usage;
  return { ...input, output_tokens: outputTokens, server_tool_use: null, output_tokens_details: null };
}

/**
 * The cumulative usage that a stream's last `message_delta` carries. It has no split of the cache writes: that stands in
 * `message_start` only.
 *
 * @param {FullUsage} usage
 * @returns {DeltaUsage & { iterations?: Iterations }}
 */
export function deltaUsage(usage) {
  const { cache_creation: _, inference_geo: __, service_tier: ___, speed: ____, ...cumulative } = usage;
  return cumulative;
}
