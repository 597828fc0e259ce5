/** The upstream's control port: what it was asked and what it billed, which is what a ledger must agree with. */
import assert from 'node:assert/strict';
import { until } from './until.mjs';

/**
 * @typedef {import('../../examples/demo/upstream/journal.mjs').Billed} Billed
 * @typedef {import('../../examples/demo/upstream/journal.mjs').Asked} Asked
 */

export class Control {
  /** @param {string} url */
  constructor(url) {
    this.url = url;
  }

  /** @returns {Promise<{ count: number, usages: Billed[] }>} */
  async usages() {
    return /** @type {{ count: number, usages: Billed[] }} */ (await this.#call('GET', 'usages'));
  }

  /** @returns {Promise<{ count: number, requests: Asked[] }>} */
  async requests() {
    return /** @type {{ count: number, requests: Asked[] }} */ (await this.#call('GET', 'requests'));
  }

  /** The names of the requests that wait. */
  async held() {
    return /** @type {{ held: string[] }} */ (await this.#call('GET', 'held')).held;
  }

  /** Lets go of what waits under that name; says how many. @param {string} name */
  async release(name) {
    return /** @type {{ released: number }} */ (await this.#call('POST', `release?name=${encodeURIComponent(name)}`)).released;
  }

  /** The newest usage, once that many have been billed. @param {number} count */
  billed(count) {
    return until(`${count} usages are billed`, async () => {
      const { usages, count: now } = await this.usages();
      return now >= count && usages.at(-1);
    });
  }

  /**
   * @param {string} method
   * @param {string} path
   * @returns {Promise<unknown>}
   */
  async #call(method, path) {
    const response = await fetch(`${this.url}/__control/${path}`, { method });
    assert.equal(response.status, 200);
    return response.json();
  }
}
