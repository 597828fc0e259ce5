/** What passes between the client and the upstream: only what is named here, either way. */
import { ApiError } from './api_error.js';
import { checkBetas } from './beta.js';

/** By name, in lower case. A record, where we make it: `Headers` are an object that the runtime has to clear away, and are copied into another one. */
export type HeaderFields = Record<string, string>;

const DEFAULT_VERSION = '2023-06-01';

/** The request's headers are within the limit. */
export function checkLength(headers: Headers, maxBytes: number): void {
  let bytes = 0;
  headers.forEach((value, name) => {
    bytes += name.length + value.length;
  });
  if (bytes > maxBytes) {
    throw new ApiError(431, 'request_too_large', `the headers are longer than ${maxBytes} bytes`);
  }
}

/** The body is not encoded: what is not read cannot be judged. */
export function checkEncoding(headers: Headers): void {
  const encoding = headers.get('content-encoding');
  if (encoding !== null && encoding.trim().toLowerCase() !== 'identity') {
    throw ApiError.invalidRequest(
      `content-encoding: \`${encoding.slice(0, 64)}\` is not accepted: send the body as it is`,
      {
        error_code: 'content_encoding',
        problems: [
          {
            path: 'content-encoding',
            value: JSON.stringify(encoding.slice(0, 64)),
            message: 'it is not accepted',
            remedy: 'send the body as it is',
          },
        ],
      },
    );
  }
}

/** The headers that the upstream sees. `content-type` is ours: the body was checked as JSON, so it goes as JSON. */
export function upstreamHeaders(
  client: Headers,
  options: { apiKey: string; betas: readonly string[]; stream: boolean },
): HeaderFields {
  const version = client.get('anthropic-version') ?? DEFAULT_VERSION;
  if (!/^\d{4}-\d{2}-\d{2}$/.test(version)) {
    throw ApiError.invalidRequest(
      `anthropic-version: \`${version.slice(0, 64)}\` is not a date: use \`${DEFAULT_VERSION}\``,
    );
  }
  const betas = checkBetas(client.get('anthropic-beta'), options.betas);
  return {
    accept: options.stream ? 'text/event-stream' : 'application/json',
    'anthropic-version': version,
    'content-type': 'application/json',
    'x-api-key': options.apiKey,
    ...(betas !== null && { 'anthropic-beta': betas }),
  };
}

// The upstream's own rate-limit headers are about the whole account, and would contradict the caller's.
const RESPONSE_ALLOWED = ['content-type', 'request-id', 'retry-after', 'retry-after-ms', 'x-should-retry'] as const;

/** The headers that the client sees of an upstream's answer. */
export function clientHeaders(upstream: Headers, requestId: string): HeaderFields {
  // Unless the provider gave its own, which its support asks for; ours names the reservation.
  const headers: HeaderFields = { 'request-id': requestId };
  for (const name of RESPONSE_ALLOWED) {
    const value = upstream.get(name);
    if (value !== null) headers[name] = value;
  }
  headers['tollgate-request-id'] = requestId;
  return headers;
}
