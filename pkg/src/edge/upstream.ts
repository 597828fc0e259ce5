/** The provider: one request to it, and what its failures mean for the money. */
import { ApiError } from './api_error.js';
import type { HeaderFields } from './headers.js';
import type { ResolvedSettings } from './settings.js';
import type { Silence } from './silence.js';

/** Sends what was checked. Rejects with an `ApiError` when no answer came. */
export async function send(
  upstream: ResolvedSettings['upstream'],
  path: string,
  init: { body: Uint8Array<ArrayBuffer>; headers: HeaderFields },
  silence: Silence,
): Promise<Response> {
  try {
    return await silence.during(
      fetch(`${upstream.baseUrl}${path}`, { method: 'POST', ...init, redirect: 'manual', signal: silence.signal }),
    );
  } catch {
    throw lost(silence);
  }
}

/** What a client is told when the answer did not come, or stopped coming. */
export function lost(silence: Silence): ApiError {
  return silence.expired
    ? new ApiError(
        504,
        'timeout_error',
        'the upstream did not answer in time: the request may have run, and is charged as if it had',
      )
    : new ApiError(
        502,
        'api_error',
        'the connection to the upstream was lost: the request may have run, and is charged as if it had',
      );
}

/**
 * Whether an error status leaves open that the model ran. The provider's own errors come instead of an answer; these two
 * are made by the network in front of it, when it had sent the request and heard nothing sensible back.
 */
export function mayHaveRun(status: number): boolean {
  return status === 520 || status === 524;
}

/** Our credential or address is wrong, which is nothing that the caller could mend; null for what passes as it is. */
export function ownFault(status: number): ApiError | null {
  if (status === 401 || status === 403) {
    return new ApiError(502, 'api_error', 'the upstream refused the gateway: its operator must check the upstream key');
  }
  if (status < 200 || (status >= 300 && status < 400)) {
    return new ApiError(
      502,
      'api_error',
      "the upstream answered with a redirect: the gateway's operator must check the upstream address",
    );
  }
  return null;
}
