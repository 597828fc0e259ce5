/** Rotation: a new secret for the same key, whose limits, budgets and history go on. */
import { z } from '@hono/zod-openapi';

import { generateKey, hintOfKey } from '../key.js';
import { malformed } from '../problem.js';
import type { ManagementCall } from './call.js';
import { Revision } from './field.js';
import { rfc3339 } from '../instant.js';
import { formOfKey, type KeyForm, type ListedKey } from './forms.js';
import type { ApiKey } from './key_form.js';

const DAY_MS = 24 * 60 * 60 * 1000;
/** The engine's bound. */
const MAX_SECRETS = 4;

export const Rotation = z
  .strictObject({
    overlap_ms: z
      .number()
      .int()
      .min(0)
      .max(30 * DAY_MS)
      .default(DAY_MS)
      .openapi({ description: 'How long the secrets before are still taken.' }),
    revision: Revision.optional(),
  })
  .openapi('Rotation');

export async function rotateKey(
  call: ManagementCall,
  id: string,
  overlapMs: number,
  given: number | null,
): Promise<{ rotated: ApiKey; key: string }> {
  const { key, sha256 } = await generateKey(call.organization);
  const rotated = await call.editKey(id, given, (found) => {
    if (found.status === 'revoked') {
      const problem = { path: 'id', value: JSON.stringify(id), message: 'it is revoked, and stays so', remedy: 'make a new key' };
      throw malformed([problem], 'revoked_key');
    }
    const secrets = [...kept(found, overlapMs, Date.now()), { sha256, expires_at: null }];
    return { type: 'key_set', key: { ...formOfKey(found), hint: hintOfKey(key), secrets } };
  });
  return { rotated, key };
}

/** The secrets before, which end with the overlap or earlier; those that have ended go, and the oldest where there are too many. */
function kept(key: ListedKey, overlapMs: number, nowMs: number): NonNullable<KeyForm['secrets']> {
  const endMs = nowMs + overlapMs;
  const before = (key.secrets ?? []).map(({ sha256, expires_at }) => {
    const ownEndMs = expires_at == null ? Infinity : Date.parse(expires_at);
    return { sha256, endMs: Math.min(ownEndMs, endMs) };
  });
  return before
    .filter((secret) => secret.endMs > nowMs)
    .slice(1 - MAX_SECRETS)
    .map((secret) => ({ sha256: secret.sha256, expires_at: rfc3339(secret.endMs) }));
}
