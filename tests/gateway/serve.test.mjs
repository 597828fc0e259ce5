/** The command that runs the gateway on one machine: how it starts, what it refuses, what it keeps, and that it leaves nothing behind. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { generateKey } from 'tollgate/edge';

import { trouble } from '../../examples/worker/machine/serve.mjs';
import { settingsOf } from '../../examples/worker/src/settings.js';
import { NORMAL, message } from './company.mjs';
import { KEYS, ask, done, managedPolicy } from './management.mjs';
import { Upstream, answer } from './upstream.mjs';

const WORKER = fileURLToPath(new URL('../../examples/worker/', import.meta.url));
const SECRETS = { UPSTREAM_API_KEY: 'upstream-secret', OPERATOR_TOKEN: 'token-of-the-operator' };
/** One that cannot be reached. */
const PROVIDER = { issuer: 'http://127.0.0.1:1', clientId: 'gateway', clientSecret: 'secret-of-the-client', organization: 'acme', origin: 'https://gateway.acme.example' };
const SERVES = /^Tollgate serves (http:\/\/\S+) for acme, in front of /m;

const scratch = mkdtempSync(join(tmpdir(), 'tollgate-serve-'));
/** @type {Set<Command>} */
const running = new Set();
after(() => {
  for (const { child } of running) child.kill('SIGKILL');
  rmSync(scratch, { recursive: true, force: true });
});

let made = 0;
/** A path that nothing stands at yet. @param {string} name */
const fresh = (name) => join(scratch, `${(made += 1)}-${name}`);

/** @param {object} policy */
function policyFile(policy) {
  const path = fresh('policy.json');
  writeFileSync(path, JSON.stringify(policy));
  return path;
}

/** What the operator is told. @param {string} url @param {string} verb @param {object} body */
async function operated(url, verb, body) {
  const headers = { authorization: `Bearer ${SECRETS.OPERATOR_TOKEN}` };
  const response = await fetch(`${url}/operator/acme/${verb}`, { method: 'POST', headers, body: JSON.stringify(body) });
  const told = await response.json();
  assert.equal(response.status, 200, JSON.stringify(told));
  return told;
}

class Command {
  output = '';

  /** @param {string[]} args @param {Record<string, string>} [env] */
  constructor(args, env = SECRETS) {
    this.child = spawn(process.execPath, [join(WORKER, 'serve.mjs'), ...args], {
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(this);
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.on('data', (/** @type {Buffer} */ chunk) => (this.output += String(chunk)));
    }
    /** The exit code, or the signal that ended it. @type {Promise<number | string>} */
    this.ended = once(this.child, 'close').then(([code, signal]) => {
      running.delete(this);
      return code ?? signal;
    });
  }

  /** Where it serves, once it does. */
  async url() {
    while (!SERVES.test(this.output)) {
      const more = await Promise.race([once(this.child.stdout, 'data'), this.ended]);
      if (typeof more !== 'object') throw new Error(`it ended with ${more} before it served:\n${this.output}`);
    }
    return SERVES.exec(this.output)?.[1] ?? '';
  }

  /** @param {NodeJS.Signals} signal */
  stop(signal) {
    this.child.kill(signal);
    return this.ended;
  }
}

/** The processes that serve a state directory. @param {string} stateDir */
function processesOf(stateDir) {
  const all = execFileSync('ps', ['-eo', 'args='], { encoding: 'utf8' }).split('\n');
  return all.filter((line) => line.includes(join(stateDir, 'run')));
}

/** Every file below a directory. @param {string} dir */
function filesIn(dir) {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

/** Empty where the file is gone by now: what a killed gateway has left behind still tidies up. @param {string} file */
function contentOf(file) {
  try {
    return readFileSync(file);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOENT') throw error;
    return Buffer.alloc(0);
  }
}

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  test(`it answers callers and admins, keeps the organization between runs, and ${signal} ends it with 0`, async () => {
    const upstream = await Upstream.start();
    try {
      const state = fresh('state');
      const args = ['--policy', policyFile(managedPolicy()), '--state', state, '--upstream', upstream.url, '--port', '0'];
      const first = new Command(args);
      const url = await first.url();
      assert.match(first.output, /The organization begins with `/);
      const called = await fetch(`${url}/v1/messages`, { method: 'POST', headers: { 'x-api-key': NORMAL.key }, body: JSON.stringify(message()) });
      assert.equal(called.status, 200, await called.text());
      assert.equal(upstream.received[0]?.headers['x-api-key'], SECRETS.UPSTREAM_API_KEY);
      const { id } = await done({ url }, 'POST /v1/api-keys', { body: { name: 'made' } });
      const books = await fetch(`${url}/operator/acme/query`, {
        method: 'POST',
        headers: { authorization: `Bearer ${SECRETS.OPERATOR_TOKEN}` },
        body: '{"type":"balances"}',
      });
      assert.equal(books.status, 200, await books.text());
      assert.equal(await first.stop(signal), 0, first.output);
      assert.deepEqual(processesOf(state), []);

      const second = new Command(args);
      const again = { url: await second.url() };
      assert.match(second.output, /The organization goes on from `/);
      assert.equal((await done(again, `GET /v1/api-keys/${id}`)).name, 'made');
      assert.equal(await second.stop(signal), 0, second.output);
    } finally {
      await upstream.stop();
    }
  });
}

test('a directory begins with an export: balances, keys and the audit log are what they were, and it goes on from there', async () => {
  const upstream = await Upstream.start();
  try {
    const policy = policyFile(managedPolicy());
    const [before, after] = [fresh('state'), fresh('state')];
    const args = (/** @type {string} */ state, /** @type {string[]} */ ...more) => ['--policy', policy, '--state', state, '--upstream', upstream.url, '--port', '0', ...more];
    const first = new Command(args(before));
    const url = await first.url();
    const called = await fetch(`${url}/v1/messages`, { method: 'POST', headers: { 'x-api-key': NORMAL.key }, body: JSON.stringify(message()) });
    assert.equal(called.status, 200, await called.text());
    const { id } = await done({ url }, 'POST /v1/api-keys', { body: { name: 'made' } });
    const [balances, exported] = [await operated(url, 'query', { type: 'balances' }), await operated(url, 'export', {})];
    const audit = await done({ url }, 'GET /v1/organizations/audit-logs');
    assert.equal(await first.stop('SIGTERM'), 0);
    const file = fresh('acme.json');
    writeFileSync(file, JSON.stringify(exported));

    const restored = new Command(args(after, '--restore', file));
    const there = await restored.url();
    assert.match(restored.output, /The organization is that of `[^`]*acme\.json`/);
    assert.deepEqual(await operated(there, 'query', { type: 'balances' }), balances);
    assert.deepEqual(await done({ url: there }, 'GET /v1/organizations/audit-logs'), audit);
    assert.equal(await restored.stop('SIGTERM'), 0);

    const again = new Command(args(after, '--restore', file));
    assert.equal(await again.ended, 2, again.output);
    assert.match(again.output, /an organization has begun in `[^`]*`: restore into another directory/);
    const { OPERATOR_TOKEN: _, ...withoutToken } = SECRETS;
    const onward = new Command(args(after), withoutToken);
    assert.equal((await done({ url: await onward.url() }, `GET /v1/api-keys/${id}`)).name, 'made');
    assert.equal(await onward.stop('SIGTERM'), 0);
  } finally {
    await upstream.stop();
  }
});

test('an export that is not proven begins nothing; one that is begins without an operator too', async () => {
  const policy = policyFile(managedPolicy());
  const state = fresh('state');
  const first = new Command(['--policy', policy, '--state', fresh('state'), '--port', '0']);
  const exported = await operated(await first.url(), 'export', {});
  assert.equal(await first.stop('SIGTERM'), 0);
  const [altered, whole] = [fresh('altered.json'), fresh('whole.json')];
  writeFileSync(altered, JSON.stringify({ ...exported, exported_at: '2020-01-01T00:00:00.000Z' }));
  writeFileSync(whole, JSON.stringify(exported));
  const restoring = (/** @type {string} */ file) =>
    new Command(['--policy', policy, '--state', state, '--port', '0', '--restore', file], { UPSTREAM_API_KEY: 'upstream-secret' });

  const cut = fresh('cut.json');
  writeFileSync(cut, JSON.stringify(exported).slice(0, -100));
  for (const [file, told] of /** @type {[string, RegExp][]} */ ([
    [altered, /serve: `[^`]*altered\.json` was not restored: `digest`: the export cannot be restored: /],
    [cut, /serve: `--restore [^`]*cut\.json` is not JSON/],
    [fresh('nowhere.json'), /serve: cannot read `--restore /],
  ])) {
    const refused = restoring(file);
    assert.equal(await refused.ended, 2);
    assert.match(refused.output, told);
  }
  const command = restoring(whole);
  const url = await command.url();
  const asked = await fetch(`${url}/operator/acme/query`, { method: 'POST', headers: { authorization: 'Bearer undefined' }, body: '{}' });
  assert.equal(asked.status, 401, 'what was restored came by a token that nobody knows');
  assert.equal(await command.stop('SIGTERM'), 0);
});

test('no secret is in an argument, in what it says or in a file, and what it writes nobody else can read', async () => {
  const state = fresh('state');
  const command = new Command(['--policy', policyFile(managedPolicy()), '--state', state, '--port', '0'], { ...SECRETS, OPENID: JSON.stringify(PROVIDER) });
  const url = await command.url();
  const secrets = [...Object.values(SECRETS), PROVIDER.clientSecret];
  const processes = execFileSync('ps', ['-eo', 'args='], { encoding: 'utf8' });
  const files = filesIn(state);
  const holding = files.filter((file) => secrets.some((secret) => readFileSync(file).includes(secret)));
  assert.ok(files.includes(join(state, 'run/config.capnp')));
  assert.deepEqual(holding, [], 'not while it serves, and so not when it was killed');
  for (const file of [state, ...files]) assert.equal(statSync(file).mode & 0o077, 0, file);
  for (const secret of secrets) assert.ok(!processes.includes(secret) && !command.output.includes(secret));
  const signIn = await fetch(`${url}/v1/sessions/openid`, { redirect: 'manual' });
  assert.equal(signIn.status, 502, 'it has the provider, which cannot be reached');
  assert.equal(await command.stop('SIGTERM'), 0);
});

test('a state directory serves one gateway at a time, and one that was killed leaves it free and no secret in it', async () => {
  const state = fresh('state');
  const args = ['--policy', policyFile(managedPolicy()), '--state', state, '--port', '0'];
  const first = new Command(args);
  await first.url();
  const second = new Command(args);
  assert.equal(await second.ended, 1);
  assert.match(second.output, /^serve: `.*` is in use by another gateway \(process \d+\)/);
  assert.equal(await first.stop('SIGKILL'), 'SIGKILL');
  for (const file of filesIn(state)) {
    const content = contentOf(file);
    assert.ok(!Object.values(SECRETS).some((secret) => content.includes(secret)), file);
  }
  const third = new Command(args);
  const url = await third.url().catch(async (error) => {
    // What was left ends as soon as it has noticed.
    if (!/in use by another gateway/.test(String(error))) throw error;
    while (processesOf(state).length > 0) await new Promise((next) => setTimeout(next, 20));
    const fourth = new Command(args);
    return fourth.url();
  });
  assert.equal((await ask({ url }, 'GET /v1/organizations/me')).status, 200);
  for (const command of running) await command.stop('SIGTERM');
  assert.deepEqual(processesOf(state), []);
});

test('keys of other organizations leave nothing behind, and the organization stays in memory', async () => {
  const state = fresh('state');
  const command = new Command(['--policy', policyFile(managedPolicy()), '--state', state, '--port', '0']);
  const url = await command.url();
  const stores = () => filesIn(state).filter((file) => file.endsWith('.sqlite'));
  const before = stores();
  for (let stranger = 0; stranger < 5; stranger += 1) {
    const { key } = await generateKey(`made-up-${stranger}`);
    for (const path of ['/v1/models', '/v1/organizations/me']) {
      assert.equal((await fetch(`${url}${path}`, { headers: { 'x-api-key': key } })).status, 401);
    }
  }
  assert.deepEqual(stores(), before);
  assert.match(readFileSync(join(state, 'run/config.capnp'), 'utf8'), /preventEviction = true/);
  assert.equal(await command.stop('SIGTERM'), 0);
});

test('the audit log has the address of the connection, or what the proxy in front says where its header is named', async () => {
  /** @param {string[]} more @param {Record<string, string>} headers */
  const addressOf = async (more, headers) => {
    const command = new Command(['--policy', policyFile(managedPolicy()), '--state', fresh('state'), '--port', '0', ...more]);
    const gateway = { url: await command.url() };
    await done(gateway, 'POST /v1/api-keys', { body: { name: 'made' }, headers });
    const { data } = await done(gateway, 'GET /v1/organizations/audit-logs?limit=1');
    assert.equal(await command.stop('SIGTERM'), 0);
    return data[0].actor.ip_address;
  };
  const claims = { 'x-forwarded-for': '203.0.113.9, 198.51.100.7', 'cf-connecting-ip': '203.0.113.9', 'x-real-ip': '192.0.2.1' };
  assert.equal(await addressOf([], claims), '127.0.0.1', 'what a caller claims counts for nothing');
  assert.equal(await addressOf(['--client-address', 'x-real-ip'], claims), '192.0.2.1');
  assert.equal(await addressOf(['--client-address', 'x-forwarded-for'], claims), '198.51.100.7', 'the nearest proxy added the last');
});

test('a worker whose variable for that header is empty does not take it for absent, and so believes no caller', () => {
  const env = { UPSTREAM_BASE_URL: 'https://api.example', UPSTREAM_API_KEY: 'upstream-secret' };
  const namespace = /** @type {never} */ ({});
  assert.throws(() => settingsOf({ ...env, CLIENT_ADDRESS: '' }, namespace), { name: 'TypeError', message: '`CLIENT_ADDRESS` is empty: name one header, or `connection`' });
  assert.equal(settingsOf(env, namespace).clientAddress, undefined);
});

test('a request that is under way is answered before it ends, and waited for no longer when it is asked twice', async () => {
  const upstream = await Upstream.start();
  try {
    for (const times of [1, 2]) {
      const command = new Command(['--policy', policyFile(managedPolicy()), '--state', fresh('state'), '--upstream', upstream.url, '--port', '0']);
      const url = await command.url();
      /** @type {(answered: () => void) => void} */
      let arrive = () => undefined;
      /** @type {Promise<() => void>} */
      const arrived = new Promise((resolve) => (arrive = resolve));
      upstream.scripts.push((response, request) => arrive(() => void answer()(response, request)));
      const call = fetch(`${url}/v1/messages`, { method: 'POST', headers: { 'x-api-key': NORMAL.key }, body: JSON.stringify(message()) });
      const status = call.then((response) => response.status, () => 'lost');
      const letGo = await arrived;
      command.child.kill('SIGTERM');
      command.child.kill('SIGINT');
      // It has heard of it, once as it were, and waits.
      await new Promise((next) => setTimeout(next, 1_500));
      assert.equal(command.child.exitCode, null);
      if (times === 2) command.child.kill('SIGTERM');
      else letGo();
      assert.equal(await command.ended, 0, command.output);
      assert.equal(await status, times === 2 ? 'lost' : 200);
    }
  } finally {
    await upstream.stop();
  }
});

test('an organization that gives no answer is waited for so long and no longer, and not at all once it was asked to stop', async () => {
  const silent = createHttpServer(() => undefined);
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (silent.address());
  try {
    const asked = new AbortController();
    assert.equal(await trouble(`http://127.0.0.1:${port}`, 'acme', asked.signal, 100), 'no answer within 0.1 s');
    const waiting = trouble(`http://127.0.0.1:${port}`, 'acme', asked.signal, 600_000);
    await once(silent, 'request');
    asked.abort();
    assert.equal(await waiting, null);
  } finally {
    silent.closeAllConnections();
    silent.close();
  }
});

test('SIGHUP changes nothing where it has no terminal, as under nohup', async () => {
  const command = new Command(['--policy', policyFile(managedPolicy()), '--state', fresh('state'), '--port', '0']);
  const url = await command.url();
  command.child.kill('SIGHUP');
  assert.equal(await Promise.race([command.ended, new Promise((next) => setTimeout(next, 1_000, 'goes on'))]), 'goes on');
  assert.equal((await ask({ url }, 'GET /v1/organizations/me')).status, 200);
  assert.equal(await command.stop('SIGTERM'), 0, command.output);
});

test('a policy whose keys manage nothing is served, and it is said where an admin key comes from', async () => {
  const policy = managedPolicy();
  policy.keys = policy.keys.filter(({ kind }) => kind !== 'admin');
  const command = new Command(['--policy', policyFile(policy), '--state', fresh('state'), '--port', '0']);
  await command.url();
  assert.match(command.output, /nobody can manage over HTTP: see "The first admin key" in docs\/management\.md/);
  assert.equal(await command.stop('SIGTERM'), 0);
});

test('what is missing or wrong is told before anything is made, and ends it with 2', async () => {
  const policy = policyFile(managedPolicy());
  const wrong = policyFile({ ...managedPolicy(), members: [{ id: 'ada', email: 'ada@acme.example', role: 'nonsense' }], keys: [{ id: 'k' }] });
  const state = fresh('state');
  const both = ['--policy', policy, '--state', state];
  /** @type {[name: string, args: string[], env: Record<string, string>, told: RegExp][]} */
  const cases = [
    ['nothing at all', [], {}, /^serve: `--policy` is missing: .*\n`--state` is missing: .*\n`UPSTREAM_API_KEY` is missing: /],
    ['no upstream key', both, {}, /^serve: `UPSTREAM_API_KEY` is missing: /],
    ['an upstream key as an option', [...both, '--upstream-api-key', 'x'], SECRETS, /^serve: Unknown option '--upstream-api-key'/],
    ['a stray word', [...both, 'stray'], SECRETS, /^serve: .*stray/],
    ['no port', [...both, '--port', '70000'], SECRETS, /^serve: `--port 70000` is no port/],
    ['no address', [...both, '--host', 'a b'], SECRETS, /^serve: `--host a b` is no address/],
    ['an empty policy', ['--policy', '', '--state', state], SECRETS, /^serve: `--policy` is missing/],
    ['an empty upstream', [...both, '--upstream', ''], SECRETS, /^serve: `--upstream` is empty: /],
    ['an empty port', [...both, '--port', ''], SECRETS, /^serve: `--port` is empty: /],
    ['an empty address', [...both, '--host', ''], SECRETS, /^serve: `--host` is empty: /],
    ['a header that a shell left empty', [...both, '--client-address', ''], SECRETS, /^serve: `--client-address` is empty: /],
    ['a short token', both, { ...SECRETS, OPERATOR_TOKEN: 'short' }, /^serve: `OPERATOR_TOKEN` has 5 characters/],
    ['no file', ['--policy', `${policy}.x`, '--state', state], SECRETS, /^serve: cannot read `--policy .*\.x` \(ENOENT/],
    ['a policy with problems', ['--policy', wrong, '--state', state], SECRETS, /no policy to begin with:\n {2}members\[0\]\.role: "nonsense": .*\n[^]* {2}keys\[0\]\.owner: /],
    ['an upstream that is no address', [...both, '--upstream', 'nonsense'], SECRETS, /^serve: `--upstream nonsense` is no address: /],
    ['a header that is none', [...both, '--client-address', 'a b'], SECRETS, /^serve: `--client-address` is `a b`: /],
    ['an upstream of another protocol', [...both, '--upstream', 'ftp://api.example'], SECRETS, /^serve: `--upstream ftp:\/\/api\.example` is no address: /],
    ['a size that is no number', both, { ...SECRETS, MAX_BODY_BYTES: 'many' }, /^serve: `MAX_BODY_BYTES` is `many`: give a positive integer$/m],
    ['a time that is none', both, { ...SECRETS, UPSTREAM_TIMEOUT_MS: '0' }, /^serve: `UPSTREAM_TIMEOUT_MS` is `0`: /],
    ['more than the gateway takes', both, { ...SECRETS, SERVER_TOOL_ITERATIONS: '1001' }, /^serve: `SERVER_TOOL_ITERATIONS` is `1001`: give an integer from 1 to 1000$/m],
    ['and more time', both, { ...SECRETS, CODE_EXECUTION_MS: '1000000001' }, /^serve: `CODE_EXECUTION_MS` is `1000000001`: give an integer from 1 to 1000000000$/m],
    ['a word that is none of two', both, { ...SECRETS, ON_DISCONNECT: 'wait' }, /^serve: `ON_DISCONNECT` is `wait`: give `drain` or `abort`$/m],
    ['what the object would not read', both, { ...SECRETS, SNAPSHOT_EVERY: 'x' }, /^serve: `SNAPSHOT_EVERY` is `x`: /],
    ['a provider that is nothing', both, { ...SECRETS, OPENID: 'null' }, /^serve: `OPENID` is JSON and no object: /],
    ['a provider without a name', both, { ...SECRETS, OPENID: JSON.stringify({ ...PROVIDER, clientId: 7 }) }, /^serve: `OPENID` has no text `clientId`: /],
    ['a provider without TLS', both, { ...SECRETS, OPENID: JSON.stringify({ ...PROVIDER, issuer: 'http://login.acme.example' }) }, /^serve: `issuer` of `OPENID` is `http:\/\/login/],
    ['a provider that is no JSON', both, { ...SECRETS, OPENID: 'secret-of-the-client' }, /^serve: `OPENID` is not JSON: /],
    ['a provider that is cut off', both, { ...SECRETS, OPENID: '{"clientSecret":secret-of-the-client' }, /^serve: `OPENID` is not JSON: /],
  ];
  for (const [name, args, env, told] of cases) {
    const command = new Command(args, env);
    assert.equal(await command.ended, 2, `${name}: ${command.output}`);
    assert.match(command.output, told, name);
    for (const secret of [...Object.values(SECRETS), 'secret']) assert.ok(!command.output.includes(secret), name);
  }
  assert.throws(() => statSync(state), { code: 'ENOENT' });
});

test('a directory is that of one organization: the policy of another is refused with 2, and nothing of it begins there', async () => {
  const state = fresh('state');
  const acme = ['--policy', policyFile(managedPolicy()), '--state', state, '--port', '0'];
  const beta = ['--policy', policyFile(managedPolicy({ organization: { id: 'beta', name: 'Beta' } })), '--state', state, '--port', '0'];
  const first = new Command(acme);
  await first.url();
  assert.equal(await first.stop('SIGTERM'), 0);
  const objects = filesIn(join(state, 'objects'));

  const other = new Command(beta);
  assert.equal(await other.ended, 2, other.output);
  assert.match(other.output, /^serve: `.*` holds `acme` and the policy is of `beta`: name a policy file of `acme`, or another directory with `--state`$/m);

  // A directory of the time before it was noted.
  rmSync(join(state, 'organization'));
  const unknown = new Command(acme);
  assert.equal(await unknown.ended, 2, unknown.output);
  const [, told = ''] = /^serve: `.*` holds an organization and does not say which: write its id into `(.*)`, or /.exec(unknown.output) ?? [];
  assert.equal(told, join(state, 'organization'));
  assert.deepEqual(filesIn(join(state, 'objects')), objects);
  writeFileSync(told, 'acme');
  const again = new Command(acme);
  await again.url();
  assert.match(again.output, /The organization goes on from `/);
  assert.equal(await again.stop('SIGTERM'), 0);
});

test('a directory where nothing has begun is not kept for the organization that was to begin there', async () => {
  const state = fresh('state');
  const taken = createServer();
  taken.listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (taken.address());
  const failed = new Command(['--policy', policyFile(managedPolicy({ organization: { id: 'beta', name: 'Beta' } })), '--state', state, '--port', String(port)]);
  assert.equal(await failed.ended, 1, failed.output);
  taken.close();
  const command = new Command(['--policy', policyFile(managedPolicy()), '--state', state, '--port', '0']);
  await command.url();
  assert.match(command.output, /The organization begins with `/);
  assert.equal(await command.stop('SIGTERM'), 0);
});

test('a port that is in use is named, and ends it with 1', async () => {
  const state = fresh('state');
  const first = new Command(['--policy', policyFile(managedPolicy()), '--state', state, '--port', '0']);
  const { port } = new URL(await first.url());
  const second = new Command(['--policy', policyFile(managedPolicy()), '--state', fresh('state'), '--port', port]);
  assert.equal(await second.ended, 1);
  assert.match(second.output, new RegExp(`^serve: port \`${port}\` is in use`));
  assert.equal(await first.stop('SIGTERM'), 0);
});

test('an address that this machine has not is named with the option that gives it, and ends it with 1', async () => {
  const command = new Command(['--policy', policyFile(managedPolicy()), '--state', fresh('state'), '--port', '0', '--host', '192.0.2.1']);
  assert.equal(await command.ended, 1);
  assert.equal(command.output, 'serve: cannot listen on `192.0.2.1` (EADDRNOTAVAIL): give an address of this machine with `--host`\n');
});

test('--help tells every option and needs nothing', async () => {
  const command = new Command(['--help'], {});
  assert.equal(await command.ended, 0);
  for (const option of ['--policy', '--state', '--upstream', '--port', '--host', '--client-address', 'UPSTREAM_API_KEY', 'OPERATOR_TOKEN']) {
    assert.ok(command.output.includes(option), option);
  }
});
