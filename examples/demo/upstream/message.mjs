/** The answer to a Messages request: its blocks, as one message or as the events of a stream. */
import { the } from './directive.mjs';
import { Failure } from './failure.mjs';
import { pieces } from './text.mjs';
import { deltaUsage, usageOf, usageSoFar } from './usage.mjs';

/**
 * @typedef {import('@anthropic-ai/sdk/resources/messages').Message} Message
 * @typedef {import('@anthropic-ai/sdk/resources/messages').ContentBlock} ContentBlock
 * @typedef {import('@anthropic-ai/sdk/resources/messages').RawMessageStreamEvent} StreamEvent
 * @typedef {import('@anthropic-ai/sdk/resources/messages').RawContentBlockDelta} Delta
 * @typedef {import('./usage.mjs').FullUsage} FullUsage
 * @typedef {StreamEvent | { type: 'ping' }} Event
 * @typedef {{ empty: ContentBlock, deltas: () => Iterable<{ delta: Delta, tokens: number }> }} Block
 */

const DEFAULT_TOKENS_PER_DELTA = 8;
const TOOL_INPUT = { answer: 'été' };

export class Answer {
  /**
   * @param {import('./request.mjs').MessagesRequest} request
   * @param {string} id
   */
  constructor(request, id) {
    const { directives } = request;
    this.usage = usageOf(request);
    this.id = id;
    this.request = request;
    this.seed = the(directives, 'seed')?.value ?? 1;
    this.chunk = Math.max(1, the(directives, 'chunk')?.value ?? DEFAULT_TOKENS_PER_DELTA);
    this.showsUsage = the(directives, 'usage')?.value !== 'missing';
    this.usesTool = the(directives, 'tool') !== undefined;
    if (this.usesTool && request.clientTool === null) {
      throw new Failure(400, '`[[tool]]` needs a tool of the client in the request');
    }
  }

  /** @returns {Message['stop_reason']} */
  get #stopReason() {
    if (this.usesTool) return 'tool_use';
    return this.usage.output_tokens >= this.request.maxTokens ? 'max_tokens' : 'end_turn';
  }

  /** @returns {Block[]} */
  get #blocks() {
    const thinkingTokens = this.request.thinking ? (this.usage.output_tokens_details?.thinking_tokens ?? 0) : 0;
    const textTokens = this.usage.output_tokens - thinkingTokens;
    return [
      ...(thinkingTokens > 0 ? [this.#thinking(thinkingTokens)] : []),
      ...this.#searches(),
      this.#text(textTokens),
      ...(this.usesTool ? [this.#toolUse()] : []),
    ];
  }

  /**
   * @param {number} tokens
   * @returns {Block}
   */
  #thinking(tokens) {
    const { seed, chunk } = this;
    return {
      empty: { type: 'thinking', thinking: '', signature: '' },
      *deltas() {
        for (const piece of pieces(seed + 1, tokens, chunk)) {
          yield { delta: { type: 'thinking_delta', thinking: piece.text }, tokens: piece.tokens };
        }
        yield { delta: { type: 'signature_delta', signature: Buffer.from(`signed ${seed}`).toString('base64') }, tokens: 0 };
      },
    };
  }

  /** @returns {Block[]} */
  #searches() {
    const searches = this.usage.server_tool_use?.web_search_requests ?? 0;
    return Array.from({ length: searches }, (_, at) => at).flatMap((at) => {
      const id = `srvtoolu_${this.id.slice(4)}_${at}`;
      /** @type {Block[]} */
      const pair = [
        {
          empty: { type: 'server_tool_use', id, name: 'web_search', input: {}, caller: { type: 'direct' } },
          deltas: () => [{ delta: { type: 'input_json_delta', partial_json: `{"query":"question ${at}"}` }, tokens: 0 }],
        },
        {
          empty: {
            type: 'web_search_tool_result', tool_use_id: id, caller: { type: 'direct' },
            content: [{
              type: 'web_search_result', title: `Result ${at}`, url: `https://news.example/${at}`, page_age: null,
              encrypted_content: Buffer.from(`result ${at}`).toString('base64'),
            }],
          },
          deltas: () => [],
        },
      ];
      return pair;
    });
  }

  /**
   * @param {number} tokens
   * @returns {Block}
   */
  #text(tokens) {
    const { seed, chunk } = this;
    return {
      empty: { type: 'text', text: '', citations: null },
      *deltas() {
        for (const piece of pieces(seed, tokens, chunk)) {
          yield { delta: { type: 'text_delta', text: piece.text }, tokens: piece.tokens };
        }
      },
    };
  }

  /** @returns {Block} */
  #toolUse() {
    const json = JSON.stringify(TOOL_INPUT);
    return {
      empty: {
        type: 'tool_use', id: `toolu_${this.id.slice(4)}`, name: this.request.clientTool ?? '', input: {}, caller: { type: 'direct' },
      },
      // Cut inside a name, as the provider does: a part is no JSON by itself.
      deltas: () => [json.slice(0, 5), json.slice(5)].map((partial_json) => ({ delta: { type: 'input_json_delta', partial_json }, tokens: 0 })),
    };
  }

  /**
   * @param {ContentBlock[]} content
   * @param {FullUsage} usage
   * @param {Message['stop_reason']} stop_reason
   * @returns {Message}
   */
  #message(content, usage, stop_reason) {
    const message = {
      id: this.id,
      type: /** @type {const} */ ('message'),
      role: /** @type {const} */ ('assistant'),
      model: this.request.model,
      content,
      stop_reason,
      stop_sequence: null,
      stop_details: null,
      container: null,
      diagnostics: null,
    };
    // `[[usage missing]]` breaks the provider's promise on purpose: a reader must cope with what it was promised not to see.
    return /** @type {Message} */ (this.showsUsage ? { ...message, usage } : message);
  }

  /** The whole answer at once. */
  message() {
    const content = this.#blocks.map(({ empty, deltas }) => Array.from(deltas(), ({ delta }) => delta).reduce(joined, empty));
    return this.#message(content, this.usage, this.#stopReason);
  }

  /**
   * The answer as a stream. `made` is how many output tokens have been made once the event is out.
   *
   * @returns {Generator<{ data: Event, made: number }>}
   */
  *events() {
    let made = Math.min(1, this.usage.output_tokens);
    yield { data: { type: 'message_start', message: this.#message([], usageSoFar(this.usage, made), null) }, made };
    let done = 0;
    for (const [index, { empty, deltas }] of this.#blocks.entries()) {
      yield { data: { type: 'content_block_start', index, content_block: empty }, made };
      if (index === 0) yield { data: { type: 'ping' }, made };
      for (const { delta, tokens } of deltas()) {
        done += tokens;
        made = Math.max(made, done);
        yield { data: { type: 'content_block_delta', index, delta }, made };
      }
      yield { data: { type: 'content_block_stop', index }, made };
    }
    made = this.usage.output_tokens;
    const delta = { stop_reason: this.#stopReason, stop_sequence: null, stop_details: null, container: null };
    const end = /** @type {const} */ ({ type: 'message_delta', delta });
    yield { data: /** @type {StreamEvent} */ (this.showsUsage ? { ...end, usage: deltaUsage(this.usage) } : end), made };
    yield { data: { type: 'message_stop' }, made };
  }
}

/**
 * A block with one more delta: what a client does that gathers a stream.
 *
 * @param {ContentBlock} block
 * @param {Delta} delta
 * @returns {ContentBlock}
 */
function joined(block, delta) {
  if (block.type === 'text' && delta.type === 'text_delta') return { ...block, text: block.text + delta.text };
  if (block.type === 'thinking' && delta.type === 'thinking_delta') return { ...block, thinking: block.thinking + delta.thinking };
  if (block.type === 'thinking' && delta.type === 'signature_delta') return { ...block, signature: delta.signature };
  if (block.type === 'server_tool_use' && delta.type === 'input_json_delta') {
    return { ...block, input: JSON.parse(delta.partial_json) };
  }
  if (block.type === 'tool_use') return { ...block, input: TOOL_INPUT };
  return block;
}
