/** Which key the script itself runs by. */
import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { PermissionDeniedError } from 'tollgate/admin';

/** @typedef {{ target: { key?: string }, after: { secrets?: { sha256: string }[] } | null }} Entry */

/**
 * The id of the key that a secret belongs to: of all that the gateway shows, only the download of the audit log has digests of secrets.
 * Null where the key's owner may not read it.
 *
 * @param {import('tollgate/admin').Tollgate} admin
 * @param {string} secret
 * @returns {Promise<string | null>}
 */
export async function keyIdOf(admin, secret) {
  const sha256 = createHash('sha256').update(secret).digest('hex');
  const { body } = await admin.auditLogs.export({ target_type: 'key' }).catch((error) => {
    if (error instanceof PermissionDeniedError) return { body: null };
    throw error;
  });
  if (body === null) return null;
  /** @type {string | null} */
  let found = null;
  for await (const line of createInterface({ input: Readable.fromWeb(/** @type {import('node:stream/web').ReadableStream} */ (body)) })) {
    if (!line.includes(sha256)) continue;
    const { target, after } = /** @type {Entry} */ (JSON.parse(line));
    if (after?.secrets?.some((each) => each.sha256 === sha256)) found = target.key ?? null;
  }
  return found;
}
