/**
 * A key as it is shown: everything but its secrets, in the provider's shape with what a key is here beside it.
 *
 * The engine writes it (`api_keys` of its lists), so that a page of a thousand is passed on as it stands.
 */
import { z } from '@hono/zod-openapi';

import { Id, Models, Revision } from './field.js';
import { OwnerForm } from './policy_forms.js';

/** In use; refused for now; revoked for good; past its `expires_at`. */
export const KEY_STATUSES = ['active', 'inactive', 'archived', 'expired'] as const;

export const KeyShown = z
  .strictObject({
    id: Id,
    type: z.literal('api_key'),
    name: z.string(),
    kind: z.enum(['caller', 'admin']),
    status: z.enum(KEY_STATUSES),
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

export type ApiKey = z.infer<typeof KeyShown>;

export const KeyWithSecret = z
  .strictObject({
    ...KeyShown.shape,
    key: z.string().openapi({ description: 'The secret. Only this answer has it: it is kept nowhere.' }),
  })
  .openapi('ApiKeyWithSecret');
