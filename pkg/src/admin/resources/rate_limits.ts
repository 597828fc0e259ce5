/** Limits as the provider lists its rate limits: by group of models, in amounts a minute. */
import type { Item, Query } from '../operation.js';
import type { Pages } from '../pages.js';
import type { RequestOptions, Transport } from '../transport.js';

export class RateLimits {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Those of the organization. */
  list(query: Query<'GET /v1/organizations/rate_limits'> = {}, options?: RequestOptions): Pages<Item<'GET /v1/organizations/rate_limits'>> {
    return this.#transport.list('GET /v1/organizations/rate_limits', { query }, options);
  }

  /** Those of a project. */
  ofProject(
    project: string,
    query: Query<'GET /v1/organizations/workspaces/{id}/rate_limits'> = {},
    options?: RequestOptions,
  ): Pages<Item<'GET /v1/organizations/workspaces/{id}/rate_limits'>> {
    return this.#transport.list('GET /v1/organizations/workspaces/{id}/rate_limits', { path: { id: project }, query }, options);
  }
}
