/** Rate limits of the organization, of projects, members and keys. */
import type { Answer, Body, Item, Query } from '../operation.js';
import type { Pages } from '../pages.js';
import type { RequestOptions, Transport } from '../transport.js';

export class Limits {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  list(query: Query<'GET /v1/organizations/limits'> = {}, options?: RequestOptions): Pages<Item<'GET /v1/organizations/limits'>> {
    return this.#transport.list('GET /v1/organizations/limits', { query }, options);
  }

  retrieve(id: string, options?: RequestOptions): Promise<Answer<'GET /v1/organizations/limits/{id}'>> {
    return this.#transport.send('GET /v1/organizations/limits/{id}', { path: { id } }, options);
  }

  /** Makes one, or replaces the whole of it: what is absent takes its default. */
  set(
    id: string,
    body: Body<'PUT /v1/organizations/limits/{id}'>,
    options?: RequestOptions,
  ): Promise<Answer<'PUT /v1/organizations/limits/{id}'>> {
    return this.#transport.send('PUT /v1/organizations/limits/{id}', { path: { id }, body }, options);
  }

  delete(id: string, options?: RequestOptions): Promise<Answer<'DELETE /v1/organizations/limits/{id}'>> {
    return this.#transport.send('DELETE /v1/organizations/limits/{id}', { path: { id } }, options);
  }
}
