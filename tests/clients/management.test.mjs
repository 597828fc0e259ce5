/**
 * The official SDKs' own resources for an organization, against the gateway: `client.organization` and `client.beta.organization`.
 *
 * They list, read and change keys, users, invites and workspaces; they make no key, rotate none, revoke none but by its status, and have
 * no audit log, roles, limits, budgets over all time, settings or export: `tollgate/admin` has those.
 */
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { KEYS, managedPolicy } from '../gateway/management.mjs';
import { servingWith } from '../gateway/serving.mjs';
import { clientOf, refusal } from './client.mjs';
import { pythonTests } from './python.mjs';

const TESTS = fileURLToPath(new URL('management_test.py', import.meta.url));

/** More of everything than fits on the SDKs' first page. */
const MANY = 25;
/** Sizes of pages: of one item, of some with a rest, of nearly all. */
const SIZES = [1, 7, 20];
const each = (/** @type {(index: number) => object} */ make) => Array.from({ length: MANY }, (_, index) => make(index + 10));
const BASE = managedPolicy();
const GIVEN = {
  given: managedPolicy({
    members: [
      ...BASE.members,
      ...each((n) => ({ id: `m${n}`, email: `m${n}@acme.example`, role: 'viewer' })),
      ...each((n) => ({ id: `i${n}`, email: `i${n}@acme.example`, role: 'viewer', status: 'invited' })),
    ],
    projects: [
      { id: 'bot', name: 'Support bot', members: [{ member: 'vera', role: 'developer' }, ...each((n) => ({ member: `m${n}`, role: 'viewer' }))] },
      ...list(BASE, 'projects').slice(1),
      ...each((n) => ({ id: `p${n}`, name: `Project ${n}` })),
    ],
    service_accounts: [...list(BASE, 'service_accounts'), ...each((n) => ({ id: `s${n}`, project: 'bot', role: 'developer' }))],
    model_classes: each((n) => ({ id: `c${n}`, models: ['claude-*'] })),
    limits: [...list(BASE, 'limits'), ...each((n) => limit(n, 'organization')), ...each((n) => limit(n, { project: 'bot' }))],
    budgets: [...list(BASE, 'budgets'), ...each((n) => ({ id: `b${n}`, scope: { project: `p${n}` }, window: 'monthly', cap_usd: '5' }))],
    keys: [...BASE.keys, ...each((n) => ({ id: `k${n}`, owner: { member: 'ada' }, secrets: [{ sha256: `${n}`.padEnd(64, 'a') }] }))],
  }),
};

/** A limit on a model class of its own: a group of the provider's. @param {number} n @param {string | { project: string }} scope */
function limit(n, scope) {
  const id = typeof scope === 'string' ? `o${n}` : `w${n}`;
  return { id, scope, model_class: `c${n}`, meter: 'requests', rate: 60, period_ms: 60_000, capacity: 60 };
}

/** @param {object} policy @param {string} name @returns {object[]} */
function list(policy, name) {
  return /** @type {Record<string, object[]>} */ ({ ...policy })[name] ?? [];
}

/** @template T @param {AsyncIterable<T>} pages @returns {Promise<T[]>} */
async function all(pages) {
  const items = [];
  for await (const item of pages) items.push(item);
  return items;
}

/** @typedef {Anthropic['organization'] | Anthropic['beta']['organization']} Organization */

/**
 * Every list that the gateway has of the SDKs' own, and how much is in it.
 *
 * @type {[name: string, length: number, list: (organization: Organization, asked: { limit: number }) => AsyncIterable<object>][]}
 */
const LISTS = [
  ['apiKeys', 8 + MANY, ({ apiKeys }, asked) => apiKeys.list(asked)],
  ['users', 6 + MANY, ({ users }, asked) => users.list(asked)],
  ['invites', MANY, ({ invites }, asked) => invites.list(asked)],
  ['workspaces', 2 + MANY, ({ workspaces }, asked) => workspaces.list(asked)],
  ['workspaces.members', 1 + MANY, ({ workspaces }, asked) => workspaces.members.list('bot', asked)],
  ['workspaces.rateLimits', MANY, ({ workspaces }, asked) => workspaces.rateLimits.list('bot', asked)],
  ['rateLimits', 1 + MANY, ({ rateLimits }, asked) => rateLimits.list(asked)],
  ['serviceAccounts', 1 + MANY, ({ serviceAccounts }, asked) => serviceAccounts.list(asked)],
  ['spendLimits.effective', 6 + MANY, ({ spendLimits }, asked) => spendLimits.effective.list(asked)],
];

/** Reads a list by pages of several sizes; all must tell the same. @param {(asked: { limit: number }) => AsyncIterable<object>} list @param {number} length @param {string} name */
async function walked(list, length, name) {
  const whole = await all(list({ limit: 1000 }));
  assert.equal(whole.length, length, name);
  for (const limit of SIZES) assert.deepEqual(await all(list({ limit })), whole, `${name}, ${limit} a page`);
}

for (const name of /** @type {const} */ (['organization', 'beta.organization'])) {
  /** @param {import('../gateway/gateway.mjs').TestGateway} gateway */
  const organizationOf = (gateway) => {
    const { client } = clientOf(gateway.url, KEYS.admin.key);
    return name === 'organization' ? client.organization : client.beta.organization;
  };

  test(`client.${name} tells whose key it is`, () =>
    servingWith(GIVEN, async (gateway) => {
      assert.deepEqual(await organizationOf(gateway).retrieve(), { id: 'acme', type: 'organization', name: 'Acme' });
    }));

  test(`client.${name} reads each list to its end, whatever fits on a page`, () =>
    servingWith(GIVEN, async (gateway) => {
      for (const [list, length, of] of LISTS) await walked((asked) => of(organizationOf(gateway), asked), length, list);
    }));

  test(`client.${name}.apiKeys lists every key, reads one, renames and revokes it`, () =>
    servingWith(GIVEN, async (gateway) => {
      const { apiKeys } = organizationOf(gateway);
      const keys = await all(apiKeys.list());
      assert.equal(keys.length, 8 + MANY);
      assert.deepEqual((await all(apiKeys.list({ workspace_id: 'lab' }))).map(({ id }) => id), ['key_lab']);
      const key = await apiKeys.retrieve('key_lab');
      assert.deepEqual([key.type, key.status, key.scope, key.principal], [
        'api_key', 'active', { type: 'workspace', workspace_id: 'lab' }, { type: 'user_actor', user_id: 'ada' },
      ]);
      assert.equal((await apiKeys.update('key_lab', { name: 'Laboratory' })).name, 'Laboratory');
      assert.equal((await apiKeys.update('key_lab', { status: 'archived' })).status, 'archived');
    }));

  test(`client.${name}.users lists every member, reads, changes and removes one`, () =>
    servingWith(GIVEN, async (gateway) => {
      const { users } = organizationOf(gateway);
      assert.equal((await all(users.list())).length, 6 + MANY);
      assert.deepEqual((await all(users.list({ email: 'ben@acme.example' }))).map(({ id }) => id), ['ben']);
      const { id, type, email, role } = await users.retrieve('vera');
      assert.deepEqual([id, type, email, role], ['vera', 'user', 'vera@acme.example', 'viewer']);
      assert.equal((await users.update('vera', { role: 'billing' })).role, 'billing');
      assert.deepEqual(await users.remove('vera'), { id: 'vera', type: 'user_deleted' });
    }));

  test(`client.${name}.invites makes, lists, reads and takes back an invitation`, () =>
    servingWith(GIVEN, async (gateway) => {
      const { invites } = organizationOf(gateway);
      const { id, status } = await invites.create({ email: 'dana@acme.example', role: 'developer' });
      assert.equal(status, 'pending');
      assert.ok((await all(invites.list())).some(({ email }) => email === 'dana@acme.example'));
      assert.equal((await invites.retrieve(id)).email, 'dana@acme.example');
      assert.deepEqual(await invites.delete(id), { id, type: 'invite_deleted' });
    }));

  test(`client.${name}.workspaces makes, lists, reads, renames and archives, and says who has which role in it`, () =>
    servingWith(GIVEN, async (gateway) => {
      const { workspaces } = organizationOf(gateway);
      const { id } = await workspaces.create({ name: 'Search' });
      assert.equal((await all(workspaces.list())).length, 3 + MANY);
      assert.equal((await workspaces.retrieve(id)).name, 'Search');
      assert.equal((await workspaces.update(id, { name: 'Find' })).name, 'Find');
      const { members } = workspaces;
      const added = await members.add(id, { user_id: 'ben', workspace_role: 'workspace_developer' });
      assert.deepEqual(added, { type: 'workspace_member', user_id: 'ben', workspace_id: id, workspace_role: 'workspace_developer' });
      await members.update('ben', { workspace_id: id, workspace_role: 'workspace_admin' });
      assert.equal((await members.retrieve('ben', { workspace_id: id })).workspace_role, 'workspace_admin');
      assert.deepEqual((await all(members.list(id))).map(({ user_id }) => user_id), ['ben']);
      await members.remove('ben', { workspace_id: id });
      assert.notEqual((await workspaces.archive(id)).archived_at, null);
    }));

  test(`client.${name} lists rate limits and service accounts, and what members can spend`, () =>
    servingWith(GIVEN, async (gateway) => {
      const organization = organizationOf(gateway);
      const [limit] = await all(organization.rateLimits.list());
      assert.deepEqual(limit?.limits, [{ type: 'requests_per_minute', value: 600 }]);
      assert.deepEqual(await all(organization.workspaces.rateLimits.list('lab')), []);
      assert.equal((await all(organization.serviceAccounts.list())).length, 1 + MANY);
      assert.equal((await organization.serviceAccounts.retrieve('ci')).id, 'ci');
      const rows = await all(organization.spendLimits.effective.list());
      assert.deepEqual([rows.length, rows[0]?.amount, rows[0]?.period], [6 + MANY, '50000', 'monthly']);
    }));

  test(`client.${name} is refused in the provider's shape`, () =>
    servingWith(GIVEN, async (gateway) => {
      const { apiKeys, users } = organizationOf(gateway);
      await refusal(apiKeys.retrieve('nobody').then(), 404, 'not_found_error');
      const { client } = clientOf(gateway.url, KEYS.caller.key);
      const callers = name === 'organization' ? client.organization : client.beta.organization;
      await refusal(callers.users.list().then(), 403, 'permission_error');
      await refusal(users.update('ada', { role: 'developer' }).then(() => users.update('zoe', { role: 'developer' })), 403, 'permission_error');
    }));
}

test('client.beta.organization.spendLimits lists every budget of a period, reads and takes one out', () =>
  servingWith(GIVEN, async (gateway) => {
    const { spendLimits } = clientOf(gateway.url, KEYS.admin.key).client.beta.organization;
    await walked((asked) => spendLimits.list(asked), 2 + MANY, 'spendLimits');
    const { amount, currency, period, scope } = await spendLimits.retrieve('org-month');
    assert.deepEqual([amount, currency, period, scope], ['50000', 'USD', 'monthly', { type: 'organization' }]);
    await spendLimits.delete('b10');
    await refusal(spendLimits.retrieve('b10').then(), 404, 'not_found_error');
  }));

test('the official Python SDK', (t) =>
  servingWith(GIVEN, (gateway) => pythonTests(t, TESTS, { TOLLGATE_BASE_URL: gateway.url, TOLLGATE_ADMIN_KEY: KEYS.admin.key })));
