/**
 * What a request can cost at most, gathered while its body is read: the `request` of an `admit` command.
 *
 * INVARIANT: every note only ever raises the bound, so the order in which fields are read does not matter.
 */
import type { AdmitRequest } from './wire.js';

/** How many model iterations the provider's own loop may run for one request; null where nothing limits it. */
export type Iterations = number | null;

export class CostBound {
  #extraTokens = 0;
  #images = 0;
  #tools = false;
  #cacheWrite: AdmitRequest['cache_write'] = 'none';
  #webSearches = 0;
  #externalInput = false;
  #serverToolUses: number | null = 0;
  #boundless = false;
  speed: AdmitRequest['speed'] = 'standard';
  inferenceGeo: AdmitRequest['inference_geo'];

  /** `loopIterations` is the most iterations that the upstream runs before it pauses a turn, where the host knows it. */
  readonly #loopIterations: Iterations;

  constructor(options: { inferenceGeo: AdmitRequest['inference_geo']; loopIterations: Iterations }) {
    this.inferenceGeo = options.inferenceGeo;
    this.#loopIterations = options.loopIterations;
  }

  image(): void {
    this.#images += 1;
  }

  /** Definitions or instructions that the provider adds to the prompt; `tokens` beyond what any tool adds. */
  tools(tokens = 0): void {
    this.#tools = true;
    this.#extraTokens += tokens;
  }

  cacheWrite(ttl: '5m' | '1h'): void {
    if (this.#cacheWrite !== '1h') this.#cacheWrite = ttl;
  }

  /** Input that the body does not carry, or not at a size that its bytes bound: at most the context window. */
  externalInput(): void {
    this.#externalInput = true;
  }

  /** A tool that the provider runs, each use of which can bring a further iteration over a grown prompt. */
  serverTool(uses: { most: number | null; search: boolean }): void {
    this.#externalInput = true;
    this.#tools = true;
    if (uses.most === null) {
      this.#serverToolUses = null;
      // A number of iterations does not bound the searches, for one iteration may start several.
      if (uses.search) this.#boundless = true;
      return;
    }
    if (this.#serverToolUses !== null) this.#serverToolUses += uses.most;
    if (uses.search) this.#webSearches += uses.most;
  }

  /** What is billed by something that no rate prices, such as container time: never admitted. */
  boundless(): void {
    this.#externalInput = true;
    this.#boundless = true;
  }

  toRequest(maxTokens: number, input: AdmitRequest['input'] | { bodyBytes: number }): AdmitRequest {
    return {
      // Zero asks only to fill the prompt cache; the engine's smallest bound is one token.
      max_tokens: Math.max(1, maxTokens),
      input: 'bodyBytes' in input ? { bytes: input.bodyBytes + this.#extraTokens } : input,
      images: this.#images,
      tools: this.#tools,
      cache_write: this.#cacheWrite,
      web_searches: this.#webSearches,
      external_input: this.#externalInput,
      iterations: this.#iterations(),
      speed: this.speed,
      inference_geo: this.inferenceGeo,
      // What the caller may ask for is served at the usual tier or, by contract, at one that no rate prices.
      service_tier: 'standard',
      // Code execution is refused above.
      code_execution_ms: 0,
    };
  }

  #iterations(): Iterations {
    if (this.#boundless) return null;
    if (this.#serverToolUses === 0) return 1;
    if (this.#loopIterations !== null) return this.#loopIterations;
    return this.#serverToolUses === null ? null : this.#serverToolUses + 1;
  }
}
