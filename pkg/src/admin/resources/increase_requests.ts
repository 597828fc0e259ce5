/** Requests for a higher limit or cap. */
import type { Answer, Body, Item, Query } from '../operation.js';
import type { Pages } from '../pages.js';
import type { RequestOptions, Transport } from '../transport.js';

export class IncreaseRequests {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  create(
    body: Body<'POST /v1/organizations/increase_requests'>,
    options?: RequestOptions,
  ): Promise<Answer<'POST /v1/organizations/increase_requests'>> {
    return this.#transport.send('POST /v1/organizations/increase_requests', { body }, options);
  }

  list(query: Query<'GET /v1/organizations/increase_requests'> = {}, options?: RequestOptions): Pages<Item<'GET /v1/organizations/increase_requests'>> {
    return this.#transport.list('GET /v1/organizations/increase_requests', { query }, options);
  }

  retrieve(id: string, options?: RequestOptions): Promise<Answer<'GET /v1/organizations/increase_requests/{id}'>> {
    return this.#transport.send('GET /v1/organizations/increase_requests/{id}', { path: { id } }, options);
  }

  /** Approves a request, and raises what it is about in the same step. */
  approve(
    id: string,
    body: Body<'POST /v1/organizations/increase_requests/{id}/approve'> = {},
    options?: RequestOptions,
  ): Promise<Answer<'POST /v1/organizations/increase_requests/{id}/approve'>> {
    return this.#transport.send('POST /v1/organizations/increase_requests/{id}/approve', { path: { id }, body }, options);
  }

  deny(
    id: string,
    body: Body<'POST /v1/organizations/increase_requests/{id}/deny'> = {},
    options?: RequestOptions,
  ): Promise<Answer<'POST /v1/organizations/increase_requests/{id}/deny'>> {
    return this.#transport.send('POST /v1/organizations/increase_requests/{id}/deny', { path: { id }, body }, options);
  }

  withdraw(
    id: string,
    body: Body<'POST /v1/organizations/increase_requests/{id}/withdraw'> = {},
    options?: RequestOptions,
  ): Promise<Answer<'POST /v1/organizations/increase_requests/{id}/withdraw'>> {
    return this.#transport.send('POST /v1/organizations/increase_requests/{id}/withdraw', { path: { id }, body }, options);
  }
}
