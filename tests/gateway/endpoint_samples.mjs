/**
 * A request to each endpoint that works, for the table of who may use which.
 *
 * Each role has things of its own to change and to take out, so that no request is in another one's way: `mine` belongs to the
 * member who asks, `other` to somebody else.
 */
import { readFile } from 'node:fs/promises';

/** @typedef {{ role: string, whose: 'mine' | 'other', session?: string }} Of `session`: one that is open */
/** @typedef {{ path?: Record<string, string>, query?: string, body?: unknown }} Sample */

const BOOK = JSON.parse(await readFile(new URL('../../src/price/claude.json', import.meta.url), 'utf8'));
const ROLE = { permissions: [{ action: 'models.read', scope: 'any' }] };
/** Of one key each, for a request's path holds only so many. @param {Of} of */
const scoped = (of) => ({ scope: { key: id('key', of) } });
const LIMIT = { meter: 'requests', rate: 1000, period_ms: 60000, capacity: 1000 };
const BUDGET = { window: 'monthly', cap_usd: '1000' };

/** The id of something that the role may have. @param {string} kind @param {Of} of */
export const id = (kind, { role, whose }) => `${kind}-${role}-${whose}`;
/** The same, to be taken out. @param {string} kind @param {Of} of */
const old = (kind, { role, whose }) => `${kind}-${role}-${whose}-old`;

/** Null where there is nothing of somebody else's to ask for. @type {Record<string, (of: Of) => Sample | null>} */
export const SAMPLES = {
  'GET /v1/organizations/me': () => ({}),
  'GET /v1/organizations/profile': () => ({}),
  'PUT /v1/organizations/profile': () => ({ body: { legal_name: 'Acme Incorporated' } }),
  'GET /v1/organizations/settings': () => ({}),
  'PUT /v1/organizations/settings': () => ({ body: { retention_ms: 3600000 } }),

  'GET /v1/organizations/members': () => ({}),
  'GET /v1/organizations/members/{id}': () => ({ path: { id: 'zoe' } }),
  'POST /v1/organizations/members': (of) => ({ body: { email: `${id('asked', of)}@acme.example`, role: 'viewer' } }),
  'POST /v1/organizations/members/{id}': (of) => ({ path: { id: id('member', of) }, body: { name: 'Somebody' } }),
  'DELETE /v1/organizations/members/{id}': (of) => ({ path: { id: old('member', of) } }),
  'GET /v1/organizations/users': () => ({}),
  'GET /v1/organizations/users/{id}': () => ({ path: { id: 'zoe' } }),
  'POST /v1/organizations/users/{id}': (of) => ({ path: { id: id('member', of) }, body: { role: 'viewer' } }),
  'DELETE /v1/organizations/users/{id}': (of) => ({ path: { id: old('user', of) } }),

  'GET /v1/organizations/invites': () => ({}),
  'POST /v1/organizations/invites': (of) => ({ body: { email: `${id('invited', of)}@acme.example`, role: 'viewer' } }),
  'GET /v1/organizations/invites/{id}': (of) => ({ path: { id: id('invite', of) } }),
  'DELETE /v1/organizations/invites/{id}': (of) => ({ path: { id: old('invite', of) } }),
  'POST /v1/invites/accept': () => ({ body: { code: 'no-code' } }),

  'GET /v1/organizations/workspaces': () => ({}),
  'POST /v1/organizations/workspaces': (of) => ({ body: { name: id('workspace', of) } }),
  'GET /v1/organizations/workspaces/{id}': () => ({ path: { id: 'bot' } }),
  'POST /v1/organizations/workspaces/{id}': () => ({ path: { id: 'bot' }, body: { name: 'Support bot' } }),
  'POST /v1/organizations/workspaces/{id}/archive': (of) => ({ path: { id: old('workspace', of) } }),
  'GET /v1/organizations/workspaces/{id}/members': () => ({ path: { id: 'bot' } }),
  'POST /v1/organizations/workspaces/{id}/members': (of) => ({
    path: { id: id('workspace', of) },
    body: { user_id: 'zoe', workspace_role: 'workspace_user' },
  }),
  'GET /v1/organizations/workspaces/{id}/members/{user_id}': (of) => ({
    path: { id: id('workspace', of), user_id: 'tom' },
  }),
  'POST /v1/organizations/workspaces/{id}/members/{user_id}': (of) => ({
    path: { id: id('workspace', of), user_id: 'tom' },
    body: { workspace_role: 'workspace_user' },
  }),
  'DELETE /v1/organizations/workspaces/{id}/members/{user_id}': (of) => ({
    path: { id: old('staffed', of), user_id: 'tom' },
  }),

  'GET /v1/organizations/api_keys': () => ({}),
  'GET /v1/organizations/api_keys/{id}': (of) => ({ path: { id: id('key', of) } }),
  'POST /v1/organizations/api_keys/{id}': (of) => ({ path: { id: id('key', of) }, body: { name: 'a name' } }),
  'GET /v1/api-keys': () => ({}),
  'POST /v1/api-keys': ({ role, whose }) => ({
    body: { name: 'new', owner: { member: whose === 'mine' ? role : 'tom' } },
  }),
  'GET /v1/api-keys/{id}': (of) => ({ path: { id: id('key', of) } }),
  'POST /v1/api-keys/{id}': (of) => ({ path: { id: id('key', of) }, body: { name: 'another name' } }),
  'DELETE /v1/api-keys/{id}': (of) => ({ path: { id: old('key', of) } }),
  'POST /v1/api-keys/{id}/rotate': (of) => ({ path: { id: id('key', of) }, body: {} }),

  'GET /v1/organizations/rate_limits': () => ({}),
  'GET /v1/organizations/workspaces/{id}/rate_limits': () => ({ path: { id: 'bot' } }),
  'GET /v1/organizations/spend_limits': () => ({}),
  'POST /v1/organizations/spend_limits': () => ({
    body: { amount: '100000', period: 'monthly', scope: { type: 'organization' } },
  }),
  'GET /v1/organizations/spend_limits/effective': () => ({}),
  'GET /v1/organizations/spend_limits/{id}': (of) => ({ path: { id: id('budget', of) } }),
  'POST /v1/organizations/spend_limits/{id}': (of) => ({ path: { id: id('budget', of) }, body: { amount: '200000' } }),
  'DELETE /v1/organizations/spend_limits/{id}': (of) => ({ path: { id: old('budget', of) } }),

  'GET /v1/organizations/roles': () => ({}),
  'GET /v1/organizations/roles/{id}': (of) => ({ path: { id: id('role', of) } }),
  'PUT /v1/organizations/roles/{id}': (of) => ({ path: { id: id('role', of) }, body: ROLE }),
  'DELETE /v1/organizations/roles/{id}': (of) => ({ path: { id: old('role', of) } }),
  'GET /v1/organizations/model_classes': () => ({}),
  'GET /v1/organizations/model_classes/{id}': () => ({ path: { id: 'class-kept' } }),
  'PUT /v1/organizations/model_classes/{id}': () => ({
    path: { id: 'class-kept' },
    body: { models: ['claude-opus-*'] },
  }),
  'DELETE /v1/organizations/model_classes/{id}': (of) => ({ path: { id: old('class', of) } }),
  'GET /v1/organizations/service_accounts': () => ({}),
  'GET /v1/organizations/service_accounts/{id}': (of) => ({ path: { id: id('account', of) } }),
  'PUT /v1/organizations/service_accounts/{id}': (of) => ({
    path: { id: id('account', of) },
    body: { project: 'bot', role: 'viewer' },
  }),
  'DELETE /v1/organizations/service_accounts/{id}': (of) => ({ path: { id: old('account', of) } }),
  'GET /v1/organizations/limits': () => ({}),
  'GET /v1/organizations/limits/{id}': (of) => ({ path: { id: id('limit', of) } }),
  'PUT /v1/organizations/limits/{id}': (of) => ({ path: { id: id('limit', of) }, body: { ...LIMIT, ...scoped(of) } }),
  'DELETE /v1/organizations/limits/{id}': (of) => ({ path: { id: old('limit', of) } }),
  'GET /v1/organizations/budgets': () => ({}),
  'GET /v1/organizations/budgets/{id}': (of) => ({ path: { id: id('budget', of) } }),
  'PUT /v1/organizations/budgets/{id}': (of) => ({
    path: { id: id('budget', of) },
    body: { ...BUDGET, ...scoped(of) },
  }),
  'DELETE /v1/organizations/budgets/{id}': (of) => ({ path: { id: old('spare', of) } }),
  'GET /v1/organizations/price_book': () => ({}),
  'PUT /v1/organizations/price_book': () => ({ body: BOOK }),

  'GET /v1/organizations/increase_requests': () => ({}),
  'POST /v1/organizations/increase_requests': ({ whose }) =>
    whose === 'other' ? null : { body: { limit: 'org-rpm', rate: 2000, reason: 'launch' } },
  'GET /v1/organizations/increase_requests/{id}': (of) => ({ path: { id: id('ask', of) } }),
  'POST /v1/organizations/increase_requests/{id}/approve': (of) => ({ path: { id: id('ask', of) }, body: {} }),
  'POST /v1/organizations/increase_requests/{id}/deny': (of) => ({ path: { id: old('ask', of) }, body: {} }),
  'POST /v1/organizations/increase_requests/{id}/withdraw': (of) => ({ path: { id: old('regret', of) }, body: {} }),

  'GET /v1/organizations/denials': (of) => ({ query: `api_key_id=${id('key', of)}` }),
  'POST /v1/organizations/preview': () => ({
    body: { changes: [{ change: { type: 'limit_removed', id: 'org-rpm' } }] },
  }),
  'GET /v1/organizations/audit-logs': () => ({}),
  'GET /v1/organizations/audit-logs/export': () => ({}),
  'GET /v1/organizations/audit-logs/head': () => ({}),
  'POST /v1/organizations/sign_in_codes': () => ({ body: { member_id: 'tom' } }),
  'GET /v1/organizations/sessions': () => ({}),
  'DELETE /v1/organizations/sessions/{id}': ({ session = '' }) => ({ path: { id: session } }),
  'POST /v1/sessions': () => ({ body: { code: 'no-code' } }),
  'DELETE /v1/sessions/current': ({ whose }) => (whose === 'other' ? null : {}),
  'GET /v1/organizations/export': () => ({}),
};

/**
 * The increase requests that the samples name, and who asks: a policy file cannot hold them.
 *
 * @param {readonly string[]} roles
 */
export function sampledRequests(roles) {
  const whose = /** @type {const} */ (['mine', 'other']);
  return roles.flatMap((role) =>
    whose.flatMap((each) => {
      const of = { role, whose: each };
      const asked = { limit: id('limit', of), rate: 5000, reason: 'launch' };
      const ids = [id('ask', of), old('ask', of), old('regret', of)];
      return ids.map((at) => ({ member: each === 'mine' ? role : 'zoe', body: { id: at, ...asked } }));
    }),
  );
}

/** Everything that the samples name. @param {readonly string[]} roles each is also the id of a member of that role @param {string} [rootSha256] of an admin key's secret */
export function sampledPolicy(roles, rootSha256 = '') {
  const each = (/** @type {(of: Of) => object[]} */ make) =>
    roles.flatMap((role) => [...make({ role, whose: 'mine' }), ...make({ role, whose: 'other' })]);
  const both = (/** @type {string} */ kind, /** @type {(at: string, of: Of) => object} */ make) =>
    each((of) => [make(id(kind, of), of), make(old(kind, of), of)]);
  const member = (/** @type {string} */ at, more = {}) => ({
    id: at,
    email: `${at}@acme.example`,
    role: 'viewer',
    ...more,
  });
  const tom = [{ member: 'tom', role: 'viewer' }];
  return {
    schema_version: 1,
    organization: { id: 'acme' },
    model_classes: [
      { id: 'class-kept', models: ['claude-opus-*'] },
      ...each((of) => [{ id: old('class', of), models: ['claude-haiku-*'] }]),
    ],
    roles: both('role', (at) => ({ id: at, ...ROLE })),
    members: [
      ...roles.map((role) => member(role, { role })),
      member('zoe', { role: 'admin' }),
      member('tom'),
      ...both('member', (at) => member(at)),
      ...both('user', (at) => member(at)),
      ...both('invite', (at) => member(at, { status: 'invited', invite_expires_at: '2999-01-01T00:00:00Z' })),
    ],
    projects: [
      { id: 'bot', members: tom },
      ...both('workspace', (at) => ({ id: at, members: tom })),
      ...both('staffed', (at) => ({ id: at, members: tom })),
    ],
    service_accounts: both('account', (at) => ({ id: at, project: 'bot', role: 'viewer' })),
    keys: [
      { id: 'root', kind: 'admin', owner: { member: 'zoe' }, secrets: [{ sha256: rootSha256 }] },
      ...both('key', (at, { role, whose }) => ({ id: at, owner: { member: whose === 'mine' ? role : 'tom' } })),
    ],
    limits: [
      { id: 'org-rpm', ...LIMIT, scope: 'organization' },
      ...both('limit', (at, of) => ({ id: at, ...LIMIT, ...scoped(of), capacity: 900 })),
    ],
    budgets: [
      ...both('budget', (at, of) => ({ id: at, ...BUDGET, ...scoped(of) })),
      ...each((of) => [{ id: old('spare', of), ...BUDGET, ...scoped(of) }]),
    ],
  };
}
