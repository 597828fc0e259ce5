/** What happens upstream when the client leaves before it has its answer. */
import type { ResolvedSettings } from './settings.js';
import type { Silence } from './silence.js';

export class Departure {
  #gone = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #settings: Pick<ResolvedSettings, 'onDisconnect' | 'drainMs'>;
  readonly #upstream: Silence;

  constructor(client: AbortSignal, settings: Pick<ResolvedSettings, 'onDisconnect' | 'drainMs'>, upstream: Silence) {
    this.#settings = settings;
    this.#upstream = upstream;
    if (client.aborted) this.notice();
    else client.addEventListener('abort', () => this.notice(), { once: true });
  }

  /** The client has gone: known from its request's signal, or from its answer's cancellation, whichever comes first. */
  notice(): void {
    if (this.#gone) return;
    this.#gone = true;
    if (this.#settings.onDisconnect === 'abort') this.#upstream.abort();
    else this.#timer = setTimeout(() => this.#upstream.abort(), this.#settings.drainMs);
  }

  /** The upstream's answer has been read; nothing is left to abort. */
  over(): void {
    clearTimeout(this.#timer);
    this.#gone = true;
  }

  get gone(): boolean {
    return this.#gone;
  }
}
