/** Budgets by day, week or month, as the provider's spend limits: amounts in cents. */
import type { Answer, Body, Item, Query } from '../operation.js';
import type { Pages } from '../pages.js';
import type { RequestOptions, Transport } from '../transport.js';

export class SpendLimits {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  create(
    body: Body<'POST /v1/organizations/spend_limits'>,
    options?: RequestOptions,
  ): Promise<Answer<'POST /v1/organizations/spend_limits'>> {
    return this.#transport.send('POST /v1/organizations/spend_limits', { body }, options);
  }

  list(query: Query<'GET /v1/organizations/spend_limits'> = {}, options?: RequestOptions): Pages<Item<'GET /v1/organizations/spend_limits'>> {
    return this.#transport.list('GET /v1/organizations/spend_limits', { query }, options);
  }

  retrieve(id: string, options?: RequestOptions): Promise<Answer<'GET /v1/organizations/spend_limits/{id}'>> {
    return this.#transport.send('GET /v1/organizations/spend_limits/{id}', { path: { id } }, options);
  }

  update(
    id: string,
    body: Body<'POST /v1/organizations/spend_limits/{id}'>,
    options?: RequestOptions,
  ): Promise<Answer<'POST /v1/organizations/spend_limits/{id}'>> {
    return this.#transport.send('POST /v1/organizations/spend_limits/{id}', { path: { id }, body }, options);
  }

  delete(id: string, options?: RequestOptions): Promise<Answer<'DELETE /v1/organizations/spend_limits/{id}'>> {
    return this.#transport.send('DELETE /v1/organizations/spend_limits/{id}', { path: { id } }, options);
  }

  /** What each member can spend in a period, and what was spent of the budget that bounds it. */
  effective(
    query: Query<'GET /v1/organizations/spend_limits/effective'> = {},
    options?: RequestOptions,
  ): Pages<Item<'GET /v1/organizations/spend_limits/effective'>> {
    return this.#transport.list('GET /v1/organizations/spend_limits/effective', { query }, options);
  }
}
