/** What a caller is told when a request is refused or fails: the provider's error shape, with our request id, and without any secret that it was sent. */
import type { HeaderFields } from './headers.js';
import { jsonWithoutSecrets } from './secret_mask.js';

export type ErrorType =
  | 'invalid_request_error'
  | 'authentication_error'
  | 'permission_error'
  | 'not_found_error'
  | 'conflict_error'
  | 'request_too_large'
  | 'rate_limit_error'
  | 'api_error'
  | 'timeout_error'
  | 'overloaded_error';

export interface ErrorDetails {
  error_code: string;
  [name: string]: unknown;
}

export class ApiError extends Error {
  readonly status: number;
  readonly type: ErrorType;
  readonly details: ErrorDetails | undefined;
  readonly headers: HeaderFields;

  constructor(
    status: number,
    type: ErrorType,
    message: string,
    more: { details?: ErrorDetails; headers?: HeaderFields } = {},
  ) {
    super(message);
    this.status = status;
    this.type = type;
    this.details = more.details;
    this.headers = { ...more.headers };
  }

  static invalidRequest(message: string, details?: ErrorDetails): ApiError {
    return new ApiError(400, 'invalid_request_error', message, details === undefined ? {} : { details });
  }

  /** One message for every cause: a caller without a valid key learns nothing about which keys exist. */
  static unauthenticated(): ApiError {
    return new ApiError(
      401,
      'authentication_error',
      'the api key is missing, malformed, unknown or no longer valid: send one valid key in `x-api-key` or `authorization: bearer`',
    );
  }

  /** The same for every cause, of whoever comes with a cookie instead of a key. */
  static sessionEnded(): ApiError {
    return new ApiError(401, 'authentication_error', 'the session has ended, or is not known here: sign in again', {
      details: { error_code: 'session_ended' },
    });
  }

  /** What the caller cannot mend: the log has the cause, and the caller hears nothing of the gateway's inside. */
  static gatewayFailed(): ApiError {
    return new ApiError(500, 'api_error', 'the gateway failed: its operator finds the cause in its log');
  }

  static storeUnavailable(): ApiError {
    return new ApiError(
      503,
      'api_error',
      'the decision could not be recorded, so the request was not sent: try again',
      { headers: { 'retry-after': '1' } },
    );
  }

  /** Waiting does not help: somebody has to look at the clock, and until then nothing is decided. */
  static clockJumped(): ApiError {
    return new ApiError(
      503,
      'api_error',
      "the gateway's clock is too far ahead of its books, so nothing is decided and the request was not sent: its operator must correct the clock, or accept it with `advance_clock`",
      { details: { error_code: 'clock_jump' }, headers: { 'x-should-retry': 'false' } },
    );
  }

  toJson(requestId: string): string {
    const error = { type: this.type, message: this.message, ...(this.details && { details: this.details }) };
    return jsonWithoutSecrets({ type: 'error', error, request_id: requestId });
  }

  toResponse(requestId: string): Response {
    const headers = { ...this.headers, 'content-type': 'application/json', 'request-id': requestId };
    return new Response(this.toJson(requestId), { status: this.status, headers });
  }
}
