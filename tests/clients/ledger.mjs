/** The gateway's books, as its operator reads them. */
import assert from 'node:assert/strict';
import { until } from './until.mjs';

/**
 * @typedef {{ settled_usd: string, assumed_usd: string, held_usd: string }} Balance
 * @typedef {{ total: Balance, keys: (Balance & { key: string })[], models: (Balance & { model: string })[], budgets: (Balance & { budget: string })[] }} Balances
 */

export class Ledger {
  /**
   * @param {string} url
   * @param {string} token
   */
  constructor(url, token) {
    this.url = url;
    this.token = token;
  }

  /** @returns {Promise<Balances>} */
  async balances() {
    return /** @type {Balances} */ (await this.query({ type: 'balances' }));
  }

  /** The books once nothing is held: every request that was let through has been settled or voided. */
  atRest() {
    return until('nothing is held', async () => {
      const balances = await this.balances();
      return balances.total.held_usd === '0' && balances;
    });
  }

  /**
   * @param {object} query
   * @returns {Promise<unknown>}
   */
  async query(query) {
    const response = await fetch(`${this.url}/query`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.token}` },
      body: JSON.stringify(query),
    });
    assert.equal(response.status, 200, await response.clone().text());
    return response.json();
  }
}
