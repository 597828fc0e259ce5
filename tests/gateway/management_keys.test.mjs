/** Keys by the management plane: made with their limits, rotated under load, revoked; and why one was denied. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { until } from '../clients/until.mjs';
import { KeyShown } from '../../pkg/dist/edge/management/key_form.js';
import { pageOf } from '../../pkg/dist/edge/management/field.js';
import { ORGANIZATION, VIEWER, message } from './company.mjs';
import { KEYS, ask, done, managedPolicy } from './management.mjs';
import { servingWith } from './serving.mjs';

const BODY = message();
const GIVEN = { given: managedPolicy() };

/** The status that a key gets for a message. @param {import('./gateway.mjs').TestGateway} gateway @param {string} key */
async function status(gateway, key) {
  const response = await gateway.post(BODY, { key });
  await response.text();
  return response.status;
}

test('a key is made with its limits and its budget in one step, and its secret is shown once', () =>
  servingWith(GIVEN, async (gateway) => {
    const answer = await ask(gateway, 'POST /v1/api-keys', {
      body: {
        name: 'backend-service-key',
        role: 'developer',
        rate_limit: { requests_per_minute: 100, tokens_per_minute: 100000 },
        monthly_cap_usd: '500.00',
        alert_threshold_percent: 80,
      },
    });
    assert.equal(answer.status, 200, answer.text);
    const { id, key, ...shown } = answer.json;
    assert.match(key, new RegExp(`^tg_${ORGANIZATION}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}$`));
    assert.match(shown.partial_key_hint, /^tg_acme_.{3}\.\.\..{4}$/);
    assert.deepEqual(
      [shown.name, shown.status, shown.kind, shown.role],
      ['backend-service-key', 'active', 'caller', 'developer'],
    );
    assert.deepEqual(shown.principal, { type: 'user_actor', user_id: 'ada' });
    assert.deepEqual(shown.created_by, { id: 'manage_admin', type: 'api_key' });
    const read = await ask(gateway, `GET /v1/api-keys/${id}`);
    assert.deepEqual(read.json, { id, ...shown });
    assert.doesNotMatch(read.text, /sha256/);
    const limit = await done(gateway, `GET /v1/organizations/limits/${id}-tokens`);
    assert.deepEqual([limit.scope, limit.meter, limit.rate, limit.capacity], [{ key: id }, 'tokens', 100000, 100000]);
    assert.equal((await done(gateway, `GET /v1/organizations/limits/${id}-requests`)).rate, 100);
    const budget = await done(gateway, `GET /v1/organizations/budgets/${id}-monthly`);
    assert.deepEqual([budget.cap_usd, budget.window, budget.thresholds_percent], ['500', 'monthly', [80]]);
    const sent = await gateway.post(BODY, { key });
    assert.equal(sent.status, 200);
    assert.equal(sent.headers.get('anthropic-ratelimit-requests-limit'), '100');
    await sent.text();
  }));

test('a key is made all or nothing', () =>
  servingWith(GIVEN, async (gateway) => {
    const taken = { scope: 'organization', window: 'daily', cap_usd: '1' };
    await done(gateway, 'PUT /v1/organizations/budgets/mine-monthly', { body: taken });
    const body = { id: 'mine', name: 'mine', rate_limit: { requests_per_minute: 5 }, monthly_cap_usd: '5' };
    const answer = await ask(gateway, 'POST /v1/api-keys', { body });
    assert.equal(answer.status, 409, 'the id of the budget is taken');
    assert.equal((await ask(gateway, 'GET /v1/api-keys/mine')).status, 404);
    assert.equal((await ask(gateway, 'GET /v1/organizations/limits/mine-requests')).status, 404);
  }));

test('no key is made, moved or given a secret where nobody could ever use it', () =>
  servingWith(GIVEN, async (gateway) => {
    const kept = await done(gateway, 'POST /v1/api-keys', { body: { name: 'kept', workspace_id: 'lab' } });
    await done(gateway, 'POST /v1/organizations/workspaces/lab/archive');
    const past = '2020-01-01T00:00:00Z';
    /** @type {[request: string, body: object | undefined, path: string, value: string][]} */
    const attempts = [
      ['POST /v1/api-keys', { name: 'a', workspace_id: 'lab' }, 'workspace_id', 'lab'],
      ['POST /v1/api-keys', { name: 'a', expires_at: past }, 'expires_at', '2020-01-01'],
      ['POST /v1/api-keys/key_normal', { workspace_id: 'lab' }, 'workspace_id', 'lab'],
      [`POST /v1/api-keys/${kept.id}/rotate`, {}, 'project', 'lab'],
      ['PUT /v1/organizations/service_accounts/new', { project: 'lab', role: 'developer' }, 'project', 'lab'],
    ];
    for (const [request, body, path, value] of attempts) {
      const answer = await ask(gateway, request, { body });
      assert.equal(answer.status, 400, `${request}: ${answer.text}`);
      const [problem] = answer.json.error.details.problems;
      assert.ok(problem.path === path && problem.value.includes(value) && problem.remedy.length > 0, answer.text);
    }
    assert.equal((await done(gateway, `POST /v1/api-keys/${kept.id}`, { body: { name: 'still kept' } })).name, 'still kept');
    assert.equal((await done(gateway, 'POST /v1/api-keys/key_normal', { body: { expires_at: past } })).status, 'expired');
    assert.equal((await ask(gateway, 'POST /v1/api-keys/key_normal/rotate', { body: {} })).status, 400);
  }));

test('a developer makes keys of its own, and sees no others', () =>
  servingWith(GIVEN, async (gateway) => {
    const developer = { key: KEYS.developer.key };
    const { id, key } = await done(gateway, 'POST /v1/api-keys', {
      ...developer,
      body: { name: 'ci', rate_limit: { requests_per_minute: 5 } },
    });
    assert.equal(await status(gateway, key), 200);
    const { data } = await done(gateway, 'GET /v1/api-keys?limit=1000', developer);
    assert.ok(data.every((/** @type {{ owner: object }} */ { owner }) => JSON.stringify(owner) === '{"member":"ben"}'));
    assert.equal((await ask(gateway, 'GET /v1/api-keys/key_lab', developer)).status, 404);
    await done(gateway, `POST /v1/api-keys/${id}`, {
      ...developer,
      body: { models: ['claude-opus-*'], name: 'opus only' },
    });
    assert.equal(await status(gateway, key), 403);
    await done(gateway, `DELETE /v1/api-keys/${id}`, developer);
    assert.equal(await status(gateway, key), 401);
  }));

test('an inactive key is refused until it is active again, and the reason is told to who manages it', () =>
  servingWith(GIVEN, async (gateway) => {
    const { id, key } = await done(gateway, 'POST /v1/api-keys', { body: { name: 'paused', owner: { member: 'ben' } } });
    const set = (/** @type {string} */ to) => done(gateway, `POST /v1/api-keys/${id}`, { body: { status: to } });
    assert.equal(await status(gateway, key), 200);
    const { status: paused, secrets } = await set('inactive');
    assert.deepEqual([paused, secrets], ['inactive', [{ expires_at: null }]]);
    assert.equal(await status(gateway, key), 401);
    const { data } = await done(gateway, `GET /v1/organizations/denials?api_key_id=${id}`);
    assert.deepEqual([data[0].reason, data[0].remedy], ['inactive_key', 'make the key active again, with its `status`']);
    assert.equal((await set('active')).status, 'active');
    assert.equal(await status(gateway, key), 200);
  }));

test('a page of keys is as the API description has it, whatever the keys are', () =>
  servingWith(GIVEN, async (gateway) => {
    const make = async (/** @type {object} */ body) => (await done(gateway, 'POST /v1/api-keys', { body })).id;
    await done(gateway, 'PUT /v1/organizations/service_accounts/ci', { body: { project: 'lab', role: 'developer' } });
    const made = [
      await make({ name: 'A "name", with \\ and \u00e9\u2028\u{1f600}', workspace_id: 'lab', role: 'viewer', models: ['claude-opus-*'] }),
      await make({ name: 'machine', owner: { service_account: 'ci' }, expires_at: '2100-01-01T00:00:00.5Z' }),
      await make({ name: 'manages', kind: 'admin' }),
    ];
    await done(gateway, `POST /v1/api-keys/${made[1]}`, { body: { status: 'inactive' } });
    await done(gateway, `DELETE /v1/api-keys/${made[2]}`);
    for (const limit of [100, 1000]) {
      const { data, ...page } = pageOf(KeyShown).parse(await done(gateway, `GET /v1/organizations/api_keys?limit=${limit}`));
      assert.deepEqual(page, { has_more: false, first_id: data[0]?.id, last_id: data.at(-1)?.id });
      const found = made.map((id) => data.find((key) => key.id === id));
      assert.deepEqual(found.map((key) => key?.status), ['active', 'inactive', 'archived']);
      assert.deepEqual(found[0]?.models, ['claude-opus-*']);
      assert.deepEqual(found[1]?.scope, { type: 'organization' });
      for (const key of found) assert.deepEqual(key, await done(gateway, `GET /v1/api-keys/${key?.id}`));
    }
  }));

test('a long page is refused like a short one, and HEAD has no body', () =>
  servingWith(GIVEN, async (gateway) => {
    const asked = (/** @type {string} */ query, key = KEYS.admin.key) => ask(gateway, `GET /v1/organizations/api_keys?limit=1000${query}`, { key });
    assert.equal((await asked('&after_id=never-there')).json.error.details.error_code, 'unknown_page');
    assert.equal((await asked('', VIEWER.key)).status, 403);
    const head = await fetch(`${gateway.url}/v1/organizations/api_keys?limit=1000`, { method: 'HEAD', headers: { 'x-api-key': KEYS.admin.key } });
    assert.deepEqual([head.status, await head.text()], [200, '']);
  }));

test('keys are found by status, workspace, owner and a part of the name', () =>
  servingWith(GIVEN, async (gateway) => {
    const ids = async (/** @type {string} */ query) =>
      (await done(gateway, `GET /v1/organizations/api_keys?${query}`)).data.map(
        (/** @type {{ id: string }} */ { id }) => id,
      );
    assert.deepEqual(await ids('workspace_id=lab'), ['key_lab']);
    assert.deepEqual(await ids('owner_user_id=vera'), ['key_viewer', 'manage_viewer']);
    assert.deepEqual(await ids('owner_service_account_id=ci'), []);
    assert.deepEqual(await ids('search=NORM'), ['key_normal']);
    await done(gateway, 'POST /v1/organizations/api_keys/key_lab', { body: { status: 'archived' } });
    assert.deepEqual(await ids('status=archived'), ['key_lab']);
    const again = await ask(gateway, 'POST /v1/organizations/api_keys/key_lab', { body: { status: 'active' } });
    assert.equal(again.status, 403, 'a revoked key stays so');
    assert.equal((await ask(gateway, 'POST /v1/api-keys/key_lab/rotate', { body: {} })).status, 400);
  }));

test('while a key is rotated under load, both secrets work until the overlap ends, and then the old one is a 401', () =>
  servingWith({ given: managedPolicy({ limits: [] }) }, async (gateway) => {
    const made = await done(gateway, 'POST /v1/api-keys', { body: { name: 'busy' } });
    /** @type {{ stop: boolean, key: string, statuses: number[] }} */
    const load = { stop: false, key: made.key, statuses: [] };
    const clients = Array.from({ length: 4 }, async () => {
      while (!load.stop) load.statuses.push(await status(gateway, load.key));
    });
    const overlap_ms = 1_500;
    const rotated = await done(gateway, `POST /v1/api-keys/${made.id}/rotate`, { body: { overlap_ms } });
    assert.notEqual(rotated.key, made.key);
    assert.equal(rotated.secrets.length, 2);
    const endsAt = Date.parse(rotated.secrets[0].expires_at);
    assert.deepEqual([await status(gateway, made.key), await status(gateway, rotated.key)], [200, 200]);
    assert.ok(Date.now() < endsAt, 'both were tried within the overlap');
    // Whoever has the new secret by then notices nothing.
    load.key = rotated.key;
    await until('the old secret is refused', async () => (await status(gateway, made.key)) === 401);
    assert.ok(Date.now() >= endsAt);
    load.stop = true;
    await Promise.all(clients);
    assert.ok(load.statuses.length > 0);
    assert.deepEqual(new Set(load.statuses), new Set([200]));
    const next = await done(gateway, `POST /v1/api-keys/${made.id}/rotate`, { body: { overlap_ms: 0 } });
    assert.deepEqual(next.secrets, [{ expires_at: null }], 'what has ended is gone');
    assert.equal(await status(gateway, rotated.key), 401);
    assert.equal(await status(gateway, next.key), 200);
  }));

test('rotations at the same time all succeed, and the newest four secrets work', () =>
  servingWith(GIVEN, async (gateway) => {
    const rotate = () => ask(gateway, 'POST /v1/api-keys/key_normal/rotate', { body: {} });
    const answers = await Promise.all([rotate(), rotate(), rotate()]);
    assert.deepEqual(
      answers.map((answer) => answer.status),
      [200, 200, 200],
      answers.map(({ text }) => text).join('\n'),
    );
    for (const { json } of answers) assert.equal(await status(gateway, json.key), 200);
    assert.equal(await status(gateway, KEYS.caller.key), 200);
    const fourth = await rotate();
    assert.equal(fourth.json.secrets.length, 4);
    assert.equal(await status(gateway, KEYS.caller.key), 401, 'the oldest made room');
  }));

test('why a key was denied: every rule that stood against it, what mends it, and when it passes', () =>
  servingWith(GIVEN, async (gateway) => {
    const { id, key } = await done(gateway, 'POST /v1/api-keys', {
      key: KEYS.developer.key,
      body: { name: 'small', rate_limit: { requests_per_minute: 1 }, monthly_cap_usd: '0.0001' },
    });
    await done(gateway, `PUT /v1/organizations/limits/ben-parallel`, {
      body: { scope: { member: 'ben' }, meter: 'concurrent_requests', capacity: 1000 },
    });
    assert.equal(await status(gateway, key), 400);
    await done(gateway, `PUT /v1/organizations/budgets/${id}-monthly`, {
      body: { scope: { key: id }, window: 'monthly', cap_usd: '1' },
    });
    assert.equal(await status(gateway, key), 200);
    assert.equal(await status(gateway, key), 429);
    const forbidden = await gateway.post(message({ model: 'no-such-model' }), { key });
    assert.equal(forbidden.status, 400);
    const why = (/** @type {string} */ as) =>
      ask(gateway, `GET /v1/organizations/denials?api_key_id=${id}`, { key: as });
    const { json } = await why(KEYS.developer.key);
    assert.deepEqual(
      json.data.map((/** @type {{ reason: string }} */ { reason }) => reason),
      ['unpriced_model', 'limit_exceeded', 'budget_exceeded'],
    );
    const [, limited, over] = json.data;
    assert.deepEqual([limited.model, limited.action, limited.gate], [BODY.model, 'messages.create', 'limit']);
    assert.equal(limited.violated.length, 1);
    assert.equal(limited.violated[0].limit, `${id}-requests`);
    assert.ok(Date.parse(limited.passes_at) > Date.parse(limited.at));
    assert.match(limited.remedy, /raise/);
    assert.deepEqual(
      [over.violated[0].budget, over.violated[0].cap_usd, over.passes_at],
      [`${id}-monthly`, '0.0001', null],
    );
    assert.match(over.violated[0].remedy, /does not fit in a whole window/);
    assert.equal((await why(KEYS.viewer.key)).status, 403);
    assert.equal((await why(KEYS.admin.key)).status, 200);
    assert.equal(
      (await ask(gateway, 'GET /v1/organizations/denials?api_key_id=key_lab', { key: KEYS.developer.key })).status,
      404,
    );
  }));

test('a flood of denials is kept bounded', () =>
  servingWith(GIVEN, async (gateway) => {
    await done(gateway, 'POST /v1/api-keys/key_viewer', { body: { name: 'denied' } });
    const before = (await gateway.operator('events', { after: 0, limit: 1 })).last_seq;
    for (let i = 0; i < 30; i += 1) assert.equal(await status(gateway, VIEWER.key), 403);
    const { data } = await done(gateway, 'GET /v1/organizations/denials?api_key_id=key_viewer');
    assert.equal(data.length, 20);
    assert.equal(
      (await gateway.operator('events', { after: 0, limit: 1 })).last_seq,
      before + 1,
      'and only the first was written yet',
    );
  }));
