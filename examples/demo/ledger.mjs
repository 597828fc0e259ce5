/** The organization's books, read through the operator's door of the worker. */
import { ORGANIZATION } from './company.mjs';

/**
 * @typedef {{ settled_usd: string, assumed_usd: string, held_usd: string }} Balance
 * @typedef {{ total: Balance, keys: (Balance & { key: string })[], budgets: (Balance & { budget: string, cap_usd: string, mode: string })[] }} Balances
 */

export class Ledger {
  /**
   * @param {string} gatewayUrl
   * @param {string} token
   */
  constructor(gatewayUrl, token) {
    this.url = `${gatewayUrl}/operator/${ORGANIZATION}`;
    this.token = token;
  }

  /** @returns {Promise<Balances>} */
  async balances() {
    const response = await fetch(`${this.url}/query`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      body: '{"type":"balances"}',
    });
    if (!response.ok) throw new Error(`the organization does not tell its balances: status ${response.status}`);
    return /** @type {Balances} */ (await response.json());
  }
}
