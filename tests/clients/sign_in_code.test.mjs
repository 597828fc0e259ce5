/** `tollgate sign-in-code`: the command line makes a code, which opens a session, once. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { test } from 'node:test';
import { KEYS, ask, cookieOf, managedPolicy } from '../gateway/management.mjs';
import { servingWith } from '../gateway/serving.mjs';

const GIVEN = { given: managedPolicy() };
const PROGRAM = process.env.TOLLGATE_PROGRAM ?? '';
/** Runs a program in a terminal of its own, and ends as it does. */
const IN_A_TERMINAL = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';

/** @param {string[]} command @param {Record<string, string>} env */
async function run([program = '', ...more], env) {
  const child = spawn(program, more, { env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data) => (stdout += data));
  child.stderr.on('data', (data) => (stderr += data));
  const [status] = await once(child, 'close');
  return { status, stdout, stderr };
}

/** @param {string[]} given @param {Record<string, string>} env */
const signInCode = (given, env) => run([PROGRAM, 'sign-in-code', ...given], env);

/** Who signs in with a code. @param {{ url: string }} gateway @param {string} code */
async function signedInBy(gateway, code) {
  const opened = await ask(gateway, 'POST /v1/sessions', { key: null, body: { code } });
  if (opened.status !== 200) return opened.status;
  const { status } = await ask(gateway, 'GET /v1/organizations/me', { cookie: cookieOf(opened) });
  return status === 200 ? opened.json.member_id : status;
}

test('a program is given one object of JSON, whose code signs the member in once', () =>
  servingWith(GIVEN, async (gateway) => {
    const env = { TOLLGATE_ADMIN_KEY: KEYS.admin.key };
    const { status, stdout, stderr } = await signInCode(['ben', '--url', `${gateway.url}/`], env);
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(stdout, /^\{.*\}\n$/);
    const { code, member_id, expires_at, ...more } = JSON.parse(stdout);
    assert.deepEqual([member_id, more], ['ben', {}]);
    const lifeMs = Date.parse(expires_at) - Date.now();
    assert.ok(lifeMs > 9 * 60_000 && lifeMs <= 10 * 60_000, expires_at);
    assert.equal(await signedInBy(gateway, code), 'ben');
    assert.equal(await signedInBy(gateway, code), 401);
  }));

test('a member is named by e-mail address as well, whatever the case of its letters', () =>
  servingWith(GIVEN, async (gateway) => {
    const env = { TOLLGATE_ADMIN_KEY: KEYS.admin.key, TOLLGATE_BASE_URL: gateway.url };
    for (const address of ['ben@acme.example', 'Ben@ACME.example']) {
      const { status, stdout, stderr } = await signInCode([address], env);
      assert.deepEqual([status, stderr], [0, '']);
      const { code, member_id } = JSON.parse(stdout);
      assert.equal(member_id, 'ben');
      assert.equal(await signedInBy(gateway, code), 'ben');
    }
  }));

test('an address is taken whole: one that another only holds signs nobody in', () =>
  servingWith(GIVEN, async (gateway) => {
    const env = { TOLLGATE_ADMIN_KEY: KEYS.admin.key, TOLLGATE_BASE_URL: gateway.url };
    for (const address of ['en@acme.example', 'ben@acme', 'ben+x@acme.example', 'ben@acme.example.org']) {
      const { status, stdout, stderr } = await signInCode([address], env);
      assert.deepEqual([status, stdout], [1, ''], address);
      assert.match(stderr, /^tollgate: member_id: /, address);
    }
  }));

test('a text that is the address of one member and the id of another signs neither in', () => {
  const given = managedPolicy();
  given.members = [...given.members, { id: 'ben@acme.example', email: 'mallory@acme.example', role: 'viewer' }];
  return servingWith({ given }, async (gateway) => {
    const env = { TOLLGATE_ADMIN_KEY: KEYS.admin.key, TOLLGATE_BASE_URL: gateway.url };
    const both = await signInCode(['ben@acme.example'], env);
    assert.deepEqual([both.status, both.stdout], [1, '']);
    assert.match(both.stderr, /^tollgate: `ben@acme\.example` is the address of one member and the id of another/);
    assert.equal(JSON.parse((await signInCode(['mallory@acme.example'], env)).stdout).member_id, 'ben@acme.example');
  });
});

test('a person at a terminal reads the code on a line of its own, and when it ends', () =>
  servingWith(GIVEN, async (gateway) => {
    const env = { TOLLGATE_ADMIN_KEY: KEYS.admin.key, TOLLGATE_BASE_URL: gateway.url };
    const python = process.env.TOLLGATE_PYTHON ?? '';
    const { status, stdout } = await run([python, '-c', IN_A_TERMINAL, PROGRAM, 'sign-in-code', 'vera'], env);
    assert.equal(status, 0, stdout);
    const [code = '', told] = stdout.split('\r\n');
    assert.match(told ?? '', /^signs `vera` in, once, until 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.equal(await signedInBy(gateway, code), 'vera');
  }));

test('what is refused is told as the gateway tells it, and no key is shown', () =>
  servingWith(GIVEN, async (gateway) => {
    const url = ['--url', gateway.url];
    /** @type {[name: string, given: string[], key: string | null, status: number, told: RegExp][]} */
    const cases = [
      ['nobody', ['nobody', ...url], KEYS.admin.key, 1, /^tollgate: member_id: no `nobody` is known here/],
      ['somebody who holds more', ['ada', ...url], KEYS.people.key, 1, /^tollgate: .*must hold what that member holds/],
      ['who may not invite', ['ben', ...url], KEYS.viewer.key, 1, /^tollgate: .*`members\.invite`/],
      ['a key for calls', ['ben', ...url], KEYS.caller.key, 1, /^tollgate: this key calls models/],
      ['an unknown key', ['ben', ...url], 'tg_acme_nonsense', 1, /^tollgate: /],
      ['no key', ['ben', ...url], null, 2, /^tollgate: set `TOLLGATE_ADMIN_KEY`/],
      ['no address', ['ben'], KEYS.admin.key, 2, /^tollgate: give `--url`/],
      ['what is no address', ['ben', '--url', 'gateway.example'], KEYS.admin.key, 2, /begins with `https:\/\/`/],
      ['an address that anybody on the way can read', ['ben', '--url', 'http://gateway.example'], KEYS.admin.key, 2, /begins with `https:\/\/`/],
      ['an address that begins like this machine', ['ben', '--url', 'http://localhost.example:80/x'], KEYS.admin.key, 2, /begins with `https:\/\/`/],
      ['a member that is none', ['a b', ...url], KEYS.admin.key, 2, /a b/],
      ['nobody there', ['ben', '--url', 'http://127.0.0.1:1'], KEYS.admin.key, 3, /^tollgate: no answer from `http:\/\/127\.0\.0\.1:1`/],
    ];
    for (const [name, given, key, status, told] of cases) {
      const answer = await signInCode(given, key === null ? {} : { TOLLGATE_ADMIN_KEY: key });
      assert.deepEqual([answer.status, answer.stdout], [status, ''], `${name}: ${answer.stderr}`);
      assert.match(answer.stderr, told, name);
      if (key !== null) assert.ok(!answer.stderr.includes(key), name);
    }
  }));

test('an address that sends elsewhere is not followed, so that the key goes nowhere else', async () => {
  /** @type {string[]} */
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(307, { location: '/elsewhere' }).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const url = `http://127.0.0.1:${port}`;
  const { status, stderr } = await signInCode(['ben', '--url', url], { TOLLGATE_ADMIN_KEY: KEYS.admin.key });
  server.close();
  assert.deepEqual([status, stderr], [1, `tollgate: \`${url}\` answered 307, which is no gateway's answer: check the address\n`]);
  assert.deepEqual(asked, ['/v1/organizations/sign_in_codes']);
});
