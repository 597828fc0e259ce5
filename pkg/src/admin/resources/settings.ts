/** The settings of the organization. */
import type { Answer, Body } from '../operation.js';
import type { RequestOptions, Transport } from '../transport.js';

export class Settings {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  retrieve(options?: RequestOptions): Promise<Answer<'GET /v1/organizations/settings'>> {
    return this.#transport.send('GET /v1/organizations/settings', {}, options);
  }

  /** Changes what is given, and leaves the rest as it is. */
  update(
    body: Body<'PUT /v1/organizations/settings'>,
    options?: RequestOptions,
  ): Promise<Answer<'PUT /v1/organizations/settings'>> {
    return this.#transport.send('PUT /v1/organizations/settings', { body }, options);
  }
}
