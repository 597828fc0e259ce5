/** `tollgate/admin`: what it asks, what it does again and what not, and what its errors tell. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { test } from 'node:test';
import {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIError,
  APIUserAbortError,
  AuthenticationError,
  BadRequestError,
  ConflictError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
  Tollgate,
} from 'tollgate/admin';
import { bundle, startWorkerd, writeWorkerdConfig } from '../../examples/worker/workerd.mjs';
import { description, typesOf } from '../../pkg/build/admin_types.mjs';
import { KEYS, MEMBERS, cookieOf, managedPolicy, ask, done } from '../gateway/management.mjs';
import { servingWith } from '../gateway/serving.mjs';
import { scratchDir } from './demo.mjs';

const GIVEN = { given: managedPolicy() };
const BASE = 'http://gateway.acme.example';

/** @param {import('../gateway/gateway.mjs').TestGateway} gateway @param {keyof typeof KEYS} [role] */
function clientOf(gateway, role = 'admin') {
  return new Tollgate({ apiKey: KEYS[role].key, baseURL: gateway.url });
}

/** What a call is refused with. @param {Promise<unknown>} call */
async function refusal(call) {
  const error = await call.then(
    () => assert.fail('it was not refused'),
    (/** @type {unknown} */ thrown) => thrown,
  );
  assert.ok(error instanceof APIError, inspect(error));
  return error;
}

/** @param {AsyncIterable<{ id: string }>} list */
async function idsOf(list) {
  /** @type {string[]} */
  const ids = [];
  for await (const { id } of list) ids.push(id);
  return ids;
}

test('the types of the client are those of the API description', async () => {
  const written = readFileSync(new URL('../../pkg/src/admin/api.ts', import.meta.url), 'utf8');
  assert.ok(written === typesOf(await description()), 'pkg/src/admin/api.ts is out of date: run `node pkg/build/admin_types.mjs`');
});

test('every endpoint of the description has a method of the client', async () => {
  const { paths } = await description();
  const all = Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`));
  const folder = fileURLToPath(new URL('../../pkg/src/admin', import.meta.url));
  const resources = readdirSync(join(folder, 'resources')).map((name) => join('resources', name));
  const sources = ['client.ts', ...resources].map((name) => readFileSync(join(folder, name), 'utf8'));
  const missing = all.filter((name) => !sources.some((source) => source.includes(`'${name}'`)));
  // The provider's own names for the same things: its SDKs are the clients of those.
  const provider = /^\w+ \/v1\/organizations\/(?:api_keys|users)\b/;
  assert.deepEqual(missing.filter((name) => !provider.test(name)), []);
});

test('a list is read a page at a time, to its end, forwards and backwards', () =>
  servingWith(GIVEN, async (gateway) => {
    const admin = clientOf(gateway);
    const all = (await admin.apiKeys.list({ limit: 1000 })).data.map(({ id }) => id);
    assert.equal(all.length, 8);
    for (const limit of [1, 3, 4, 8, 9]) assert.deepEqual(await idsOf(admin.apiKeys.list({ limit })), all, `${limit} a page`);
    const last = all.at(-1) ?? '';
    assert.deepEqual(await idsOf(admin.apiKeys.list({ limit: 3, before_id: last })), all.slice(0, -1).reverse());
    const first = await admin.apiKeys.list({ limit: 3 });
    assert.deepEqual([first.data.map(({ id }) => id), first.hasNextPage()], [all.slice(0, 3), true]);
    const second = await first.getNextPage();
    assert.deepEqual(second.data.map(({ id }) => id), all.slice(3, 6));
    const third = await second.getNextPage();
    assert.equal(third.hasNextPage(), false);
    await assert.rejects(third.getNextPage(), /there is no next page/);
    assert.deepEqual(await idsOf(admin.apiKeys.list({ owner_user_id: 'vera', limit: 1 })), ['key_viewer', 'manage_viewer']);
  }));

test('a key goes through its life: made, found, changed, rotated, revoked', () =>
  servingWith(GIVEN, async (gateway) => {
    const admin = clientOf(gateway);
    const { id, key, ...made } = await admin.apiKeys.create({ name: 'backend', workspace_id: 'bot', monthly_cap_usd: '5.00' });
    assert.equal(made.status, 'active');
    const renamed = await admin.apiKeys.update(id, { name: 'frontend', revision: made.revision });
    assert.equal(renamed.name, 'frontend');
    const rotated = await admin.apiKeys.rotate(id);
    assert.notEqual(rotated.key, key);
    assert.equal(rotated.secrets.length, 2);
    assert.deepEqual(await admin.apiKeys.revoke(id, { revision: rotated.revision }), { id, type: 'api_key_deleted' });
    assert.equal((await admin.apiKeys.retrieve(id)).status, 'archived');
  }));

test('members, projects and their members, roles, classes, accounts, limits and budgets are made, read, changed and taken out', () =>
  servingWith(GIVEN, async (gateway) => {
    const admin = clientOf(gateway);
    const { id: invited, code } = await admin.invites.create({ email: 'dana@acme.example', role: 'viewer' });
    assert.equal((await admin.invites.retrieve(invited)).status, 'pending');
    const opened = await admin.invites.accept({ code: code ?? '' });
    assert.equal(opened.member_id, invited);
    assert.equal((await admin.members.update(invited, { name: 'Dana' })).name, 'Dana');
    assert.deepEqual(await idsOf(admin.members.list({ search: 'DANA' })), [invited]);
    const project = await admin.projects.create({ name: 'Search' });
    await admin.projects.members.add(project.id, { user_id: invited, workspace_role: 'workspace_developer' });
    await admin.projects.members.update(project.id, invited, { workspace_role: 'workspace_admin' });
    const { data } = await admin.workspaces.members.list(project.id);
    assert.deepEqual(data.map(({ user_id, workspace_role }) => [user_id, workspace_role]), [[invited, 'workspace_admin']]);
    await admin.projects.members.remove(project.id, invited);
    assert.equal((await admin.projects.update(project.id, { name: 'Find' })).name, 'Find');
    const account = await admin.serviceAccounts.set('indexer', { project: project.id, role: 'developer', name: 'Indexer' });
    assert.equal(account.project, project.id);
    await admin.roles.set('auditor', { permissions: [{ action: 'audit.read', scope: 'any' }] });
    await admin.modelClasses.set('small', { models: ['claude-haiku-*'] });
    const limit = await admin.limits.set('small-rpm', { scope: { project: project.id }, meter: 'requests', rate: 5, period_ms: 60_000, capacity: 5, model_class: 'small' });
    assert.equal(limit.capacity, 5);
    await admin.budgets.set('find-month', { scope: { project: project.id }, window: 'monthly', cap_usd: '20' });
    for (const [list, id] of /** @type {const} */ ([
      [admin.serviceAccounts.list(), 'indexer'], [admin.roles.list(), 'auditor'], [admin.modelClasses.list(), 'small'],
      [admin.limits.list(), 'small-rpm'], [admin.budgets.list(), 'find-month'],
    ])) {
      assert.ok((await idsOf(/** @type {AsyncIterable<{ id: string }>} */ (list))).includes(id), id);
    }
    for (const gone of [admin.budgets.delete('find-month'), admin.limits.delete('small-rpm')]) await gone;
    await admin.modelClasses.delete('small');
    await admin.roles.delete('auditor');
    await admin.serviceAccounts.delete('indexer');
    assert.ok((await refusal(admin.limits.retrieve('small-rpm'))) instanceof NotFoundError);
    await admin.members.remove(invited);
    assert.equal((await admin.members.retrieve(invited)).status, 'removed');
    assert.notEqual((await admin.projects.archive(project.id)).archived_at, null);
  }));

test('spend limits are made, changed, reported and taken out, and rate limits are listed', () =>
  servingWith(GIVEN, async (gateway) => {
    const admin = clientOf(gateway);
    const { id } = await admin.spendLimits.create({ amount: '700', period: 'weekly', scope: { type: 'user', user_id: 'vera' } });
    assert.equal((await admin.budgets.retrieve(id)).cap_usd, '7');
    assert.equal((await admin.spendLimits.update(id, { amount: '900' })).amount, '900');
    assert.ok((await idsOf(admin.spendLimits.list({ limit: 1 }))).includes(id));
    const rows = [];
    for await (const row of admin.spendLimits.effective({ 'period[]': ['weekly', 'daily'], 'user_ids[]': ['vera', 'ben'] })) rows.push(row);
    assert.deepEqual(rows.map(({ actor, amount, period }) => [actor.user_id, amount, period]), [['vera', '900', 'weekly']]);
    await admin.spendLimits.delete(id);
    assert.ok((await refusal(admin.spendLimits.retrieve(id))) instanceof NotFoundError);
    const { data } = await admin.rateLimits.list();
    assert.deepEqual(data.map(({ limits }) => limits), [[{ type: 'requests_per_minute', value: 600 }]]);
    await admin.limits.set('bot-rpm', { scope: { project: 'bot' }, meter: 'requests', rate: 5, period_ms: 60_000, capacity: 5 });
    assert.equal((await admin.rateLimits.ofProject('bot')).data.length, 1);
  }));

test('a higher limit is asked for by one and approved by another', () =>
  servingWith(GIVEN, async (gateway) => {
    const [admin, developer] = [clientOf(gateway), clientOf(gateway, 'developer')];
    const { id } = await developer.increaseRequests.create({ limit: 'ben-rpm', rate: 120, reason: 'a launch' });
    assert.deepEqual(await idsOf(admin.increaseRequests.list({ status: 'pending' })), [id]);
    assert.equal((await admin.increaseRequests.approve(id, { note: 'until the launch' })).status, 'approved');
    assert.equal((await admin.limits.retrieve('ben-rpm')).rate, 120);
  }));

test('settings, profile, price book and sessions are read and changed', () =>
  servingWith(GIVEN, async (gateway) => {
    const admin = clientOf(gateway);
    assert.equal((await admin.settings.update({ key_max_age_ms: 7_200_000 })).key_max_age_ms, 7_200_000);
    assert.equal((await admin.settings.retrieve()).key_max_age_ms, 7_200_000);
    assert.equal((await admin.profile.update({ legal_name: 'Acme Ltd' })).legal_name, 'Acme Ltd');
    assert.equal((await admin.profile.retrieve()).legal_name, 'Acme Ltd');
    assert.ok((await admin.priceBook.retrieve()).models > 0);
    const { code } = await admin.sessions.createCode({ member_id: MEMBERS.viewer });
    const session = await admin.sessions.open({ code });
    assert.deepEqual(await idsOf(admin.sessions.list()), [session.id]);
    await admin.sessions.end(session.id);
    assert.deepEqual(await idsOf(admin.sessions.list()), []);
  }));

test('the audit log is listed, and streamed as it was written', () =>
  servingWith(GIVEN, async (gateway) => {
    const admin = clientOf(gateway);
    const head = await admin.auditLogs.head();
    const text = await (await admin.auditLogs.export()).text();
    const lines = text.trimEnd().split('\n').map((line) => JSON.parse(line));
    assert.deepEqual([lines.length, lines.at(-1).hash], [head.entries, head.hash]);
    const numbers = await idsOf(admin.auditLogs.list({ limit: 7 }));
    assert.deepEqual(numbers, lines.map(({ number }) => String(number)).reverse());
    const filtered = await (await admin.auditLogs.export({ target_type: 'key', target_id: 'key_lab' })).text();
    assert.equal(filtered.trimEnd().split('\n').length, 1);
  }));

test('a preview tells what would be, and why a request was denied is told', () =>
  servingWith(GIVEN, async (gateway) => {
    const admin = clientOf(gateway);
    const change = { type: 'limit_removed', id: 'ben-rpm' };
    const allowed = await admin.preview({ changes: [{ change, revision: null }] });
    assert.equal(allowed.outcome, 'allowed');
    assert.equal((await admin.limits.retrieve('ben-rpm')).id, 'ben-rpm');
    await admin.apiKeys.update('key_normal', { models: ['claude-opus-*'] });
    const denied = await gateway.post({ model: 'claude-haiku-4-5', max_tokens: 5, messages: [{ role: 'user', content: 'hi' }] });
    assert.equal(denied.status, 403);
    const [why] = await admin.denials.of('key_normal');
    assert.equal(why?.reason, 'forbidden_model');
  }));

test('a browser asks by its cookie, without a key', () =>
  servingWith(GIVEN, async (gateway) => {
    const { code } = await done(gateway, 'POST /v1/organizations/sign_in_codes', { body: { member_id: 'vera' } });
    const cookie = cookieOf(await ask(gateway, 'POST /v1/sessions', { key: null, body: { code } }));
    /** @type {typeof fetch} */
    const browser = (url, init) => fetch(url, { ...init, headers: { ...init?.headers, cookie, origin: gateway.url } });
    const admin = new Tollgate({ apiKey: null, baseURL: gateway.url, fetch: browser });
    assert.equal((await admin.organization()).id, 'acme');
    assert.deepEqual(await admin.sessions.close(), { type: 'session_deleted' });
    assert.ok((await refusal(admin.organization())) instanceof AuthenticationError);
  }));

test('the client runs in a worker, from a bundle that has nothing of Node', () =>
  servingWith(GIVEN, async (gateway) => {
    const directory = scratchDir();
    const built = await bundle({ outDir: join(directory, 'bundle'), entry: fileURLToPath(new URL('worker/admin.mjs', import.meta.url)) });
    assert.deepEqual(built.wasm, [], 'a client needs no engine');
    const configPath = await writeWorkerdConfig({
      bundle: built,
      configPath: join(directory, 'workerd.capnp'),
      stateDir: join(directory, 'state'),
      port: 0,
      vars: { UPSTREAM_BASE_URL: gateway.url, UPSTREAM_API_KEY: KEYS.admin.key },
    });
    const worker = await startWorkerd({ configPath, stdio: 'ignore' });
    try {
      const { names, refused } = /** @type {{ names: string[], refused: string }} */ (await (await fetch(worker.url)).json());
      assert.equal(names.length, 9);
      assert.ok(names.includes('by a worker'));
      assert.equal(refused, 'NotFoundError 404');
    } finally {
      await worker.stop();
    }
  }));

test('a refusal is an error of its own class, with status, type, code, request id and what to do', () =>
  servingWith(GIVEN, async (gateway) => {
    const [admin, viewer] = [clientOf(gateway), clientOf(gateway, 'viewer')];
    const unknown = new Tollgate({ apiKey: 'tg_acme_nobody', baseURL: gateway.url });
    /** @type {[() => Promise<unknown>, typeof APIError, number, string, string | null][]} */
    const refused = [
      [() => admin.apiKeys.create({ name: '' }), BadRequestError, 400, 'invalid_request_error', 'invalid_input'],
      [() => unknown.apiKeys.list().then(), AuthenticationError, 401, 'authentication_error', null],
      [() => viewer.apiKeys.create({ name: 'mine' }), PermissionDeniedError, 403, 'permission_error', 'forbidden_action'],
      [() => admin.apiKeys.retrieve('nobody'), NotFoundError, 404, 'not_found_error', 'not_found'],
      [() => admin.apiKeys.update('key_normal', { name: 'x', revision: 1 }), ConflictError, 409, 'conflict_error', 'stale_revision'],
      [() => admin.apiKeys.revoke('key_normal', { revision: 1 }), ConflictError, 409, 'conflict_error', 'stale_revision'],
    ];
    for (const [call, kind, status, type, code] of refused) {
      const error = await refusal(call());
      assert.ok(error instanceof kind, inspect(error));
      assert.equal(error.name, kind.name);
      assert.deepEqual([error.status, error.type, error.code], [status, type, code]);
      assert.match(error.requestID ?? '', /^req_/);
      assert.ok(error.message.startsWith(`${status} `) && error.message.includes(error.requestID ?? '?'), error.message);
    }
    const [problem] = (await refusal(admin.apiKeys.create({ name: '' }))).problems;
    assert.equal(problem?.path, 'name');
  }));

test('a secret of the client is in no error and in nothing that is printed', async () => {
  const admin = new Tollgate({ apiKey: 'the-secret', baseURL: BASE, maxRetries: 0, fetch: async () => Promise.reject(new TypeError('fetch failed')) });
  const error = await refusal(admin.organization());
  for (const shown of [inspect(admin, { depth: 9, showHidden: true }), inspect(error, { depth: 9 }), JSON.stringify(admin)]) {
    assert.doesNotMatch(shown, /the-secret/);
  }
});

test('what cannot be an address, a key or an id is refused before anything is sent', async () => {
  const { TOLLGATE_ADMIN_KEY: _, TOLLGATE_BASE_URL: __, ...env } = process.env;
  process.env = env;
  assert.throws(() => new Tollgate({ baseURL: BASE }), /^TypeError: apiKey: `\(nothing\)`: it is missing: give it to the client, or set TOLLGATE_ADMIN_KEY/);
  assert.throws(() => new Tollgate({ apiKey: 'k' }), /^TypeError: baseURL: `\(nothing\)`: it is missing/);
  assert.throws(() => new Tollgate({ apiKey: 'k', baseURL: 'gateway' }), /^TypeError: baseURL: `gateway`: it is no address/);
  process.env = { ...env, TOLLGATE_ADMIN_KEY: 'k', TOLLGATE_BASE_URL: BASE };
  assert.doesNotThrow(() => new Tollgate());
  process.env = env;
  const admin = new Tollgate({ apiKey: 'k', baseURL: BASE, fetch: async () => assert.fail('it was sent') });
  for (const id of ['', '.', '..']) await assert.rejects(admin.apiKeys.revoke(id), /^TypeError: id: `\.*`: give an id/);
});

/**
 * A client whose requests are answered one after the other by these, at a time that the test moves: nothing waits.
 *
 * @param {import('node:test').TestContext} t
 * @param {((signal: AbortSignal) => Response | Promise<Response>)[]} answers
 */
function answering(t, answers) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 0 });
  /** @type {{ atMs: number, url: string, init: RequestInit }[]} */
  const sent = [];
  const admin = new Tollgate({
    apiKey: 'k',
    baseURL: `${BASE}/`,
    fetch: async (url, init = {}) => {
      const answer = answers[sent.length] ?? (() => assert.fail('it was sent once too often'));
      sent.push({ atMs: Date.now(), url: String(url), init });
      return answer(/** @type {AbortSignal} */ (init.signal));
    },
  });
  /** Moves the time on until the call is over. @template T @param {Promise<T>} call @returns {Promise<T>} */
  const passing = async (call) => {
    let over = false;
    const ended = () => (over = true);
    call.then(ended, ended);
    for (let turn = 0; turn < 10_000 && !over; turn += 1) {
      await new Promise((next) => setImmediate(next));
      if (!over) t.mock.timers.tick(100);
    }
    return call;
  };
  return { admin, sent, passing };
}

const ORGANIZATION = { id: 'acme', type: 'organization', name: 'Acme' };
const fine = () => Response.json(ORGANIZATION);
/** @param {number} status @param {Record<string, string>} [headers] */
const failing = (status, headers = {}) => () =>
  Response.json({ type: 'error', error: { type: 'api_error', message: 'no' }, request_id: 'req_1' }, { status, headers });
/** @returns {Promise<Response>} */
const lost = () => Promise.reject(new TypeError('fetch failed'));
/** As a real `fetch` to a server that says nothing. @param {AbortSignal} signal @returns {Promise<Response>} */
const silent = (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

test('what failed in a way that passes is tried again, twice, with longer and longer pauses', async (t) => {
  for (const failure of [failing(500), failing(503), failing(408), failing(429), lost]) {
    const { admin, sent, passing } = answering(t, [failure, failure, fine]);
    assert.deepEqual(await passing(admin.organization()), ORGANIZATION);
    const [first, second, third] = sent.map(({ atMs }) => atMs);
    assert.ok(first !== undefined && second !== undefined && third !== undefined);
    assert.ok(second - first >= 500 && third - second >= 1000, `${first} ${second} ${third}`);
    t.mock.timers.reset();
  }
});

test('a call fails with the last failure when trying again did not help', async (t) => {
  const { admin, sent, passing } = answering(t, [failing(500), lost, failing(503)]);
  const error = await refusal(passing(admin.organization()));
  assert.ok(error instanceof InternalServerError);
  assert.deepEqual([error.status, sent.length], [503, 3]);
});

test('a pause is as long as retry-after asks', async (t) => {
  const { admin, sent, passing } = answering(t, [failing(429, { 'retry-after': '30' }), failing(503, { 'retry-after': new Date(60_000).toUTCString() }), fine]);
  await passing(admin.organization());
  const [, second, third] = sent.map(({ atMs }) => atMs);
  assert.ok(second !== undefined && second >= 30_000 && second < 33_000, String(second));
  assert.ok(third !== undefined && third >= 60_000 && third < 64_000, String(third));
});

test('a server that asks for more than a minute is not waited for', async (t) => {
  const { admin, sent, passing } = answering(t, [failing(429, { 'retry-after': '61' })]);
  const error = await refusal(passing(admin.organization()));
  assert.ok(error instanceof RateLimitError);
  assert.deepEqual([sent.length, error.headers?.get('retry-after')], [1, '61']);
});

test('x-should-retry has the last word', async (t) => {
  const told = answering(t, [failing(400, { 'x-should-retry': 'true' }), fine]);
  assert.deepEqual(await told.passing(told.admin.organization()), ORGANIZATION);
  t.mock.timers.reset();
  const forbidden = answering(t, [failing(503, { 'x-should-retry': 'false' })]);
  assert.equal((await refusal(forbidden.passing(forbidden.admin.organization()))).status, 503);
});

test('what was refused for good is not tried again', async (t) => {
  for (const status of [400, 401, 403, 404, 409, 413]) {
    const { admin, passing } = answering(t, [failing(status)]);
    assert.equal((await refusal(passing(admin.organization()))).status, status);
    t.mock.timers.reset();
  }
});

test('a POST whose effect is not known is never sent twice: it would make another key, or another secret', async (t) => {
  for (const failure of [failing(500), failing(503, { 'retry-after': '1' }), lost]) {
    for (const call of /** @type {((admin: Tollgate) => Promise<unknown>)[]} */ ([
      (admin) => admin.apiKeys.create({ name: 'one' }),
      (admin) => admin.apiKeys.rotate('one'),
    ])) {
      const { admin, sent, passing } = answering(t, [failure]);
      await refusal(passing(call(admin)));
      assert.equal(sent.length, 1);
      t.mock.timers.reset();
    }
  }
  const { admin, sent, passing } = answering(t, [failing(429), failing(503, { 'x-should-retry': 'true' }), fine]);
  await passing(admin.apiKeys.create({ name: 'one' }));
  assert.equal(sent.length, 3, 'where nothing was done it is sent again');
});

test('an attempt that gets no answer in time is given up', async (t) => {
  const { admin, sent, passing } = answering(t, [silent, silent]);
  const error = await refusal(passing(admin.organization({ timeout: 5_000, maxRetries: 1 })));
  assert.ok(error instanceof APIConnectionTimeoutError && error instanceof APIConnectionError);
  assert.match(error.message, /^GET \/v1\/organizations\/me: no answer in 5000 ms/);
  assert.equal(sent.length, 2);
});

test('a signal ends a call, and the pause between two attempts', async (t) => {
  const early = answering(t, []);
  assert.ok((await refusal(early.admin.organization({ signal: AbortSignal.abort() }))) instanceof APIUserAbortError);
  t.mock.timers.reset();
  const stop = new AbortController();
  const { admin, sent } = answering(t, [failing(503, { 'retry-after': '50' })]);
  const call = admin.organization({ signal: stop.signal });
  for (let turn = 0; turn < 20; turn += 1) await new Promise((next) => setImmediate(next));
  stop.abort(new Error('enough'));
  assert.ok((await refusal(call)) instanceof APIUserAbortError);
  assert.equal(sent.length, 1);
});

test('an answer that is not the API\'s says where to look', async (t) => {
  const { admin, passing } = answering(t, [() => new Response('<html>no such host</html>', { status: 404 })]);
  const error = await refusal(passing(admin.organization()));
  assert.match(error.message, /^404 the answer is not the management API's: `<html>no such host<\/html>`: check `baseURL`/);
  assert.deepEqual([error.type, error.code, error.requestID, error.problems], [null, null, null, []]);
});

test('a redirect is not followed: what is there is not told the key', async (t) => {
  const { admin, sent, passing } = answering(t, [() => new Response('', { status: 302, headers: { location: 'http://elsewhere.example' } })]);
  const error = await refusal(passing(admin.organization()));
  assert.deepEqual([error.status, sent.length], [302, 1]);
});

test('a request has the key, JSON where there is a body, the revision, and ids that cannot leave their place', async (t) => {
  const { admin, sent, passing } = answering(t, [fine, fine, fine]);
  await passing(admin.apiKeys.revoke('a/b?c', { revision: 7 }));
  await passing(admin.apiKeys.create({ name: 'one' }));
  await passing(admin.members.list({ search: 'a b', limit: 5 }).then(() => ({})));
  assert.deepEqual(sent.map(({ url, init }) => [init.method, url, init.headers, init.body]), [
    ['DELETE', `${BASE}/v1/api-keys/a%2Fb%3Fc`, { 'x-api-key': 'k', 'if-match': '"7"' }, undefined],
    ['POST', `${BASE}/v1/api-keys`, { 'x-api-key': 'k', 'content-type': 'application/json' }, '{"name":"one"}'],
    ['GET', `${BASE}/v1/organizations/members?search=a+b&limit=5`, { 'x-api-key': 'k' }, undefined],
  ]);
  assert.ok(sent.every(({ init }) => init.redirect === 'manual'));
});
