/** The provider's error shape, for each status that it documents. */

/** @typedef {import('@anthropic-ai/sdk/resources/shared').ErrorResponse} ErrorResponse */

const TYPES = new Map([
  [400, 'invalid_request_error'],
  [401, 'authentication_error'],
  [402, 'billing_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [409, 'conflict_error'],
  [413, 'request_too_large'],
  [429, 'rate_limit_error'],
  [500, 'api_error'],
  [504, 'timeout_error'],
  [529, 'overloaded_error'],
]);

const MESSAGES = new Map([
  ['overloaded_error', 'Overloaded'],
  ['rate_limit_error', 'Number of requests has exceeded your rate limit.'],
  ['api_error', 'Internal server error'],
  ['timeout_error', 'The request timed out.'],
  ['permission_error', 'Your API key does not have permission to use the specified resource.'],
]);

/** A request that the upstream answers with an error status; nothing was made, so nothing is billed. */
export class Failure extends Error {
  /**
   * @param {number} status
   * @param {string} [message]
   * @param {{ type?: string | undefined, retryAfterSeconds?: number | undefined }} [more]
   */
  constructor(status, message, { type, retryAfterSeconds } = {}) {
    const errorType = type ?? TYPES.get(status) ?? (status < 500 ? 'invalid_request_error' : 'api_error');
    super(message ?? MESSAGES.get(errorType) ?? `answered with ${status} because the request asked for it`);
    this.status = status;
    this.type = errorType;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/**
 * @param {string} type
 * @param {string} message
 * @param {string} requestId
 */
export function errorBody(type, message, requestId) {
  return { type: 'error', error: { type, message }, request_id: requestId };
}

/**
 * An error that comes when the stream has begun: an event, since the status line has gone.
 *
 * @param {string} type
 * @param {string} requestId
 */
export function errorEvent(type, requestId) {
  return { name: 'error', data: errorBody(type, MESSAGES.get(type) ?? 'Internal server error', requestId) };
}
