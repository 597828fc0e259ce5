/** One request to the upstream, given up when it stays silent for too long or when nobody wants its answer any more. */
export class UpstreamAborted extends Error {}

export class Silence {
  readonly #limitMs: number;
  readonly #controller = new AbortController();
  #expired = false;

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
    this.#controller.abort(new UpstreamAborted());
  }

  /** Waits for the upstream's next sign of life. Rejects with `UpstreamAborted` even where the wait itself would go on. */
  async during<T>(work: Promise<T>): Promise<T> {
    const { signal } = this.#controller;
    let onAbort = (): void => undefined;
    const aborted = new Promise<never>((_, fail) => {
      onAbort = () => fail(new UpstreamAborted());
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort);
    });
    const timer = setTimeout(() => {
      this.#expired = true;
      this.abort();
    }, this.#limitMs);
    try {
      return await Promise.race([work, aborted]);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  }
}
