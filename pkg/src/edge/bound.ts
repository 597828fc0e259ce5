/**
 * What a request can cost at most, gathered while its body is read: the `request` of an `admit` command.
 *
 * INVARIANT: every note only ever raises the bound, so the order in which fields are read does not matter.
 */
import { ApiError } from './api_error.js';
import { shown, type Json } from './strict_json.js';
import type { AdmitRequest } from './wire.js';

/** What the engine takes. */
const MAX_IMAGES = 100_000;
/** The most uses of all server tools of a request together. */
const MAX_USES = 1_000;

/** How many model iterations the provider's own loop may run for one request; null where nothing limits it. */
export type Iterations = number | null;

export class CostBound {
  #extraTokens = 0;
  #images = 0;
  #tools = false;
  #cacheWrite: AdmitRequest['cache_write'] = 'none';
  #webSearches = 0;
  #externalInput = false;
  #serverToolUses = 0;
  #serverLoop = false;
  #boundless = false;
  #containers = false;
  #preloaded = false;
  speed: AdmitRequest['speed'] = 'standard';
  inferenceGeo: AdmitRequest['inference_geo'];

  /** `loopIterations` is the most iterations that the upstream runs before it pauses a turn, where the host knows it. */
  readonly #loopIterations: Iterations;
  /** The most container time that is billed for one request, where the host knows it. */
  readonly #containerMs: number | null;

  constructor(options: {
    inferenceGeo: AdmitRequest['inference_geo'];
    loopIterations: Iterations;
    containerMs: number | null;
  }) {
    this.inferenceGeo = options.inferenceGeo;
    this.#loopIterations = options.loopIterations;
    this.#containerMs = options.containerMs;
  }

  image(): void {
    this.#images += 1;
    if (this.#images > MAX_IMAGES) {
      throw ApiError.invalidRequest(`messages: at most ${MAX_IMAGES} images are accepted in one request`);
    }
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

  /**
   * A tool that the provider runs. Each of the model's calls brings a further iteration over a grown prompt, also a call that is
   * refused because there were `most` before it: so `most` bounds what is billed by the use, and only the upstream's own loop
   * bounds the iterations.
   */
  serverTool({ most, search, path }: { most: Json; search: boolean; path: string }): void {
    this.#externalInput = true;
    this.#tools = true;
    this.#serverLoop = true;
    if (most === null) {
      // A number of iterations does not bound the searches, for one iteration may start several.
      if (search) this.#boundless = true;
      return;
    }
    if (typeof most !== 'number' || !Number.isInteger(most) || most < 1 || most > MAX_USES) {
      throw ApiError.invalidRequest(`${path}: \`${shown(most)}\`: expected an integer from 1 to ${MAX_USES}`);
    }
    this.#serverToolUses += most;
    if (this.#serverToolUses > MAX_USES) {
      throw ApiError.invalidRequest(
        `${path}: \`${most}\` brings the uses of all server tools to \`${this.#serverToolUses}\`: at most ${MAX_USES} are accepted in one request`,
      );
    }
    if (search) this.#webSearches += most;
  }

  /** Code that runs at the provider, in a container whose time is billed; `preloaded`: even when nothing is run in it. */
  container(preloaded: boolean): void {
    this.serverTool({ most: null, search: false, path: '' });
    this.#containers = true;
    if (preloaded) this.#preloaded = true;
    if (this.#containerMs === null) this.#boundless = true;
  }

  /** Whether a container is billed whatever the answer says. */
  get preloaded(): boolean {
    return this.#preloaded;
  }

  /** What nothing bounds: never admitted. */
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
      code_execution_ms: this.#containers ? (this.#containerMs ?? 0) : 0,
    };
  }

  #iterations(): Iterations {
    if (this.#boundless) return null;
    return this.#serverLoop ? this.#loopIterations : 1;
  }
}
