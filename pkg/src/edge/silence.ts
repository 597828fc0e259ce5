/** One request to the upstream, given up when it stays silent for too long or when nobody wants its answer any more. */
export class UpstreamAborted extends Error {}

export class Silence {
  readonly #limitMs: number;
  readonly #controller = new AbortController();
  #expired = false;
  /** Of the wait that is under way. Listeners of the signal would be objects that the runtime has to clear away. */
  #giveUp: ((error: UpstreamAborted) => void) | null = null;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  /** For the request itself, so that an abort lets its connection go. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether it was the limit that ended the request. */
  get expired(): boolean {
    return this.#expired;
  }

  abort(): void {
    const error = new UpstreamAborted();
    this.#controller.abort(error);
    this.#giveUp?.(error);
  }

  /** Waits for the upstream's next sign of life, one wait at a time. Rejects with `UpstreamAborted` even where the wait itself would go on. */
  async during<T>(work: Promise<T>): Promise<T> {
    const aborted = new Promise<never>((_, fail) => {
      this.#giveUp = fail;
    });
    if (this.#controller.signal.aborted) this.#giveUp?.(new UpstreamAborted());
    const timer = setTimeout(() => {
      this.#expired = true;
      this.abort();
    }, this.#limitMs);
    try {
      return await Promise.race([work, aborted]);
    } finally {
      clearTimeout(timer);
      this.#giveUp = null;
    }
  }
}
