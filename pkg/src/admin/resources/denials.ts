/** Why requests were denied. */
import type { Answer } from '../operation.js';
import type { RequestOptions, Transport } from '../transport.js';

export class Denials {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** The last denials of a key, newest first: everything that stood against each, what mends it, and when it passes. */
  async of(key: string, options?: RequestOptions): Promise<Answer<'GET /v1/organizations/denials'>['data']> {
    const { data } = await this.#transport.send('GET /v1/organizations/denials', { query: { api_key_id: key } }, options);
    return data;
  }
}
