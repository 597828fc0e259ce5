/** What a call of the management API fails with: a class for each kind, as the official SDKs have them. */
import type { Error as ErrorBody, Problem } from './api.js';

/** The longest text of a body that is not the API's own that an error repeats. */
const MAX_SHOWN = 200;

export class APIError extends Error {
  override readonly name: string = 'APIError';
  /** Undefined where no answer came. */
  readonly status: number | undefined;
  readonly headers: Headers | undefined;
  /** The whole body. Undefined where none came, or one that is not the API's. */
  readonly error: ErrorBody | undefined;

  constructor(message: string, answer: { status?: number; headers?: Headers; error?: ErrorBody; cause?: unknown } = {}) {
    super(message, answer.cause === undefined ? undefined : { cause: answer.cause });
    this.status = answer.status;
    this.headers = answer.headers;
    this.error = answer.error;
  }

  /** The API's word for the kind of error: `permission_error`. */
  get type(): string | null {
    return this.error?.error.type ?? null;
  }

  /** What the operator of the gateway finds the request by. */
  get requestID(): string | null {
    return this.headers?.get('request-id') ?? this.error?.request_id ?? null;
  }

  /** A narrower word for the cause: `stale_revision`. */
  get code(): string | null {
    return this.error?.error.details?.error_code ?? null;
  }

  /** Everything that is wrong with what was sent: the place, the value, and what to do. */
  get problems(): readonly Problem[] {
    return this.error?.error.details?.problems ?? [];
  }

  /** The error of an answer that is none of the good ones. */
  static of(status: number, headers: Headers, text: string): APIError {
    const error = errorBody(text);
    const requestId = headers.get('request-id');
    const told = error?.error.message ?? `the answer is not the management API's: \`${text.slice(0, MAX_SHOWN)}\`: check \`baseURL\``;
    const message = `${status} ${told}${requestId === null ? '' : ` (${requestId})`}`;
    return new (classOf(status))(message, { status, headers, ...(error && { error }) });
  }
}

/** 400: the message names the place, the value and the remedy; `problems` has all of them. */
export class BadRequestError extends APIError {
  override readonly name = 'BadRequestError';
}

/** 401: no valid admin key, and no open session. */
export class AuthenticationError extends APIError {
  override readonly name = 'AuthenticationError';
}

/** 403: the caller may not do this. */
export class PermissionDeniedError extends APIError {
  override readonly name = 'PermissionDeniedError';
}

/** 404: it does not exist, or the caller may not see it. */
export class NotFoundError extends APIError {
  override readonly name = 'NotFoundError';
}

/** 409: it was changed since it was read, or exists already. Read it again, and change what you find. */
export class ConflictError extends APIError {
  override readonly name = 'ConflictError';
}

/** 422. */
export class UnprocessableEntityError extends APIError {
  override readonly name = 'UnprocessableEntityError';
}

/** 429: wait as long as `retry-after` says. */
export class RateLimitError extends APIError {
  override readonly name = 'RateLimitError';
}

/** 500 and above: the gateway failed, or cannot reach the organization at the moment. */
export class InternalServerError extends APIError {
  override readonly name = 'InternalServerError';
}

/** No answer came: whether a change took effect is not known. */
export class APIConnectionError extends APIError {
  override readonly name: string = 'APIConnectionError';
}

/** No answer came in time. */
export class APIConnectionTimeoutError extends APIConnectionError {
  override readonly name = 'APIConnectionTimeoutError';
}

/** The caller's own signal ended the call. */
export class APIUserAbortError extends APIError {
  override readonly name = 'APIUserAbortError';
}

function classOf(status: number): typeof APIError {
  switch (status) {
    case 400:
      return BadRequestError;
    case 401:
      return AuthenticationError;
    case 403:
      return PermissionDeniedError;
    case 404:
      return NotFoundError;
    case 409:
      return ConflictError;
    case 422:
      return UnprocessableEntityError;
    case 429:
      return RateLimitError;
    default:
      return status >= 500 ? InternalServerError : APIError;
  }
}

/** The body, where it has the API's shape: a proxy in between answers with whatever it likes. */
function errorBody(text: string): ErrorBody | undefined {
  try {
    const body = JSON.parse(text) as Partial<ErrorBody> | null;
    return typeof body?.error?.message === 'string' && typeof body.error.type === 'string' ? (body as ErrorBody) : undefined;
  } catch {
    return undefined;
  }
}
