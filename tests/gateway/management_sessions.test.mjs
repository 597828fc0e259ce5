/** Sign-in by a code that works once, the cookie, the pages that may use it, invitations, and the end of sessions. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { until } from '../clients/until.mjs';
import { KEYS, ask, cookieOf, done, managedPolicy, signedIn } from './management.mjs';
import { servingWith } from './serving.mjs';

const GIVEN = { given: managedPolicy() };
const ME = 'GET /v1/organizations/me';
const CODES = 'POST /v1/organizations/sign_in_codes';

test('a code opens one session, for the member that it was made for, and its cookie is kept from scripts and from other sites', () =>
  servingWith(GIVEN, async (gateway) => {
    const { code, member_id, expires_at } = await done(gateway, CODES, { body: { member_id: 'ben' } });
    assert.match(code, /^tgc_acme_/);
    const lifeMs = Date.parse(expires_at) - Date.now();
    assert.ok(lifeMs > 9 * 60_000 && lifeMs <= 10 * 60_000);
    const opened = await ask(gateway, 'POST /v1/sessions', { key: null, body: { code } });
    assert.deepEqual([opened.status, opened.json.member_id], [200, member_id]);
    const [cookie = '', ...attributes] = (opened.headers.get('set-cookie') ?? '').split('; ');
    assert.match(cookie, /^__Host-tollgate_session=tgs_acme_/);
    assert.deepEqual(attributes.sort(), ['HttpOnly', 'Max-Age=43200', 'Path=/', 'SameSite=Strict', 'Secure']);
    assert.equal(opened.text.includes(cookie.split('=')[1] ?? ''), false, 'the token is in the cookie only');
    const again = await ask(gateway, 'POST /v1/sessions', { key: null, body: { code } });
    assert.deepEqual([again.status, again.json.error.details.error_code], [401, 'unknown_code']);
    assert.equal((await ask(gateway, ME, { cookie })).status, 200);
    const keys = await done(gateway, 'GET /v1/api-keys', { cookie });
    assert.deepEqual(
      keys.data.map((/** @type {{ id: string }} */ { id }) => id),
      ['key_normal', 'manage_developer'],
    );
  }));

test('a code expires after ten minutes, and a session after twelve hours', () =>
  servingWith(GIVEN, async (gateway) => {
    const { code } = await done(gateway, CODES, { body: { member_id: 'ben' } });
    const cookie = await signedIn(gateway, 'ben');
    await gateway.operator('sabotage', { clock_ahead_ms: 10 * 60_000 });
    assert.equal((await ask(gateway, 'POST /v1/sessions', { key: null, body: { code } })).status, 401);
    assert.equal((await ask(gateway, ME, { cookie })).status, 200);
    await gateway.operator('sabotage', { clock_ahead_ms: 12 * 60 * 60_000 });
    assert.equal((await ask(gateway, ME, { cookie })).status, 401);
  }));

test('a code opens nothing once its maker could not make it any more; a session that is open stays', () =>
  servingWith(GIVEN, async (gateway) => {
    const made = await done(gateway, 'POST /v1/api-keys', { body: { name: 'helper', kind: 'admin' } });
    const codeBy = async (/** @type {string} */ key) => (await done(gateway, CODES, { key, body: { member_id: 'ben' } })).code;
    const signIn = (/** @type {string} */ code) => ask(gateway, 'POST /v1/sessions', { key: null, body: { code } });
    const [before, late, other] = [await codeBy(made.key), await codeBy(made.key), await codeBy(KEYS.admin.key)];
    const open = cookieOf(await signIn(before));
    await done(gateway, `DELETE /v1/api-keys/${made.id}`);
    const refused = await signIn(late);
    assert.deepEqual([refused.status, refused.json.error.details.error_code], [401, 'unknown_code']);
    assert.equal((await ask(gateway, ME, { cookie: open })).status, 200);
    assert.equal((await signIn(other)).status, 200, 'of another maker');
    // Whoever made it by a session, and is no administrator any more.
    const zoe = await signedIn(gateway, 'zoe');
    const { code } = await done(gateway, CODES, { cookie: zoe, body: { member_id: 'ben' } });
    await done(gateway, 'POST /v1/organizations/members/zoe', { body: { role: 'viewer' } });
    assert.equal((await signIn(code)).status, 401);
  }));

test('codes of another kind or organization, or with a typing error, open nothing', () =>
  servingWith(GIVEN, async (gateway) => {
    const { code } = await done(gateway, CODES, { body: { member_id: 'ben' } });
    const other = code.replace('tgc_acme', 'tgc_other');
    for (const wrong of [other, code.slice(0, -1), KEYS.admin.key, 'nonsense']) {
      const answer = await ask(gateway, 'POST /v1/sessions', { key: null, body: { code: wrong } });
      assert.equal(answer.status, 401);
      assert.equal(answer.headers.get('set-cookie'), null);
      assert.equal(answer.text.includes(wrong), false);
    }
    assert.equal((await ask(gateway, 'POST /v1/invites/accept', { key: null, body: { code } })).status, 401);
    assert.equal((await ask(gateway, 'POST /v1/sessions', { key: null, body: { code } })).status, 200);
  }));

test("a session changes something only from a page of its own host, and no answer lets another site's page read it", () =>
  servingWith(GIVEN, async (gateway) => {
    const cookie = await signedIn(gateway, 'ada');
    const change = { cookie, body: { name: 'Ada' } };
    const path = '/v1/organizations/members/ada';
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:1']) {
      const answer = await ask(gateway, `POST ${path}`, { ...change, headers: { origin } });
      assert.deepEqual([answer.status, answer.json.error.details.error_code], [403, 'cross_origin'], origin);
    }
    const without = await fetch(`${gateway.url}${path}`, {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/json' },
      body: '{"name":"Ada"}',
    });
    assert.equal(without.status, 403);
    assert.equal((await ask(gateway, `POST ${path}`, change)).status, 200);
    const read = await ask(gateway, `GET ${path}`, { cookie, headers: { origin: 'https://evil.example' } });
    assert.equal(read.status, 200);
    assert.equal(read.headers.get('access-control-allow-origin'), null);
    const asked = await ask(gateway, `OPTIONS ${path}`, { headers: { origin: 'https://evil.example' } });
    assert.deepEqual([asked.status, asked.headers.get('access-control-allow-origin')], [405, null]);
    const { code } = await done(gateway, CODES, { body: { member_id: 'ben' } });
    const foreign = { key: null, body: { code }, headers: { origin: 'https://evil.example' } };
    assert.equal((await ask(gateway, 'POST /v1/sessions', foreign)).status, 403, 'nobody is signed in by another site');
  }));

test('two credentials are refused, as are two cookies', () =>
  servingWith(GIVEN, async (gateway) => {
    const cookie = await signedIn(gateway, 'ada');
    const both = await ask(gateway, ME, { cookie, headers: { 'x-api-key': KEYS.admin.key } });
    assert.equal(both.status, 401);
    assert.equal((await ask(gateway, ME, { cookie: `${cookie}; ${cookie}` })).status, 401);
    assert.equal((await ask(gateway, ME, { cookie: `other=1; ${cookie}` })).status, 200);
  }));

test('sessions are listed to who has them, ended one by one, and signed out of', () =>
  servingWith(GIVEN, async (gateway) => {
    const [ada, ben, second] = [
      await signedIn(gateway, 'ada'),
      await signedIn(gateway, 'ben'),
      await signedIn(gateway, 'ben'),
    ];
    const list = async (/** @type {string} */ cookie) =>
      (await done(gateway, 'GET /v1/organizations/sessions', { cookie })).data;
    assert.equal((await list(ada)).length, 3);
    const own = await list(ben);
    assert.deepEqual(own.map((/** @type {any} */ { member_id, current }) => [member_id, current]).sort(), [
      ['ben', false],
      ['ben', true],
    ]);
    const { id: adas } = (await list(ada)).find((/** @type {any} */ { current }) => current);
    assert.equal((await ask(gateway, `DELETE /v1/organizations/sessions/${adas}`, { cookie: ben })).status, 403);
    const { id: other } = own.find((/** @type {any} */ { current }) => !current);
    await done(gateway, `DELETE /v1/organizations/sessions/${other}`, { cookie: ben });
    assert.equal((await ask(gateway, ME, { cookie: second })).status, 401);
    const out = await ask(gateway, 'DELETE /v1/sessions/current', { cookie: ben });
    assert.equal(out.status, 200);
    assert.match(out.headers.get('set-cookie') ?? '', /^__Host-tollgate_session=; .*Max-Age=0$/);
    assert.equal((await ask(gateway, ME, { cookie: ben })).status, 401);
    const revoked = await signedIn(gateway, 'vera');
    const { id } = (await list(revoked))[0];
    await done(gateway, `DELETE /v1/organizations/sessions/${id}`, { cookie: ada });
    const gone = await ask(gateway, ME, { cookie: revoked });
    assert.deepEqual([gone.status, gone.json.error.details.error_code], [401, 'session_ended']);
    assert.equal(gone.json.error.message, 'the session has ended, or is not known here: sign in again');
    for (const unknown of ['__Host-tollgate_session=', `${ada}x`]) {
      assert.deepEqual((await ask(gateway, ME, { cookie: unknown })).json.error, gone.json.error, unknown);
    }
    const page = (/** @type {string} */ query) => ask(gateway, `GET /v1/organizations/sessions?${query}`, { cookie: ada });
    const [first] = (await page('limit=1')).json.data;
    assert.equal((await page(`after_id=${first.id}`)).status, 200);
    for (const place of ['after_id', 'before_id']) {
      const ended = await page(`${place}=${id}`);
      assert.equal(ended.status, 400, 'a session that has ended would look like the first page, or like the end');
      assert.match(ended.json.error.message, new RegExp(`^${place}: `));
    }
  }));

test('sessions outlive a restart, and tables hold digests only', () =>
  servingWith(GIVEN, async (gateway) => {
    const cookie = await signedIn(gateway, 'ben');
    const { code } = await done(gateway, CODES, { body: { member_id: 'ben' } });
    await gateway.down('SIGKILL');
    await gateway.up();
    assert.equal((await ask(gateway, ME, { cookie })).status, 200);
    for (const table of ['session', 'one_time_code']) {
      const text = JSON.stringify(await gateway.operator('sabotage', { sql: `SELECT * FROM ${table}` }));
      assert.ok(text.includes('ben'));
      assert.ok(!text.includes(code) && !text.includes(cookie.split('=')[1] ?? ''));
    }
  }));

test('an invitation is accepted once, by its code, and opens a session', () =>
  servingWith(GIVEN, async (gateway) => {
    const invite = await done(gateway, 'POST /v1/organizations/members', {
      body: { email: 'new@acme.example', role: 'developer' },
    });
    assert.deepEqual([invite.type, invite.status], ['invite', 'pending']);
    const { code, ...shown } = invite;
    const path = `/v1/organizations/invites/${invite.id}`;
    const { code: hidden, ...read } = await done(gateway, `GET ${path}`);
    assert.deepEqual([hidden, read.email], [undefined, shown.email]);
    assert.deepEqual((await done(gateway, 'GET /v1/organizations/invites')).data, [read]);
    const twice = await ask(gateway, 'POST /v1/organizations/invites', {
      body: { email: 'NEW@acme.example', role: 'viewer' },
    });
    assert.equal(twice.json.error.details.error_code, 'invite_already_exists');
    const known = await ask(gateway, 'POST /v1/organizations/invites', {
      body: { email: 'ben@acme.example', role: 'viewer' },
    });
    assert.equal(known.json.error.details.error_code, 'already_member');
    assert.equal((await ask(gateway, CODES, { body: { member_id: invite.id } })).status, 400, 'first the invitation');
    const accepted = await ask(gateway, 'POST /v1/invites/accept', { key: null, body: { code } });
    assert.deepEqual([accepted.status, accepted.json.member_id], [200, invite.id]);
    assert.equal((await ask(gateway, ME, { cookie: cookieOf(accepted) })).status, 200);
    assert.equal((await done(gateway, `GET /v1/organizations/members/${invite.id}`)).status, 'active');
    assert.equal((await ask(gateway, 'POST /v1/invites/accept', { key: null, body: { code } })).status, 401);
    assert.equal((await ask(gateway, `GET ${path}`)).status, 404);
    const { data } = await done(gateway, `GET /v1/organizations/audit-logs?target_id=${invite.id}`);
    assert.deepEqual(
      data.map((/** @type {any} */ { type, actor }) => [type, actor.type]),
      [
        ['member.accepted', 'user_actor'],
        ['member.invited', 'api_key_actor'],
      ],
    );
  }));

test('an invitation that was taken back or has expired is not accepted; a new one is', () =>
  servingWith(GIVEN, async (gateway) => {
    const invite = (/** @type {string} */ email) =>
      done(gateway, 'POST /v1/organizations/invites', { body: { email, role: 'viewer' } });
    const accept = async (/** @type {string} */ code) =>
      (await ask(gateway, 'POST /v1/invites/accept', { key: null, body: { code } })).status;
    const taken = await invite('taken@acme.example');
    await done(gateway, `DELETE /v1/organizations/invites/${taken.id}`);
    assert.equal(await accept(taken.code), 401);
    const late = await invite('late@acme.example');
    await gateway.operator('sabotage', { clock_ahead_ms: 6 * 86_400_000 });
    await until('the clock is taken', async () => (await ask(gateway, ME)).status === 200);
    for (const days of [12, 18, 22]) {
      await gateway.operator('sabotage', { clock_ahead_ms: days * 86_400_000 });
      await done(gateway, 'POST /v1/organizations/members/ada', { body: { name: `Ada ${days}` } });
    }
    assert.equal(await accept(late.code), 401);
    assert.equal((await done(gateway, `GET /v1/organizations/invites/${late.id}`)).status, 'expired');
    const again = await invite('late@acme.example');
    assert.equal(again.id, late.id);
    assert.equal(await accept(again.code), 200);
  }));
