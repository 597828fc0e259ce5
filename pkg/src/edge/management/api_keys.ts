/** Keys: the provider's addresses, which read and change, and the guide's, which also make, rotate and revoke. */
import { createRoute, z } from '@hono/zod-openapi';

import { listPassedOn } from './collection.js';
import { about, answers, body, endpoint, type Endpoint } from './endpoint.js';
import {
  ById,
  Id,
  IfMatch,
  Instant,
  Models,
  Name,
  Revision,
  etag,
  given,
  revisionGiven,
} from './field.js';
import { formOfKey } from './forms.js';
import { NewKey, createKey } from './key_creation.js';
import { KEY_STATUSES, KeyShown, KeyWithSecret } from './key_form.js';
import { Rotation, rotateKey } from './key_rotation.js';
import type { Renamed } from './refusal.js';
import { withElsewhere } from './schema_place.js';

const FILTERS = {
  status: z.enum(KEY_STATUSES).optional(),
  workspace_id: Id.optional(),
  owner_user_id: Id.optional(),
  owner_service_account_id: Id.optional(),
  search: z.string().min(1).max(100).optional(),
};

/** What was made with a key has ids of its own, after the key's. */
const LIMITS = 'change the limits `<id>-requests` and `<id>-tokens` with `PUT /v1/organizations/limits/{id}`, where `<id>` is that of the key';
const CAP = 'change the budget `<id>-monthly` with `PUT /v1/organizations/budgets/{id}`, where `<id>` is that of the key';

const KeyChange = withElsewhere(
  z
    .strictObject({
      name: Name.nullable().optional(),
      status: z
        .enum(['active', 'inactive', 'archived'])
        .optional()
        .openapi({
          description: 'An `inactive` key is refused until it is `active` again; `archived` revokes it, for good.',
        }),
      workspace_id: Id.nullable().optional(),
      role: Id.nullable().optional(),
      models: Models.nullable().optional(),
      expires_at: Instant.nullable().optional(),
      revision: Revision.optional(),
    })
    .openapi('ApiKeyChange'),
  {
    rate_limit: LIMITS,
    monthly_cap_usd: CAP,
    alert_threshold_percent: CAP,
    owner: 'make a new key of the other owner, and revoke this one',
    kind: 'make a new key of the other kind',
  },
);

/** The provider's word. */
const RENAMED: Renamed = [[/^project$/, 'workspace_id']];

const Revoked = z.strictObject({ id: Id, type: z.literal('api_key_deleted') });

function keysAt(path: string): Endpoint[] {
  return [
    listPassedOn({
      path,
      of: 'api_keys',
      tag: 'API keys',
      summary: 'The keys that the caller may see',
      read: 'keys.read',
      told: 'A page of keys.',
      item: KeyShown,
      filters: FILTERS,
      narrowed: ({ status, workspace_id, owner_user_id, owner_service_account_id, search }) => ({
        ...(owner_user_id !== undefined && { owner: { member: owner_user_id } }),
        ...(owner_service_account_id !== undefined && { owner: { service_account: owner_service_account_id } }),
        ...given({ status, project: workspace_id, search }),
      }),
    }),
    endpoint(
      createRoute({
        method: 'get',
        path: `${path}/{id}`,
        ...about('API keys', 'keys.read', 'A key'),
        request: { params: ById },
        responses: answers(KeyShown, 'The key.'),
      }),
      async (c) => {
        const key = await c.get('call').find('api_keys', c.req.valid('param').id);
        return c.json(key, 200, etag(key));
      },
    ),
    endpoint(
      createRoute({
        method: 'post',
        path: `${path}/{id}`,
        ...about('API keys', 'keys.update', 'Change a key'),
        request: { params: ById, headers: IfMatch, body: body(KeyChange) },
        responses: answers(KeyShown, 'The key as it is now.'),
      }),
      async (c) => {
        const { revision, status, workspace_id, ...change } = c.req.valid('json');
        const ifMatch = revisionGiven(c.req.valid('header'), revision);
        const key = await c.get('call').editKey(c.req.valid('param').id, ifMatch, (found) => ({
          type: 'key_set',
          key: {
            ...formOfKey(found),
            ...given(change),
            ...(status !== undefined && { status: status === 'archived' ? 'revoked' : status }),
            ...(workspace_id !== undefined && { project: workspace_id }),
          },
        }));
        return c.json(key, 200, etag(key));
      },
      RENAMED,
    ),
  ];
}

export const apiKeys: Endpoint[] = [
  ...keysAt('/v1/organizations/api_keys'),
  ...keysAt('/v1/api-keys'),
  endpoint(
    createRoute({
      method: 'post',
      path: '/v1/api-keys',
      ...about('API keys', 'keys.create', 'Make a key'),
      request: { body: body(NewKey) },
      responses: answers(KeyWithSecret, 'The key with its secret, which is shown once.'),
    }),
    async (c) => {
      const { made, key } = await createKey(c.get('call'), c.req.valid('json'));
      return c.json({ ...made, key }, 200, etag(made));
    },
    RENAMED,
  ),
  endpoint(
    createRoute({
      method: 'delete',
      path: '/v1/api-keys/{id}',
      ...about('API keys', 'keys.revoke', 'Revoke a key'),
      request: { params: ById, headers: IfMatch },
      responses: answers(Revoked, 'The key is refused from now on, for good.'),
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      await c.get('call').editKey(id, revisionGiven(c.req.valid('header'), undefined), (found) => ({
        type: 'key_set',
        key: { ...formOfKey(found), status: 'revoked' },
      }));
      return c.json({ id, type: 'api_key_deleted' as const }, 200);
    },
  ),
  endpoint(
    createRoute({
      method: 'post',
      path: '/v1/api-keys/{id}/rotate',
      ...about('API keys', 'keys.rotate', 'Give a key a new secret'),
      request: { params: ById, headers: IfMatch, body: body(Rotation) },
      responses: answers(KeyWithSecret, 'The key with its new secret, which is shown once.'),
    }),
    async (c) => {
      const { overlap_ms, revision } = c.req.valid('json');
      const ifMatch = revisionGiven(c.req.valid('header'), revision);
      const { rotated, key } = await rotateKey(c.get('call'), c.req.valid('param').id, overlap_ms, ifMatch);
      return c.json({ ...rotated, key }, 200, etag(rotated));
    },
  ),
];
