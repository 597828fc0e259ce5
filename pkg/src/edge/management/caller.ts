/** Who asks the management plane: an admin key, or a session of the console by its cookie. */
import { ApiError } from '../api_error.js';
import { readCredential } from '../credential.js';
import { digestOfKey, organizationOfSecret } from '../key.js';
import { sessionToken } from './session_cookie.js';
import type { Caller } from './store/ask.js';

export interface KnownCaller {
  organization: string;
  caller: Caller;
}

/** Requests that change nothing, which a browser may make for whatever page it shows. */
const SAFE = ['GET', 'HEAD'];

/**
 * Checks all that can be checked without a store. Two credentials are refused, as everywhere: whichever were taken, somebody would
 * have meant the other.
 */
export async function readCaller(request: Request): Promise<KnownCaller> {
  const token = sessionToken(request.headers);
  if (token === null) {
    const { organization, secretSha256 } = await readCredential(request.headers);
    return { organization, caller: { secret_sha256: secretSha256 } };
  }
  if (request.headers.has('x-api-key') || request.headers.has('authorization')) throw ApiError.unauthenticated();
  const organization = organizationOfSecret('tgs', token);
  if (organization === null) throw ApiError.sessionEnded();
  if (!SAFE.includes(request.method)) requireOwnOrigin(request);
  return { organization, caller: { session_sha256: await digestOfKey(token) } };
}

/** A browser adds its cookies to whatever a page sends; only our own pages may change something by them. */
export function requireOwnOrigin(request: Request): void {
  if (!isOwn(request)) {
    throw new ApiError(
      403,
      'permission_error',
      'origin: a session changes something only from a page of this host: send the request from there, or use an admin key',
      { details: { error_code: 'cross_origin' } },
    );
  }
}

/** Where a browser says that another site's page made the request. Programs say nothing of it. */
export function refuseForeignOrigin(request: Request): void {
  if (request.headers.has('origin')) requireOwnOrigin(request);
}

/** Hosts are compared, not schemes: a proxy in front may have taken the encryption off. */
function isOwn(request: Request): boolean {
  const origin = request.headers.get('origin');
  return origin !== null && URL.canParse(origin) && new URL(origin).host === new URL(request.url).host;
}
