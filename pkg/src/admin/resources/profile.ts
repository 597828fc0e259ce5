/** What invoices are made out to. */
import type { Answer, Body } from '../operation.js';
import type { RequestOptions, Transport } from '../transport.js';

export class Profile {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  retrieve(options?: RequestOptions): Promise<Answer<'GET /v1/organizations/profile'>> {
    return this.#transport.send('GET /v1/organizations/profile', {}, options);
  }

  /** Changes what is given, and leaves the rest as it is. */
  update(
    body: Body<'PUT /v1/organizations/profile'>,
    options?: RequestOptions,
  ): Promise<Answer<'PUT /v1/organizations/profile'>> {
    return this.#transport.send('PUT /v1/organizations/profile', { body }, options);
  }
}
