/** What a response says it used, in the provider's own form. */
import { isObject, type Json, type JsonObject } from './strict_json.js';
import type { AdmitRequest, SettleUsage } from './wire.js';

const WRITE_TOTAL = 'cache_creation_input_tokens';
const WRITE_SPLIT = 'cache_creation';

/** Whether a request may use a container, or has one loaded that is billed in any case. */
export type Containers = 'none' | 'may_run' | 'preloaded';

/** The usage of one message, as far as it is known. */
export class MessageUsage {
  #usage: JsonObject | null = null;
  #complete = false;
  #outputCounted = false;
  readonly #cacheWrite: AdmitRequest['cache_write'];
  readonly #onePrompt: boolean;
  readonly #containers: Containers;
  #container: Json | undefined;

  /**
   * `cacheWrite` is what the admitted request could write at most. `onePrompt`: nothing is read or searched after the
   * first prompt, so that the input counted at the start of a stream is all there will be. `containers`: which the request may use.
   */
  constructor(cacheWrite: AdmitRequest['cache_write'], onePrompt = true, containers: Containers = 'none') {
    this.#cacheWrite = cacheWrite;
    this.#onePrompt = onePrompt;
    this.#containers = containers;
  }

  /** `message_start`, or the whole message of an answer that is not streamed. */
  start(message: Json | undefined): void {
    const usage = isObject(message) ? message['usage'] : undefined;
    if (isObject(usage)) this.#usage = { ...usage };
  }

  /**
   * The container that the message used: told with the whole message, or as it ends, for a stream's start knows none yet. Null is
   * none, and not told is not null.
   */
  container(told: Json | undefined): void {
    if (this.#container == null && told !== undefined) this.#container = told;
  }

  /** `message_delta`: its counts are cumulative, so each replaces what was said before. Null is not said; zero is. */
  delta(usage: Json | undefined): void {
    if (this.#usage === null || !isObject(usage)) return;
    for (const [name, value] of Object.entries(usage)) {
      if (value !== null) this.#usage[name] = value;
    }
    if (typeof usage['output_tokens'] === 'number') this.#outputCounted = true;
    if (usage[WRITE_SPLIT] == null) this.#fitSplit(usage[WRITE_TOTAL]);
  }

  /** The message was made to its end: nothing more will be counted. */
  stop(): void {
    this.#complete = true;
  }

  /** A stream came to its end. The output that its start names is a placeholder: without a later count it is not known. */
  endStream(): void {
    if (this.#outputCounted) this.#complete = true;
  }

  get complete(): boolean {
    return this.#complete && this.#usage !== null;
  }

  /** Without any count the model may still have run: the whole hold is charged. */
  toSettlement(): SettleUsage {
    if (this.#usage === null || (!this.#complete && !this.#onePrompt)) return { type: 'unknown' };
    const usage = { type: 'anthropic', usage: this.#usage, complete: this.#complete } as const;
    const ran = this.#containers === 'preloaded' || (this.#containers === 'may_run' && this.#container !== null);
    // A response does not tell how long a container ran: it counts as the most that was admitted.
    return ran ? { ...usage, code_execution_ms: [null] } : usage;
  }

  /** A new total of cache writes comes without its split by age; what is new was written as the request asked. */
  #fitSplit(total: Json | undefined): void {
    const split = this.#usage?.[WRITE_SPLIT];
    if (this.#usage === null || typeof total !== 'number' || !isObject(split)) return;
    const of5m = count(split['ephemeral_5m_input_tokens']);
    const of1h = count(split['ephemeral_1h_input_tokens']);
    const more = total - of5m - of1h;
    if (more <= 0) return;
    this.#usage[WRITE_SPLIT] =
      this.#cacheWrite === '1h'
        ? { ephemeral_5m_input_tokens: of5m, ephemeral_1h_input_tokens: of1h + more }
        : { ephemeral_5m_input_tokens: of5m + more, ephemeral_1h_input_tokens: of1h };
  }
}

function count(value: Json | undefined): number {
  return typeof value === 'number' ? value : 0;
}
