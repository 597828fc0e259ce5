/** Keys: made, read, changed, rotated, revoked. */
import type { Answer, Body, Item, Query } from '../operation.js';
import type { Pages } from '../pages.js';
import type { RequestOptions, Transport } from '../transport.js';

export class ApiKeys {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Makes a key with its limits and its budget. Only this answer has the secret. */
  create(body: Body<'POST /v1/api-keys'>, options?: RequestOptions): Promise<Answer<'POST /v1/api-keys'>> {
    return this.#transport.send('POST /v1/api-keys', { body }, options);
  }

  /** The keys that the caller may see. */
  list(query: Query<'GET /v1/api-keys'> = {}, options?: RequestOptions): Pages<Item<'GET /v1/api-keys'>> {
    return this.#transport.list('GET /v1/api-keys', { query }, options);
  }

  retrieve(id: string, options?: RequestOptions): Promise<Answer<'GET /v1/api-keys/{id}'>> {
    return this.#transport.send('GET /v1/api-keys/{id}', { path: { id } }, options);
  }

  update(id: string, body: Body<'POST /v1/api-keys/{id}'>, options?: RequestOptions): Promise<Answer<'POST /v1/api-keys/{id}'>> {
    return this.#transport.send('POST /v1/api-keys/{id}', { path: { id }, body }, options);
  }

  /** Gives a key a new secret, which only this answer has; those before are taken for `overlap_ms` more, a day by default. */
  rotate(
    id: string,
    body: Body<'POST /v1/api-keys/{id}/rotate'> = {},
    options?: RequestOptions,
  ): Promise<Answer<'POST /v1/api-keys/{id}/rotate'>> {
    return this.#transport.send('POST /v1/api-keys/{id}/rotate', { path: { id }, body }, options);
  }

  /** The key is refused from now on, for good. */
  revoke(id: string, options?: RequestOptions): Promise<Answer<'DELETE /v1/api-keys/{id}'>> {
    return this.#transport.send('DELETE /v1/api-keys/{id}', { path: { id } }, options);
  }
}
