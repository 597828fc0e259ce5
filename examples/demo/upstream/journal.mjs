/** What the upstream was asked and what it billed: the truth that a gateway's ledger is compared with. */

/**
 * @typedef {'completed' | 'disconnected' | 'reset' | 'truncated' | 'errored'} Ending
 * @typedef {{ request_id: string, model: string, stream: boolean, ending: Ending, usage: import('./usage.mjs').FullUsage }} Billed
 * @typedef {{
 *   request_id: string, method: string, path: string, headers: import('node:http').IncomingHttpHeaders,
 *   body_bytes: number, body_sha256: string, status: number | null,
 * }} Asked
 */

const KEPT = 100_000;

/**
 * The newest `KEPT` entries; `count` also counts those that were dropped.
 *
 * @template T
 */
class Log {
  /** @type {T[]} */
  #entries = [];
  #count = 0;

  /** @param {T} entry */
  add(entry) {
    this.#count += 1;
    this.#entries.push(entry);
    if (this.#entries.length > KEPT) this.#entries.shift();
  }

  clear() {
    this.#entries = [];
    this.#count = 0;
  }

  get count() {
    return this.#count;
  }

  get entries() {
    return this.#entries;
  }
}

export class Journal {
  /** @type {Log<Billed>} */
  usages = new Log();
  /** @type {Log<Asked>} */
  requests = new Log();
  /** @type {Map<string, number>} */
  #failed = new Map();

  /**
   * Whether a failure that is limited to some times is still due: true for the first `times` calls with that id.
   *
   * @param {string} id
   * @param {number} times
   */
  failsAgain(id, times) {
    const before = this.#failed.get(id) ?? 0;
    if (before >= times) return false;
    this.#failed.set(id, before + 1);
    return true;
  }

  clear() {
    this.usages.clear();
    this.requests.clear();
    this.#failed.clear();
  }
}
