/** Members of the organization. */
import type { Answer, Body, Item, Query } from '../operation.js';
import type { Pages } from '../pages.js';
import type { RequestOptions, Transport } from '../transport.js';

export class Members {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Invites a member. Only this answer has the code that accepts. */
  invite(
    body: Body<'POST /v1/organizations/members'>,
    options?: RequestOptions,
  ): Promise<Answer<'POST /v1/organizations/members'>> {
    return this.#transport.send('POST /v1/organizations/members', { body }, options);
  }

  list(query: Query<'GET /v1/organizations/members'> = {}, options?: RequestOptions): Pages<Item<'GET /v1/organizations/members'>> {
    return this.#transport.list('GET /v1/organizations/members', { query }, options);
  }

  retrieve(id: string, options?: RequestOptions): Promise<Answer<'GET /v1/organizations/members/{id}'>> {
    return this.#transport.send('GET /v1/organizations/members/{id}', { path: { id } }, options);
  }

  update(
    id: string,
    body: Body<'POST /v1/organizations/members/{id}'>,
    options?: RequestOptions,
  ): Promise<Answer<'POST /v1/organizations/members/{id}'>> {
    return this.#transport.send('POST /v1/organizations/members/{id}', { path: { id }, body }, options);
  }

  /** Removes a member, whose keys are refused from now on. */
  remove(id: string, options?: RequestOptions): Promise<Answer<'DELETE /v1/organizations/members/{id}'>> {
    return this.#transport.send('DELETE /v1/organizations/members/{id}', { path: { id } }, options);
  }
}
