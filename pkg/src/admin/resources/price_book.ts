/** The price book in force. */
import type { Answer, Body } from '../operation.js';
import type { RequestOptions, Transport } from '../transport.js';

export class PriceBook {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Its summary. */
  retrieve(options?: RequestOptions): Promise<Answer<'GET /v1/organizations/price_book'>> {
    return this.#transport.send('GET /v1/organizations/price_book', {}, options);
  }

  /** Puts another in force. Open holds keep the prices that they were admitted at. */
  replace(
    body: Body<'PUT /v1/organizations/price_book'>,
    options?: RequestOptions,
  ): Promise<Answer<'PUT /v1/organizations/price_book'>> {
    return this.#transport.send('PUT /v1/organizations/price_book', { body }, options);
  }
}
