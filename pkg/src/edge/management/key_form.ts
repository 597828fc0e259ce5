/** A key as it is shown: everything but its secrets, in the provider's shape with what a key is here beside it. */
import { z } from '@hono/zod-openapi';

import { Id, Models, Revision } from './field.js';
import { rfc3339 } from '../instant.js';
import type { ListedKey } from './forms.js';
import { OwnerForm } from './policy_forms.js';

export const KeyShown = z
  .strictObject({
    id: Id,
    type: z.literal('api_key'),
    name: z.string(),
    kind: z.enum(['caller', 'admin']),
    status: z.enum(['active', 'archived', 'expired']),
    partial_key_hint: z.string().nullable(),
    created_at: z.string(),
    created_by: z.strictObject({ id: Id, type: z.enum(['user', 'service_account', 'api_key']) }).nullable(),
    expires_at: z.string().nullable(),
    principal: z.union([
      z.strictObject({ type: z.literal('user_actor'), user_id: Id }),
      z.strictObject({ type: z.literal('service_account_actor'), service_account_id: Id }),
    ]),
    scope: z.union([
      z.strictObject({ type: z.literal('organization') }),
      z.strictObject({ type: z.literal('workspace'), workspace_id: Id }),
    ]),
    workspace_id: Id.nullable(),
    owner: OwnerForm,
    owner_active: z.boolean(),
    workspace_active: z.boolean(),
    role: Id.nullable(),
    models: Models.nullable(),
    secrets: z
      .array(z.strictObject({ expires_at: z.string().nullable() }))
      .openapi({ description: 'Until when each of its secrets is taken; more than one while it is rotated.' }),
    rotated_at: z.string(),
    rotation_due_at: z.string().nullable(),
    revision: Revision,
  })
  .openapi('ApiKey');

export const KeyWithSecret = z
  .strictObject({
    ...KeyShown.shape,
    key: z.string().openapi({ description: 'The secret. Only this answer has it: it is kept nowhere.' }),
  })
  .openapi('ApiKeyWithSecret');

export function shownKey(key: ListedKey, nowMs: number): z.infer<typeof KeyShown> {
  const project = key.project ?? null;
  return {
    id: key.id,
    type: 'api_key',
    name: key.name ?? key.id,
    kind: key.kind ?? 'caller',
    status: statusOf(key, nowMs),
    partial_key_hint: key.hint ?? null,
    created_at: rfc3339(key.created_at_ms),
    created_by: key.created_by === null ? null : creator(key.created_by),
    expires_at: key.expires_at ?? null,
    principal:
      'member' in key.owner
        ? { type: 'user_actor', user_id: key.owner.member }
        : { type: 'service_account_actor', service_account_id: key.owner.service_account },
    scope: project === null ? { type: 'organization' } : { type: 'workspace', workspace_id: project },
    workspace_id: project,
    owner: key.owner,
    owner_active: key.owner_active,
    workspace_active: key.project_active,
    role: key.role ?? null,
    models: key.models ?? null,
    secrets: (key.secrets ?? []).map(({ expires_at }) => ({ expires_at: expires_at ?? null })),
    rotated_at: rfc3339(key.rotated_at_ms),
    rotation_due_at: key.rotation_due_at_ms === null ? null : rfc3339(key.rotation_due_at_ms),
    revision: key.revision,
  };
}

function statusOf({ status, expires_at }: ListedKey, nowMs: number): 'active' | 'archived' | 'expired' {
  if (status === 'revoked') return 'archived';
  return expires_at != null && Date.parse(expires_at) <= nowMs ? 'expired' : 'active';
}

function creator(by: NonNullable<ListedKey['created_by']>): {
  id: string;
  type: 'user' | 'service_account' | 'api_key';
} {
  if ('member' in by) return { id: by.member, type: 'user' };
  return 'key' in by ? { id: by.key, type: 'api_key' } : { id: by.service_account, type: 'service_account' };
}
