/** The official SDK, unmodified, as an administrator's client. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import Anthropic from '@anthropic-ai/sdk';

import { KEYS, managedPolicy } from './management.mjs';
import { servingWith } from './serving.mjs';

/** @param {AsyncIterable<{ id: string }>} list */
async function ids(list) {
  const all = [];
  for await (const { id } of list) all.push(id);
  return all;
}

test("the SDK's organization resources work: members, invites, workspaces, keys, limits", () =>
  servingWith({ given: managedPolicy() }, async (gateway) => {
    const client = new Anthropic({ apiKey: KEYS.admin.key, baseURL: gateway.url, maxRetries: 0 });
    const { organization } = client;
    assert.deepEqual(await organization.retrieve(), { id: 'acme', type: 'organization', name: 'Acme' });

    assert.deepEqual(await ids(organization.users.list({ limit: 2 })), ['ada', 'ben', 'bill', 'pia', 'vera', 'zoe']);
    const user = await organization.users.update('vera', { role: 'developer' });
    assert.equal(user.role, 'developer');
    assert.deepEqual(await organization.users.retrieve('vera'), user);
    assert.equal((await organization.users.remove('bill')).type, 'user_deleted');

    const invite = await organization.invites.create({ email: 'new@acme.example', role: 'developer' });
    assert.deepEqual([invite.type, invite.status], ['invite', 'pending']);
    assert.deepEqual(await ids(organization.invites.list()), [invite.id]);
    assert.equal((await organization.invites.delete(invite.id)).type, 'invite_deleted');

    const workspace = await organization.workspaces.create({ name: 'Search' });
    await organization.workspaces.update(workspace.id, { name: 'Find' });
    const member = { user_id: 'vera', workspace_role: /** @type {const} */ ('workspace_admin') };
    assert.equal((await organization.workspaces.members.add(workspace.id, member)).workspace_role, 'workspace_admin');
    const where = { workspace_id: workspace.id };
    await organization.workspaces.members.update('vera', { ...where, workspace_role: 'workspace_user' });
    assert.equal((await organization.workspaces.members.retrieve('vera', where)).workspace_role, 'workspace_user');
    await organization.workspaces.members.remove('vera', where);
    assert.ok((await organization.workspaces.archive(workspace.id)).archived_at);

    const keys = await ids(organization.apiKeys.list({ limit: 3, status: 'active' }));
    assert.ok(keys.length > 3 && keys.includes('key_normal'));
    const key = await organization.apiKeys.update('key_normal', { name: 'renamed' });
    assert.deepEqual([key.name, key.status], ['renamed', 'active']);
    assert.equal((await organization.apiKeys.update('key_normal', { status: 'inactive' })).status, 'inactive');
    assert.deepEqual(await ids(organization.apiKeys.list({ status: 'inactive' })), ['key_normal']);
    assert.equal((await organization.apiKeys.update('key_normal', { status: 'archived' })).status, 'archived');

    const groups = [];
    for await (const { group, limits } of organization.rateLimits.list()) groups.push([group.type, limits]);
    assert.deepEqual(groups, [['model_group', [{ type: 'requests_per_minute', value: 600 }]]]);
    const spent = [];
    const asked = { limit: 2, period: [/** @type {const} */ ('monthly')] };
    for await (const row of organization.spendLimits.effective.list(asked)) spent.push(row.amount);
    assert.deepEqual(spent, ['50000', '50000', '50000', '50000', '50000']);
  }));

test("refusals are the SDK's own errors, and a stale change is not repeated", () =>
  servingWith({ given: managedPolicy() }, async (gateway) => {
    const as = (/** @type {string} */ apiKey) =>
      new Anthropic({ apiKey, baseURL: gateway.url, maxRetries: 2 }).organization;
    await assert.rejects(as(KEYS.developer.key).users.list(), Anthropic.PermissionDeniedError);
    await assert.rejects(as(KEYS.caller.key).users.list(), Anthropic.PermissionDeniedError);
    await assert.rejects(as('tg_acme_nonsense').users.list(), Anthropic.AuthenticationError);
    await assert.rejects(as(KEYS.admin.key).users.retrieve('none'), Anthropic.NotFoundError);
    await assert.rejects(
      as(KEYS.admin.key).invites.create({ email: 'ben@acme.example', role: 'user' }),
      Anthropic.ConflictError,
    );
    const stale = { headers: { 'if-match': '"1"' } };
    await assert.rejects(as(KEYS.admin.key).users.update('vera', { role: 'billing' }, stale), Anthropic.ConflictError);
    await assert.rejects(as(KEYS.admin.key).invites.create({ email: 'x', role: 'user' }), Anthropic.BadRequestError);
  }));
