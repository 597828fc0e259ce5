/** Requests that wait until a test lets them go: the reason why no test has to sleep. */

export class Gate {
  /** @type {Map<symbol, { name: string, go: () => void }>} */
  #waiting = new Map();
  /** @type {Set<string>} */
  #open = new Set();

  /**
   * Resolves when the name is released, or at once while it is open. Rejects when `signal` aborts.
   *
   * @param {string} name
   * @param {AbortSignal} signal
   * @returns {Promise<void>}
   */
  async pass(name, signal) {
    signal.throwIfAborted();
    if (this.#open.has(name)) return;
    const ticket = Symbol(name);
    try {
      await new Promise((resolve, reject) => {
        this.#waiting.set(ticket, { name, go: () => resolve(undefined) });
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    } finally {
      this.#waiting.delete(ticket);
    }
  }

  get held() {
    return Array.from(this.#waiting.values(), ({ name }) => name).sort();
  }

  /**
   * @param {string | null} name null: every name
   * @param {boolean} keepOpen whether requests that come later pass at once
   * @returns {number} how many were let go
   */
  release(name, keepOpen) {
    if (keepOpen && name !== null) this.#open.add(name);
    const released = Array.from(this.#waiting.values()).filter((each) => name === null || each.name === name);
    for (const { go } of released) go();
    return released.length;
  }

  close() {
    this.#open.clear();
  }
}
