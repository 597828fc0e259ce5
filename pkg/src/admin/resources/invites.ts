/** Invitations that are open. */
import type { Answer, Body, Item, Query } from '../operation.js';
import type { Pages } from '../pages.js';
import type { RequestOptions, Transport } from '../transport.js';

export class Invites {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Invites a member. Only this answer has the code that accepts. */
  create(
    body: Body<'POST /v1/organizations/invites'>,
    options?: RequestOptions,
  ): Promise<Answer<'POST /v1/organizations/invites'>> {
    return this.#transport.send('POST /v1/organizations/invites', { body }, options);
  }

  list(query: Query<'GET /v1/organizations/invites'> = {}, options?: RequestOptions): Pages<Item<'GET /v1/organizations/invites'>> {
    return this.#transport.list('GET /v1/organizations/invites', { query }, options);
  }

  retrieve(id: string, options?: RequestOptions): Promise<Answer<'GET /v1/organizations/invites/{id}'>> {
    return this.#transport.send('GET /v1/organizations/invites/{id}', { path: { id } }, options);
  }

  /** Takes an invitation back. */
  delete(id: string, options?: RequestOptions): Promise<Answer<'DELETE /v1/organizations/invites/{id}'>> {
    return this.#transport.send('DELETE /v1/organizations/invites/{id}', { path: { id } }, options);
  }

  /** Accepts an invitation, and opens a session that the answer's cookie keeps. */
  accept(body: Body<'POST /v1/invites/accept'>, options?: RequestOptions): Promise<Answer<'POST /v1/invites/accept'>> {
    return this.#transport.send('POST /v1/invites/accept', { body }, options);
  }
}
