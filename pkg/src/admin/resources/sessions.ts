/** Sessions of people in the console. */
import type { Answer, Body, Item, Query } from '../operation.js';
import type { Pages } from '../pages.js';
import type { RequestOptions, Transport } from '../transport.js';

export class Sessions {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Signs in with a code; the answer's cookie keeps the session. */
  open(body: Body<'POST /v1/sessions'>, options?: RequestOptions): Promise<Answer<'POST /v1/sessions'>> {
    return this.#transport.send('POST /v1/sessions', { body }, options);
  }

  /** Signs out. */
  close(options?: RequestOptions): Promise<Answer<'DELETE /v1/sessions/current'>> {
    return this.#transport.send('DELETE /v1/sessions/current', {}, options);
  }

  /** Makes a code with which a member signs in, once. Only this answer has it. */
  createCode(
    body: Body<'POST /v1/organizations/sign_in_codes'>,
    options?: RequestOptions,
  ): Promise<Answer<'POST /v1/organizations/sign_in_codes'>> {
    return this.#transport.send('POST /v1/organizations/sign_in_codes', { body }, options);
  }

  /** Open sessions, newest first. */
  list(query: Query<'GET /v1/organizations/sessions'> = {}, options?: RequestOptions): Pages<Item<'GET /v1/organizations/sessions'>> {
    return this.#transport.list('GET /v1/organizations/sessions', { query }, options);
  }

  end(id: string, options?: RequestOptions): Promise<Answer<'DELETE /v1/organizations/sessions/{id}'>> {
    return this.#transport.send('DELETE /v1/organizations/sessions/{id}', { path: { id } }, options);
  }
}
