/** Models that limits count together. */
import type { Answer, Body, Item, Query } from '../operation.js';
import type { Pages } from '../pages.js';
import type { RequestOptions, Transport } from '../transport.js';

export class ModelClasses {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  list(query: Query<'GET /v1/organizations/model_classes'> = {}, options?: RequestOptions): Pages<Item<'GET /v1/organizations/model_classes'>> {
    return this.#transport.list('GET /v1/organizations/model_classes', { query }, options);
  }

  retrieve(id: string, options?: RequestOptions): Promise<Answer<'GET /v1/organizations/model_classes/{id}'>> {
    return this.#transport.send('GET /v1/organizations/model_classes/{id}', { path: { id } }, options);
  }

  /** Makes one, or replaces the whole of it: what is absent takes its default. */
  set(
    id: string,
    body: Body<'PUT /v1/organizations/model_classes/{id}'>,
    options?: RequestOptions,
  ): Promise<Answer<'PUT /v1/organizations/model_classes/{id}'>> {
    return this.#transport.send('PUT /v1/organizations/model_classes/{id}', { path: { id }, body }, options);
  }

  delete(id: string, options?: RequestOptions): Promise<Answer<'DELETE /v1/organizations/model_classes/{id}'>> {
    return this.#transport.send('DELETE /v1/organizations/model_classes/{id}', { path: { id } }, options);
  }
}
