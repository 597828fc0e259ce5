/** Everything by which somebody could get more than they were given: each is refused, and the auditors read of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { actions } from 'tollgate/management';

import { KEYS, ask, done, managedPolicy, signedIn } from './management.mjs';
import { servingWith } from './serving.mjs';

const DEVELOPER = KEYS.developer.key;
const PEOPLE = KEYS.people.key;
const BILLING = KEYS.billing.key;
const VIEWER = KEYS.viewer.key;
const GIVEN = { given: managedPolicy() };
const LIMIT = { scope: { key: 'key_normal' }, meter: 'requests', rate: 99999, period_ms: 60000, capacity: 99999 };

/**
 * What is tried, by whose key, and the action that the auditors read. 404: the caller may not even see what it tries to change.
 *
 * @type {[name: string, key: string, request: string, body: unknown, status: number, action: string][]}
 */
const ATTEMPTS = [
  ['a developer makes an admin key', DEVELOPER, 'POST /v1/api-keys', { name: 'a', kind: 'admin' }, 403, 'keys.create'],
  [
    'a developer makes a key of an admin',
    DEVELOPER,
    'POST /v1/api-keys',
    { name: 'a', owner: { member: 'ada' } },
    403,
    'keys.create',
  ],
  [
    'a developer makes a key of a service account',
    DEVELOPER,
    'POST /v1/api-keys',
    { name: 'a', owner: { service_account: 'ci' }, workspace_id: 'bot' },
    403,
    'keys.create',
  ],
  [
    'a developer raises its own cap',
    DEVELOPER,
    'PUT /v1/organizations/budgets/ben-month',
    { scope: { key: 'key_normal' }, window: 'monthly', cap_usd: '9999' },
    403,
    'budgets.write',
  ],
  [
    'a developer raises its own cap as a spend limit',
    DEVELOPER,
    'POST /v1/organizations/spend_limits/ben-month',
    { amount: '999900' },
    403,
    'budgets.write',
  ],
  [
    'a developer takes its own cap out',
    DEVELOPER,
    'DELETE /v1/organizations/budgets/ben-month',
    undefined,
    403,
    'budgets.write',
  ],
  ['a developer raises its own limit', DEVELOPER, 'PUT /v1/organizations/limits/ben-rpm', LIMIT, 403, 'limits.write'],
  [
    "a developer rotates another member's key",
    DEVELOPER,
    'POST /v1/api-keys/key_viewer/rotate',
    {},
    404,
    'keys.rotate',
  ],
  [
    "a developer takes another member's key over",
    DEVELOPER,
    'POST /v1/api-keys/key_viewer',
    { name: 'mine' },
    404,
    'keys.update',
  ],
  [
    'a developer edits a key in a workspace that it is not in',
    DEVELOPER,
    'POST /v1/api-keys/key_lab',
    { role: 'admin' },
    404,
    'keys.update',
  ],
  [
    'a developer edits a workspace that it is not in',
    DEVELOPER,
    'POST /v1/organizations/workspaces/lab',
    { models: null },
    403,
    'projects.update',
  ],
  [
    'a developer gives itself a role in a workspace',
    DEVELOPER,
    'POST /v1/organizations/workspaces/lab/members',
    { user_id: 'ben', workspace_role: 'workspace_admin' },
    403,
    'projects.update',
  ],
  [
    'a developer makes itself an admin',
    DEVELOPER,
    'POST /v1/organizations/members/ben',
    { role: 'admin' },
    403,
    'members.update',
  ],
  ['a developer takes the export', DEVELOPER, 'GET /v1/organizations/export', undefined, 403, 'state.export'],
  ['a developer reads the audit log', DEVELOPER, 'GET /v1/organizations/audit-logs', undefined, 403, 'audit.read'],
  [
    'a developer signs an admin in',
    DEVELOPER,
    'POST /v1/organizations/sign_in_codes',
    { member_id: 'ada' },
    403,
    'members.invite',
  ],
  [
    'who changes members grants a role that it lacks',
    PEOPLE,
    'POST /v1/organizations/members/pia',
    { role: 'admin' },
    403,
    'members.update',
  ],
  [
    'who invites grants a role that it lacks',
    PEOPLE,
    'POST /v1/organizations/invites',
    { email: 'x@acme.example', role: 'admin' },
    403,
    'members.invite',
  ],
  [
    'who invites signs an admin in',
    PEOPLE,
    'POST /v1/organizations/sign_in_codes',
    { member_id: 'ada' },
    403,
    'members.invite',
  ],
  [
    'who invites signs in somebody who holds more in a workspace',
    PEOPLE,
    'POST /v1/organizations/sign_in_codes',
    { member_id: 'vera' },
    403,
    'members.invite',
  ],
  [
    'who writes roles adds to its own',
    PEOPLE,
    'PUT /v1/organizations/roles/people',
    { permissions: [{ action: 'policy.write', scope: 'any' }] },
    403,
    'roles.write',
  ],
  [
    'who updates workspaces grants a role there that it lacks',
    PEOPLE,
    'POST /v1/organizations/workspaces/lab/members',
    { user_id: 'pia', workspace_role: 'workspace_admin' },
    403,
    'projects.update',
  ],
  [
    'billing makes a service account',
    BILLING,
    'PUT /v1/organizations/service_accounts/x',
    { project: 'bot', role: 'admin' },
    403,
    'service_accounts.write',
  ],
  [
    'billing changes a limit',
    BILLING,
    'PUT /v1/organizations/limits/org-rpm',
    { ...LIMIT, scope: 'organization' },
    403,
    'limits.write',
  ],
  [
    'a viewer changes a budget',
    VIEWER,
    'DELETE /v1/organizations/spend_limits/org-month',
    undefined,
    403,
    'budgets.write',
  ],
  [
    'a viewer approves an increase',
    VIEWER,
    'POST /v1/organizations/increase_requests/asked/approve',
    {},
    403,
    'increase_requests.decide',
  ],
];

test('whoever tries to get more than they were given is refused, and it is in the audit log by then', () =>
  servingWith({ given: managedPolicy() }, async (gateway) => {
    await done(gateway, 'POST /v1/organizations/increase_requests', {
      key: DEVELOPER,
      body: { id: 'asked', limit: 'ben-rpm', rate: 100, reason: 'more' },
    });
    const recorded = async () =>
      (await done(gateway, 'GET /v1/organizations/audit-logs?action=denial.recorded&limit=1000')).data;
    /** @type {Set<string>} */
    const told = new Set();
    for (const [name, key, request, body, status, action] of ATTEMPTS) {
      const forms = () => done(gateway, 'GET /v1/organizations/audit-logs/head');
      const before = await forms();
      const answer = await ask(gateway, request, { key, ...(body !== undefined && { body }) });
      assert.equal(answer.status, status, `${name}: ${answer.text}`);
      assert.equal(answer.json.error.type, status === 403 ? 'permission_error' : 'not_found_error', name);
      const role = Object.entries(KEYS).find(([, known]) => known.key === key)?.[0];
      const { error_code } = answer.json.error.details;
      const reason = error_code === 'forbidden_change' ? error_code : 'forbidden_action';
      const known = `${role} ${action} ${reason}`;
      const entries = (await forms()).entries - before.entries;
      // The first of its kind at once, others within the minute as a count: a flood must not fill the log.
      assert.equal(entries, told.has(known) ? 0 : 1, `${name}: ${entries} entries`);
      told.add(known);
      const found = (await recorded()).find(
        (/** @type {any} */ { actor, after }) =>
          actor.api_key_id === `manage_${role}` && after.action === action && after.reason === reason,
      );
      assert.ok(found, `${name}: not in the audit log`);
    }
  }));

test("a key's own role cannot give it more than its owner has", () =>
  servingWith({ given: managedPolicy() }, async (gateway) => {
    const { id } = await done(gateway, 'POST /v1/api-keys', { key: DEVELOPER, body: { name: 'a', role: 'admin' } });
    const can = { type: 'can', principal: { key: id }, action: 'members.read' };
    assert.deepEqual(await gateway.operator('query', can), { type: 'can', allowed: false });
  }));

test("a removed member's sessions and codes end with it, and its admin key changes nothing any more, which is audited", () =>
  servingWith({ given: managedPolicy() }, async (gateway) => {
    const cookie = await signedIn(gateway, 'pia');
    const { code } = await done(gateway, 'POST /v1/organizations/sign_in_codes', { body: { member_id: 'pia' } });
    assert.equal((await ask(gateway, 'GET /v1/organizations/members', { cookie })).status, 200);
    await done(gateway, 'DELETE /v1/organizations/members/pia');
    assert.deepEqual((await done(gateway, 'GET /v1/organizations/sessions')).data, []);
    for (const request of [
      'GET /v1/organizations/me',
      'GET /v1/organizations/members',
      'GET /v1/organizations/sessions',
      'GET /v1/organizations/export',
      'DELETE /v1/sessions/current',
    ]) {
      const answer = await ask(gateway, request, { cookie });
      assert.deepEqual([answer.status, answer.json.error.details.error_code], [401, 'session_ended'], request);
      assert.match(answer.json.error.message, /sign in again/, request);
    }
    assert.equal((await ask(gateway, 'POST /v1/sessions', { key: null, body: { code } })).status, 401);
    assert.equal((await ask(gateway, 'GET /v1/organizations/members', { key: PEOPLE })).status, 401);
    const { data } = await done(gateway, 'GET /v1/organizations/audit-logs?action=denial.recorded');
    const told = data.map((/** @type {any} */ { actor, after }) => [actor.api_key_id, after.action, after.reason]);
    assert.deepEqual(told, [['manage_people', 'members.read', 'owner_removed']]);
    const signIn = await ask(gateway, 'POST /v1/organizations/sign_in_codes', { body: { member_id: 'pia' } });
    assert.equal(signIn.status, 404);
  }));

test('the last admin stays, and an admin who steps down is told what became of it', () =>
  servingWith({ given: managedPolicy() }, async (gateway) => {
    await done(gateway, 'DELETE /v1/organizations/members/zoe');
    const removed = await ask(gateway, 'DELETE /v1/organizations/members/ada');
    assert.deepEqual([removed.status, removed.json.error.details.error_code], [403, 'forbidden_change']);
    const { data } = await done(gateway, 'GET /v1/organizations/audit-logs?action=denial.recorded');
    assert.deepEqual([data[0].after.action, data[0].after.reason], ['members.remove', 'forbidden_change']);
    await done(gateway, 'POST /v1/organizations/members/ben', { body: { role: 'admin' } });
    const down = await done(gateway, 'POST /v1/organizations/members/ada', { body: { role: 'viewer' } });
    assert.equal(down.role, 'viewer');
    assert.equal((await ask(gateway, 'GET /v1/organizations/members/ada')).status, 403);
  }));

test("another's address is changed by those who hold what that member holds: a provider knows people by it", () =>
  servingWith(GIVEN, async (gateway) => {
    const body = { email: 'evil@elsewhere.example' };
    const taken = await ask(gateway, 'POST /v1/organizations/members/ada', { key: PEOPLE, body });
    assert.deepEqual([taken.status, taken.json.error.details.error_code], [403, 'forbidden_change']);
    const own = await ask(gateway, 'POST /v1/organizations/members/pia', { key: PEOPLE, body: { email: 'p@acme.example' } });
    assert.equal(own.status, 200);
  }));

test('a code signs in as a member only for those who may hand on all that the member holds, requests too', () => {
  const every = actions().filter((action) => !action.startsWith('messages.'));
  const roles = [{ id: 'most', permissions: every.map((action) => ({ action, scope: 'any' })) }];
  const members = [
    { id: 'ada', email: 'ada@acme.example', role: 'admin' },
    { id: 'ben', email: 'ben@acme.example', role: 'developer' },
    { id: 'max', email: 'max@acme.example', role: 'most' },
  ];
  const keys = [
    { id: 'manage_most', kind: 'admin', owner: { member: 'max' }, secrets: [{ sha256: KEYS.people.sha256 }] },
    { id: 'manage_admin', kind: 'admin', owner: { member: 'ada' }, secrets: [{ sha256: KEYS.admin.sha256 }] },
    { id: 'key_normal', owner: { member: 'ben' }, secrets: [] },
  ];
  const more = { roles, members, keys, projects: [], service_accounts: [], limits: [], budgets: [] };
  return servingWith({ given: managedPolicy(more) }, async (gateway) => {
    for (const member_id of ['ben', 'ada']) {
      const code = await ask(gateway, 'POST /v1/organizations/sign_in_codes', { key: PEOPLE, body: { member_id } });
      assert.equal(code.status, 403, member_id);
    }
    await done(gateway, 'POST /v1/organizations/sign_in_codes', { body: { member_id: 'ben' } });
    await done(gateway, 'POST /v1/organizations/sign_in_codes', { key: PEOPLE, body: { member_id: 'max' } });
  });
});

test("a member's sessions and codes end with another role, another address, and a role in a project", () =>
  servingWith(GIVEN, async (gateway) => {
    const ends = [
      ['POST /v1/organizations/members/ben', { role: 'billing' }],
      ['POST /v1/organizations/members/ben', { email: 'benjamin@acme.example' }],
      ['POST /v1/organizations/workspaces/lab/members', { user_id: 'ben', workspace_role: 'workspace_admin' }],
    ];
    for (const [request, body] of /** @type {[string, unknown][]} */ (ends)) {
      const cookie = await signedIn(gateway, 'ben');
      const { code } = await done(gateway, 'POST /v1/organizations/sign_in_codes', { body: { member_id: 'ben' } });
      await done(gateway, 'POST /v1/organizations/members/ben', { body: { name: `Ben before ${request}` } });
      assert.equal((await ask(gateway, 'GET /v1/organizations/me', { cookie })).status, 200, 'a name ends nothing');
      await done(gateway, request, { body });
      assert.equal((await ask(gateway, 'GET /v1/organizations/me', { cookie })).status, 401, request);
      assert.equal((await ask(gateway, 'POST /v1/sessions', { key: null, body: { code } })).status, 401, request);
    }
  }));

test('unknown keys write nothing, however many', () =>
  servingWith({ given: managedPolicy() }, async (gateway) => {
    const head = () => gateway.operator('events', { after: 0, limit: 1 });
    const before = await head();
    const { generateKey } = await import('tollgate/edge');
    for (let i = 0; i < 20; i += 1) {
      const { key } = await generateKey('acme');
      assert.equal((await ask(gateway, 'POST /v1/api-keys', { key, body: { name: 'x' } })).status, 401);
    }
    assert.deepEqual(await head(), before);
    const [tables] = await gateway.operator('sabotage', { sql: 'SELECT (SELECT count(*) FROM session) AS sessions' });
    assert.equal(tables.sessions, 0);
  }));
