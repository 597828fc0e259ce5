/** Accounts of programs, in projects. */
import type { Answer, Body, Item, Query } from '../operation.js';
import type { Pages } from '../pages.js';
import type { RequestOptions, Transport } from '../transport.js';

export class ServiceAccounts {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  list(query: Query<'GET /v1/organizations/service_accounts'> = {}, options?: RequestOptions): Pages<Item<'GET /v1/organizations/service_accounts'>> {
    return this.#transport.list('GET /v1/organizations/service_accounts', { query }, options);
  }

  retrieve(id: string, options?: RequestOptions): Promise<Answer<'GET /v1/organizations/service_accounts/{id}'>> {
    return this.#transport.send('GET /v1/organizations/service_accounts/{id}', { path: { id } }, options);
  }

  /** Makes one, or replaces the whole of it: what is absent takes its default. */
  set(
    id: string,
    body: Body<'PUT /v1/organizations/service_accounts/{id}'>,
    options?: RequestOptions,
  ): Promise<Answer<'PUT /v1/organizations/service_accounts/{id}'>> {
    return this.#transport.send('PUT /v1/organizations/service_accounts/{id}', { path: { id }, body }, options);
  }

  delete(id: string, options?: RequestOptions): Promise<Answer<'DELETE /v1/organizations/service_accounts/{id}'>> {
    return this.#transport.send('DELETE /v1/organizations/service_accounts/{id}', { path: { id } }, options);
  }
}
