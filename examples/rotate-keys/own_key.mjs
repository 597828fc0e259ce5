/** Which key the script itself runs by. */
import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { PermissionDeniedError } from 'tollgate/admin';

/** @typedef {{ target: { key?: string }, after: { secrets?: { sha256: string }[] } | null }} Entry */

/** The key's id, or why it is not known. @typedef {{ id: string } | { id: null, why: string }} OwnKey */

/**
 * The key that a secret belongs to: of all that the gateway shows, only the download of the audit log has digests of secrets.
 *
 * @param {import('tollgate/admin').Tollgate} admin
 * @param {string} secret
 * @returns {Promise<OwnKey>}
 */
export async function ownKeyOf(admin, secret) {
  const sha256 = createHash('sha256').update(secret).digest('hex');
  const { body } = await admin.auditLogs.export({ target_type: 'key' }).catch((error) => {
    if (error instanceof PermissionDeniedError) return { body: null };
    throw error;
  });
  if (body === null) return { id: null, why: 'only with the permission `audit.read` is it known whether this runs by it' };
  /** @type {string | null} */
  let found = null;
  for await (const line of createInterface({ input: Readable.fromWeb(/** @type {import('node:stream/web').ReadableStream} */ (body)) })) {
    if (!line.includes(sha256)) continue;
    const { target, after } = /** @type {Entry} */ (JSON.parse(line));
    if (after?.secrets?.some((each) => each.sha256 === sha256)) found = target.key ?? null;
  }
  return found === null ? { id: null, why: 'the audit log does not tell whether this runs by it' } : { id: found };
}
