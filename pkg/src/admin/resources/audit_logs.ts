/** Who changed what, and what somebody was refused. */
import type { Answer, Item, Query } from '../operation.js';
import type { Pages } from '../pages.js';
import type { RequestOptions, Transport } from '../transport.js';

export class AuditLogs {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Entries, newest first. */
  list(query: Query<'GET /v1/organizations/audit-logs'> = {}, options?: RequestOptions): Pages<Item<'GET /v1/organizations/audit-logs'>> {
    return this.#transport.list('GET /v1/organizations/audit-logs', { query }, options);
  }

  /** How many entries there are, and the hash of the last: noted elsewhere, it proves later that none was taken away. */
  head(options?: RequestOptions): Promise<Answer<'GET /v1/organizations/audit-logs/head'>> {
    return this.#transport.send('GET /v1/organizations/audit-logs/head', {}, options);
  }

  /** The entries as they were written, oldest first, a line of JSON each: stream the body to where it is kept. */
  export(query: Query<'GET /v1/organizations/audit-logs/export'> = {}, options?: RequestOptions): Promise<Response> {
    return this.#transport.stream('GET /v1/organizations/audit-logs/export', { query }, options);
  }
}
