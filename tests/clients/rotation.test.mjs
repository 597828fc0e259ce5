/** `examples/rotate-keys`, as a scheduler runs it, against a gateway whose clock the test sets. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { Tollgate } from 'tollgate/admin';
import { fixedKey, message } from '../gateway/company.mjs';
import { KEYS, managedPolicy } from '../gateway/management.mjs';
import { servingWith } from '../gateway/serving.mjs';
import { scratchDir } from './demo.mjs';
import { until } from './until.mjs';

const SCRIPT = fileURLToPath(new URL('../../examples/rotate-keys/rotate.mjs', import.meta.url));
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const PASSED_ON = ['x-api-key', 'authorization', 'content-type', 'if-match'];

/** A policy without limits, whose clock a test can move by months. */
const GIVEN = { given: managedPolicy({ limits: [], settings: { max_forward_ms: 366 * DAY_MS } }) };

/** The admin key of somebody whose role reads no audit log. */
const KIM = await fixedKey(31);

/** The operator's command: it puts the secret in a file by the key's id, whole or not at all, and repeats it where a log would see it. */
const STORE = [process.execPath, '--eval', `
  const { readFileSync, renameSync, writeFileSync } = require('node:fs');
  const secret = readFileSync(0, 'utf8');
  const path = process.argv[1] + '/' + process.env.TOLLGATE_KEY_ID;
  writeFileSync(path + '.new', secret);
  renameSync(path + '.new', path);
  console.log(secret);
  console.error('stored ' + secret);
  if (process.env.TOLLGATE_ADMIN_KEY !== undefined) process.exit(3);
`];
/** One that fails, and says the secret while it does. */
const FAIL = [process.execPath, '--eval', `console.error('cannot store ' + require('node:fs').readFileSync(0, 'utf8')); process.exit(7)`];

class Scheduler {
  /** @param {import('../gateway/gateway.mjs').TestGateway} gateway @param {string} [adminKey] */
  constructor(gateway, adminKey = KEYS.admin.key) {
    this.gateway = gateway;
    /** Where the script finds it. */
    this.baseURL = gateway.url;
    this.adminKey = adminKey;
    this.dir = scratchDir();
    this.aheadMs = 0;
    this.admin = new Tollgate({ apiKey: adminKey, baseURL: gateway.url });
  }

  /** Sets the gateway's clock ahead of the machine's. @param {number} ms */
  async ahead(ms) {
    // An organization begins with the first request: the keys are of that time.
    await this.admin.organization();
    this.aheadMs = ms;
    await this.gateway.operator('sabotage', { clock_ahead_ms: ms });
  }

  get pending() {
    const path = join(this.dir, 'pending');
    return existsSync(path) ? readdirSync(path).filter((name) => name !== '.lock') : [];
  }

  /** The secret that the command has stored last. @param {string} id */
  stored(id) {
    return readFileSync(join(this.dir, id), 'utf8');
  }

  /** What a message is answered with. @param {string} key */
  async status(key) {
    const response = await this.gateway.post(message(), { key });
    await response.text();
    return response.status;
  }

  /**
   * Runs the script at the gateway's time.
   *
   * @param {string[]} args
   * @param {string[]} [command]
   * @returns {Promise<{ code: number, said: string }>}
   */
  run(args, command = [...STORE, this.dir]) {
    const asOf = new Date(Date.now() + this.aheadMs).toISOString();
    const all = ['--pending', join(this.dir, 'pending'), '--as-of', asOf, ...args, ...(command.length > 0 ? ['--', ...command] : [])];
    const env = { ...process.env, TOLLGATE_BASE_URL: this.baseURL, TOLLGATE_ADMIN_KEY: this.adminKey };
    return new Promise((resolve) => {
      execFile(process.execPath, [SCRIPT, ...all], { env }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), said: stdout + stderr });
      });
    });
  }
}

/** The gateway through a proxy that loses what the audit log holds. @param {string} url */
async function withoutAuditLog(url) {
  const server = createServer(async (request, response) => {
    const { method = '', url: path = '', headers } = request;
    const isAudit = path.startsWith('/v1/organizations/audit-logs/export');
    let sent = '';
    for await (const chunk of request) sent += chunk;
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: Object.entries(headers).flatMap(([name, value]) => (typeof value === 'string' && PASSED_ON.includes(name) ? [[name, value]] : [])),
      ...(sent !== '' && { body: sent }),
    });
    const received = await answer.text();
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(isAudit && answer.ok ? '' : received);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Clients that call with whatever secret is stored, until they are told to stop. */
class Load {
  /** @type {number[]} */
  statuses = [];
  #stopped = false;
  #clients;

  /** @param {Scheduler} scheduler @param {string} id */
  constructor(scheduler, id) {
    this.#clients = Array.from({ length: 4 }, async () => {
      while (!this.#stopped) this.statuses.push(await scheduler.status(scheduler.stored(id)));
    });
  }

  /** Waits for so many requests from now. @param {number} count */
  async goesOn(count) {
    const goal = this.statuses.length + count;
    await until(`${count} more requests are answered`, async () => this.statuses.length >= goal);
  }

  async stop() {
    this.#stopped = true;
    await Promise.all(this.#clients);
  }
}

test('a key that is 90 days old is rotated under load: no request fails, and after the overlap the old secret is a 401', () =>
  servingWith(GIVEN, async (gateway) => {
    const scheduler = new Scheduler(gateway);
    const { id, key: old } = await scheduler.admin.apiKeys.create({ name: 'backend', workspace_id: 'bot', owner: { service_account: 'ci' } });
    writeFileSync(join(scheduler.dir, id), old);
    const load = new Load(scheduler, id);
    await load.goesOn(8);

    await scheduler.ahead(89 * DAY_MS);
    const early = await scheduler.run(['--workspace', 'bot']);
    assert.deepEqual([early.code, early.said], [0, '0 due, 0 rotated, 0 failed\n']);
    assert.equal(scheduler.stored(id), old);

    await scheduler.ahead(91 * DAY_MS);
    await load.goesOn(8);
    const { code, said } = await scheduler.run(['--workspace', 'bot', '--overlap-hours', '1']);
    assert.equal(code, 0, said);
    assert.match(said, new RegExp(`^${id}: rotated: the secrets before are taken until `, 'm'));
    assert.match(said, /^1 due, 1 rotated, 0 failed$/m);
    const fresh = scheduler.stored(id);
    assert.notEqual(fresh, old);
    assert.ok(!said.includes(fresh) && !said.includes(old), 'no secret is said');
    assert.match(said, /^stored \(the secret\)$/m);
    await load.goesOn(8);
    assert.deepEqual([await scheduler.status(old), await scheduler.status(fresh)], [200, 200], 'both are taken within the overlap');

    await scheduler.ahead(91 * DAY_MS + HOUR_MS + 60_000);
    await load.goesOn(8);
    assert.deepEqual([await scheduler.status(old), await scheduler.status(fresh)], [401, 200]);
    await load.stop();
    assert.deepEqual(new Set(load.statuses), new Set([200]), 'nobody noticed');

    const again = await scheduler.run(['--workspace', 'bot']);
    assert.deepEqual([again.code, again.said], [0, '0 due, 0 rotated, 0 failed\n']);
    assert.deepEqual(scheduler.pending, []);
  }));

test('every kind of key is rotated, other admin keys too, but for the one that the script runs by', () =>
  servingWith(GIVEN, async (gateway) => {
    const scheduler = new Scheduler(gateway);
    await scheduler.ahead(91 * DAY_MS);
    const { code, said } = await scheduler.run([]);
    assert.equal(code, 0, said);
    const { data } = await scheduler.admin.apiKeys.list({ limit: 1000 });
    const others = data.filter(({ id }) => id !== 'manage_admin');
    assert.ok(others.some(({ kind }) => kind === 'admin'));
    assert.match(said, new RegExp(`^${others.length} due, ${others.length} rotated, 0 failed, 1 left out$`, 'm'));
    assert.match(said, /^manage_admin: due on \S+: left out: this runs by it \(TOLLGATE_ADMIN_KEY\): rotate it by hand, or with --own-key$/m);
    for (const { id, secrets } of data) assert.equal(secrets.length, id === 'manage_admin' ? 1 : 2, id);
    const dry = await scheduler.run(['--dry-run'], []);
    assert.match(dry.said, /^0 due, 0 rotated, 0 failed, 1 left out$/m);
  }));

test('the key that the script runs by is known too where it was read from a file with the end of its line', () =>
  servingWith(GIVEN, async (gateway) => {
    const scheduler = new Scheduler(gateway);
    await scheduler.ahead(91 * DAY_MS);
    scheduler.adminKey += '\n';
    const { code, said } = await scheduler.run(['--dry-run'], []);
    assert.equal(code, 0, said);
    assert.match(said, /^manage_admin: due on \S+: left out: this runs by it /m);
  }));

test('with --own-key the key that the script runs by is rotated last, with a word of what the next run needs', () =>
  servingWith(GIVEN, async (gateway) => {
    const scheduler = new Scheduler(gateway);
    await scheduler.ahead(91 * DAY_MS);
    const { code, said } = await scheduler.run(['--own-key', '--overlap-hours', '0']);
    assert.equal(code, 0, said);
    const rotated = [...said.matchAll(/^(\S+): rotated: /gm)].map(([, id]) => id);
    assert.equal(rotated.at(-1), 'manage_admin');
    assert.match(said, new RegExp(`^${rotated.length} due, ${rotated.length} rotated, 0 failed$`, 'm'));
    assert.match(said, /^manage_admin: this runs by it: give the next run the secret that the command has stored, as TOLLGATE_ADMIN_KEY$/m);
    const renewed = new Tollgate({ apiKey: scheduler.stored('manage_admin'), baseURL: gateway.url });
    assert.equal((await renewed.organization()).id, 'acme');
  }));

test('a rotation of its own key that was begun and not done is done by the next run, --own-key or not', () =>
  servingWith(GIVEN, async (gateway) => {
    const scheduler = new Scheduler(gateway);
    await scheduler.ahead(91 * DAY_MS);
    const failing = await scheduler.run(['--own-key'], FAIL);
    assert.equal(failing.code, 1);
    assert.ok(scheduler.pending.includes('manage_admin'));
    const { code, said } = await scheduler.run([]);
    assert.equal(code, 0, said);
    assert.match(said, /^manage_admin: rotated: /m);
    assert.deepEqual(scheduler.pending, []);
  }));

/** The company with somebody whose role has these permissions and no other, and with an admin key of hers. @param {string[]} actions */
function withKim(actions) {
  const { roles = [], members = [], keys = [], ...others } = /** @type {Record<string, Record<string, unknown>[]>} */ (/** @type {unknown} */ (GIVEN.given));
  const permissions = actions.map((action) => ({ action, scope: 'any' }));
  return {
    ...others,
    roles: [...roles, { id: 'keeper', permissions }],
    members: [...members, { id: 'kim', email: 'kim@acme.example', role: 'keeper' }],
    keys: [...keys, { id: 'manage_kim', kind: 'admin', owner: { member: 'kim' }, secrets: [{ sha256: KIM.sha256 }] }],
  };
}

test('who may not read the audit log rotates no admin key, for any may be the one that the script runs by', () => {
  const given = withKim(['organization.read', 'keys.read', 'keys.rotate']);
  return servingWith({ given }, async (gateway) => {
    const scheduler = new Scheduler(gateway, KIM.key);
    await scheduler.ahead(91 * DAY_MS);
    const { said } = await scheduler.run(['--dry-run'], []);
    assert.match(said, /^manage_kim: due on \S+: left out: an admin key, and only with the permission `audit\.read` is it known whether this runs by it: /m);
    const admins = given.keys.filter((key) => 'kind' in key && key.kind === 'admin').length;
    assert.match(said, new RegExp(`, ${admins} left out$`, 'm'));
    assert.doesNotMatch(said, /^manage_\w+: .*would be rotated$/m);
  });
});

test('with --own-key it is said of each admin key that may be its own what the next run needs, where it may not read which that is', () =>
  servingWith({ given: withKim(['organization.read', 'keys.read', 'keys.create', 'keys.update', 'keys.rotate', 'keys.revoke']) }, async (gateway) => {
    const scheduler = new Scheduler(gateway, KIM.key);
    await scheduler.ahead(91 * DAY_MS);
    const { said } = await scheduler.run(['--own-key']);
    assert.match(said, /^manage_kim: rotated: /m);
    assert.match(said, /^manage_kim: an admin key, and only with .* is it known whether this runs by it: if it does, give the next run the secret that the command has stored, as TOLLGATE_ADMIN_KEY$/m);
  }));

test('where the audit log does not tell which key the script runs by, that is said, and not that a permission is missing', () =>
  servingWith(GIVEN, async (gateway) => {
    const scheduler = new Scheduler(gateway);
    await scheduler.ahead(91 * DAY_MS);
    const forgetful = await withoutAuditLog(gateway.url);
    try {
      scheduler.baseURL = forgetful.url;
      const { code, said } = await scheduler.run([]);
      assert.equal(code, 0, said);
      assert.match(said, /^manage_admin: due on \S+: left out: an admin key, and the audit log does not tell whether this runs by it: rotate it by hand, or with --own-key$/m);
      assert.doesNotMatch(said, /audit\.read|^manage_\w+: rotated/m);
      const own = await scheduler.run(['--own-key']);
      assert.equal(own.code, 0, own.said);
      for (const id of ['manage_admin', 'manage_viewer']) {
        assert.match(own.said, new RegExp(`^${id}: an admin key, and the audit log does not tell whether this runs by it: if it does, give the next run the secret`, 'm'));
      }
    } finally {
      await forgetful.stop();
    }
  }));

test('a dry run says what is due and changes nothing', () =>
  servingWith(GIVEN, async (gateway) => {
    const scheduler = new Scheduler(gateway);
    await scheduler.ahead(91 * DAY_MS);
    const before = await scheduler.admin.auditLogs.head();
    const { code, said } = await scheduler.run(['--dry-run', '--workspace', 'lab'], []);
    assert.equal(code, 0, said);
    assert.match(said, /^key_lab: due on .*: would be rotated\n1 due, 0 rotated, 0 failed\n$/);
    const later = await scheduler.run(['--dry-run', '--workspace', 'lab', '--within-days', '100', '--as-of', new Date().toISOString()], []);
    assert.match(later.said, /^key_lab: due on 20\S+Z: would be rotated$/m);
    assert.deepEqual(await scheduler.admin.auditLogs.head(), before);
    assert.deepEqual(scheduler.pending, []);
  }));

test('a secret that was not handed over is a failure, is not said, and is made anew by the next run', () =>
  servingWith(GIVEN, async (gateway) => {
    const scheduler = new Scheduler(gateway);
    await scheduler.ahead(91 * DAY_MS);
    const failed = await scheduler.run(['--workspace', 'lab'], FAIL);
    assert.equal(failed.code, 1, failed.said);
    assert.match(failed.said, /^key_lab: not rotated: the command `.*` did not take the new secret: it ended with 7: cannot store \(the secret\)$/m);
    assert.deepEqual(scheduler.pending, ['key_lab']);
    const missing = await scheduler.run(['--workspace', 'lab'], [join(scheduler.dir, 'no-such-program')]);
    assert.equal(missing.code, 1, missing.said);
    assert.match(missing.said, /ENOENT/);

    const { code, said } = await scheduler.run(['--workspace', 'lab']);
    assert.equal(code, 0, said);
    assert.match(said, /^1 due, 1 rotated, 0 failed$/m);
    assert.equal(await scheduler.status(scheduler.stored('key_lab')), 200);
    assert.deepEqual(scheduler.pending, []);
    assert.equal((await scheduler.run(['--workspace', 'lab'])).said, '0 due, 0 rotated, 0 failed\n');
  }));

test('two that run at once rotate a key once, and nothing is left to do', () =>
  servingWith(GIVEN, async (gateway) => {
    const scheduler = new Scheduler(gateway);
    await scheduler.ahead(91 * DAY_MS);
    const runs = await Promise.all([scheduler.run(['--workspace', 'lab']), scheduler.run(['--workspace', 'lab'])]);
    const said = runs.map((run) => run.said).join('');
    assert.equal(said.match(/^key_lab: rotated/gm)?.length, 1, said);
    for (const run of runs) {
      // The other came too early, and says so, or too late, and found nothing to do.
      assert.match(run.said, run.code === 1 ? /works on it: wait until that has ended/ : /^(?:1 due, 1|0 due, 0) rotated, 0 failed$/m);
    }
    assert.equal((await scheduler.admin.apiKeys.retrieve('key_lab')).secrets.length, 2);
    assert.equal(await scheduler.status(scheduler.stored('key_lab')), 200);
    assert.deepEqual(scheduler.pending, []);
  }));

test('a run that was killed leaves no lock that keeps the next one out', () =>
  servingWith(GIVEN, async (gateway) => {
    const scheduler = new Scheduler(gateway);
    await scheduler.ahead(91 * DAY_MS);
    // The command ends the script itself, as a machine that fails would, after the secret was made and before it was stored.
    const killed = await scheduler.run(['--workspace', 'lab'], [process.execPath, '--eval', `process.kill(process.ppid, 'SIGKILL')`]);
    assert.notEqual(killed.code, 0);
    assert.deepEqual(scheduler.pending, ['key_lab']);
    const { code, said } = await scheduler.run(['--workspace', 'lab']);
    assert.equal(code, 0, said);
    assert.match(said, /^key_lab: rotated/m);
    assert.equal(await scheduler.status(scheduler.stored('key_lab')), 200);
  }));

test('failures in a row never push the secret out that is in use', () =>
  servingWith(GIVEN, async (gateway) => {
    const scheduler = new Scheduler(gateway);
    const { id, key } = await scheduler.admin.apiKeys.create({ name: 'backend', workspace_id: 'bot' });
    await scheduler.ahead(91 * DAY_MS);
    for (let run = 1; run <= 3; run += 1) {
      const { said } = await scheduler.run(['--workspace', 'bot'], FAIL);
      assert.match(said, /it ended with 7/);
    }
    const { code, said } = await scheduler.run(['--workspace', 'bot']);
    assert.equal(code, 1, said);
    assert.match(said, new RegExp(`^${id}: not rotated: it has 4 secrets already`, 'm'));
    assert.equal(await scheduler.status(key), 200);
  }));

test('what is called wrongly says how it is called, and changes nothing', async () => {
  const run = (/** @type {string[]} */ args, env = {}) =>
    new Promise((resolve) => {
      execFile(process.execPath, [SCRIPT, ...args], { env: { PATH: process.env['PATH'], ...env } }, (error, stdout, stderr) =>
        resolve({ code: error?.code, said: stdout + stderr }),
      );
    });
  const env = { TOLLGATE_BASE_URL: 'http://127.0.0.1:9', TOLLGATE_ADMIN_KEY: 'a-secret' };
  for (const [args, told] of /** @type {[string[], RegExp][]} */ ([
    [['--pending', 'p'], /^COMMAND: it is missing/],
    [['--dry-run'], /^--pending: it is missing/],
    [['--dry-run', '--pending', 'p', '--overlap-hours', '721'], /^--overlap-hours: `721`: give a whole number from 0 to 720/],
    [['--dry-run', '--pending', 'p', '--as-of', 'soon'], /^--as-of: `soon`: give an instant/],
    [['--dry-run', '--pending', 'p', '--surprise'], /surprise/],
  ])) {
    const { code, said } = /** @type {{ code: number, said: string }} */ (await run(args, env));
    assert.equal(code, 2, said);
    assert.match(said, told);
    assert.doesNotMatch(said, /a-secret/);
  }
  const { code, said } = /** @type {{ code: number, said: string }} */ (await run(['--dry-run', '--pending', 'p']));
  assert.equal(code, 2);
  assert.match(said, /^TOLLGATE_BASE_URL: it is missing/);
});
