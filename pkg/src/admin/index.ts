/** `tollgate/admin`: a client of the management API, for Node, browsers and workers. */
export { Tollgate, Tollgate as default, type ClientOptions } from './client.js';
export {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIError,
  APIUserAbortError,
  AuthenticationError,
  BadRequestError,
  ConflictError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
  UnprocessableEntityError,
} from './errors.js';
export type * from './api.js';
export type { Answer, Body, Item, Query } from './operation.js';
export { Page, Pages } from './pages.js';
export type { RequestOptions } from './transport.js';
