/** The caller's key, from `x-api-key` or `authorization: bearer`. */
import { ApiError } from './api_error.js';
import { digestOfKey, organizationOfKey } from './key.js';

export interface Credential {
  organization: string;
  secretSha256: string;
}

/** Two headers with different keys are refused: whichever were taken, somebody would have meant the other. */
export async function readCredential(headers: Headers): Promise<Credential> {
  const apiKey = headers.get('x-api-key');
  const authorization = headers.get('authorization');
  const bearer = authorization === null ? null : (/^bearer +(\S+)$/i.exec(authorization)?.[1] ?? '');
  if (apiKey !== null && bearer !== null && apiKey !== bearer) throw ApiError.unauthenticated();
  const key = apiKey ?? bearer ?? '';
  const organization = organizationOfKey(key);
  if (organization === null) throw ApiError.unauthenticated();
  return { organization, secretSha256: await digestOfKey(key) };
}
