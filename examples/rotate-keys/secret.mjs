/** Whether the gateway takes a secret. */
import { AuthenticationError, PermissionDeniedError, RateLimitError, Tollgate } from 'tollgate/admin';

/**
 * Fails unless the gateway knows the caller by this secret. What the key may do is not asked: a refusal of a known key proves it as well.
 *
 * @param {string} baseURL
 * @param {import('tollgate/admin').ApiKeyWithSecret} key
 */
export async function checkSecret(baseURL, { kind, key: secret }) {
  if (kind === 'admin') {
    const known = new Tollgate({ apiKey: secret, baseURL }).organization();
    await known.catch((error) => {
      if (error instanceof AuthenticationError) throw refused(401);
      if (!(error instanceof PermissionDeniedError || error instanceof RateLimitError)) throw error;
    });
    return;
  }
  const response = await fetch(`${baseURL.replace(/\/+$/, '')}/v1/models?limit=1`, { headers: { 'x-api-key': secret } });
  await response.body?.cancel();
  if (response.status === 401 || response.status >= 500) throw refused(response.status);
}

/** @param {number} status */
function refused(status) {
  return new Error(`the gateway answers its new secret with ${status}: look at the key in the gateway, then run this again`);
}
