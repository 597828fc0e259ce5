/** The demo as a program: how it starts, what it refuses, what it keeps, and that it leaves nothing behind. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { Tollgate } from 'tollgate/admin';
import { clientOf, refusal, request } from './client.mjs';
import { Demo, scratchDir } from './demo.mjs';
import { until } from './until.mjs';

/**
 * The processes that serve a state directory: its gateway and the gateway's guard.
 *
 * @param {string} stateDir
 */
function processesOf(stateDir) {
  return execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(join(stateDir, 'run')))
    .map((line) => ({ pid: Number(line.trim().split(/\s+/)[0]), guard: line.includes('guard.mjs') }));
}

/** @param {string} stateDir */
const allGone = (stateDir) => until('no process is left', async () => processesOf(stateDir).length === 0);

test('the ready file is whole, private and not that of an earlier run', async () => {
  const readyFile = join(scratchDir(), 'ready.json');
  const stale = 'left from an earlier run';
  writeFileSync(readyFile, stale);
  const starting = new Demo(['--port', '0', '--ready-file', readyFile]);
  await until('the old file has gone', async () => !existsSync(readyFile) || readFileSync(readyFile, 'utf8') !== stale);
  const demo = await starting.serves(readyFile);
  assert.equal(statSync(readyFile).mode & 0o777, 0o600);
  assert.match(demo.ready.base_url, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.match(demo.ready.admin_key, /^tg_acme_/);
  assert.deepEqual(Object.keys(demo.keys).sort(), ['ada', 'expired', 'normal', 'one_model', 'revoked', 'tight_budget', 'tight_limit', 'viewer']);
  assert.equal(new Set([demo.ready.admin_key, ...Object.values(demo.keys)]).size, 9);
  assert.equal((await clientOf(demo.url, demo.keys.ada).client.messages.create(request('hello'))).type, 'message');
  assert.deepEqual(await new Tollgate({ apiKey: demo.ready.admin_key, baseURL: demo.url }).organization(), { id: 'acme', type: 'organization', name: 'Acme Corp' });
  await demo.stop();
  assert.equal(existsSync(readyFile), false);
});

test('a ready file that another demo has written stays', async () => {
  const demo = await Demo.serving();
  writeFileSync(demo.readyFile, '{"base_url":"another"}');
  await demo.stop();
  assert.equal(readFileSync(demo.readyFile, 'utf8'), '{"base_url":"another"}');
});

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  test(`${signal} ends it cleanly, also with a request under way`, async () => {
    const stateDir = join(scratchDir(), 'state');
    const demo = await Demo.serving({ args: ['--state', stateDir] });
    const call = clientOf(demo.url, demo.keys.normal).client.messages.create(request('[[hold forever]]'));
    const lost = assert.rejects(call);
    await until('the request is under way', async () => (await demo.control.held()).length === 1);
    assert.equal(processesOf(stateDir).length, 2);
    assert.equal(await demo.stop(signal), 0, demo.demo.output);
    assert.deepEqual(processesOf(stateDir), []);
    await lost;
    await assert.rejects(fetch(demo.url));

    // The request that was under way is settled at its hold before the gateway ends: nothing waits for the next run.
    const next = await Demo.serving({ args: ['--state', stateDir] });
    const { total } = await next.ledger.balances();
    assert.equal(total.held_usd, '0');
    assert.notEqual(total.settled_usd, '0');
    await next.stop();
  });
}

test('when nobody reads its output any more, it stops and leaves no process', async () => {
  const stateDir = join(scratchDir(), 'state');
  const demo = await Demo.serving({ args: ['--state', stateDir] });
  demo.demo.child.stdout.destroy();
  await refusal(clientOf(demo.url, demo.keys.viewer).client.messages.create(request('hello')), 403, 'permission_error');
  assert.equal(await demo.demo.ended, 0);
  assert.deepEqual(processesOf(stateDir), []);
});

test('without a terminal it prints what to try, and one line for each decision', async () => {
  const demo = await Demo.serving();
  const { client } = clientOf(demo.url, demo.keys.normal);
  await client.messages.create(request('[[tokens in=10 out=10]]'));
  await refusal(clientOf(demo.url, demo.keys.viewer).client.messages.create(request('hello')), 403, 'permission_error');
  await until('both lines are there', async () => /deny .*viewer/.test(demo.demo.output) && /allow .*normal/.test(demo.demo.output));
  await demo.stop();
  const { output } = demo.demo;
  assert.match(output, /^time {6}what {3}key +operation +model +cost {2}\[reason\]$/m);
  assert.match(output, /^stopped: 1 allowed, 1 denied\n$/m);
  assert.match(output, /^\S+ {2}allow {2}normal .* 0\.00012 usd {2}\[within limits\]$/m);
  assert.match(output, /^\S+ {2}deny {3}viewer .* nothing {2}\[forbidden_action\]$/m);
  assert.ok(output.includes(`curl -sS ${demo.url}/v1/organizations/members -H 'x-api-key: ${demo.ready.admin_key}'`));
  assert.ok(output.includes('curl') && output.includes('new Anthropic(') && output.includes('Anthropic(base_url='));
  assert.ok(!output.includes('\u001b'));
});

const MANAGE = /^manage the company: .*\n([^]*?)\n\n/m;

test('the lines that it prints to manage the company work as they stand', async () => {
  const demo = await Demo.serving();
  try {
    // It serves before it has printed what to try.
    await until('the lines are there', async () => MANAGE.test(demo.demo.output));
    const [, section = ''] = MANAGE.exec(demo.demo.output) ?? [];
    const [members = {}, made = {}, logged = {}] = section.split('\n').map((line) => /** @type {any} */ (JSON.parse(execFileSync('sh', ['-c', line], { encoding: 'utf8' }))));
    assert.deepEqual(members.data.map((/** @type {{ id: string }} */ { id }) => id), ['ada', 'ben', 'vera']);
    assert.equal((await clientOf(demo.url, made.key).client.messages.create(request('hello'))).type, 'message');
    assert.deepEqual([logged.data.length, logged.data[0].type], [5, 'budget.created']);
  } finally {
    await demo.stop();
  }
});

test('without --state nothing is left on the disk', async () => {
  const tmp = scratchDir();
  const demo = await Demo.serving({ env: { TMPDIR: tmp } });
  assert.equal(readdirSync(tmp).length, 1);
  await demo.stop();
  assert.deepEqual(readdirSync(tmp), []);
});

test('with --state the keys, the spend and the levels outlive a run', async () => {
  const stateDir = join(scratchDir(), 'state');
  const first = await Demo.serving({ args: ['--state', stateDir] });
  const spend = request('[[tokens in=100 out=1000]]', { max_tokens: 1024 });
  await clientOf(first.url, first.keys.tight_budget).client.messages.create(spend);
  const before = await first.ledger.atRest();
  assert.equal(before.total.settled_usd, '0.0102');
  assert.equal(await first.stop(), 0);
  // What only a run needs, the upstream's key among it, goes with the run.
  assert.deepEqual(readdirSync(stateDir).sort(), ['keys.json', 'lock', 'objects']);
  assert.equal(statSync(join(stateDir, 'keys.json')).mode & 0o777, 0o600);

  const second = await Demo.serving({ args: ['--state', stateDir] });
  assert.deepEqual({ ...second.keys, admin: second.ready.admin_key }, { ...first.keys, admin: first.ready.admin_key });
  assert.deepEqual(await second.ledger.balances(), before);
  await refusal(clientOf(second.url, second.keys.tight_budget).client.messages.create(spend), 400, 'invalid_request_error');
  assert.equal(await second.stop(), 0);
});

test('a state directory that has lost its keys is refused', async () => {
  const stateDir = join(scratchDir(), 'state');
  const first = await Demo.serving({ args: ['--state', stateDir] });
  await first.stop();
  rmSync(join(stateDir, 'keys.json'));
  const second = new Demo(['--port', '0', '--state', stateDir]);
  assert.equal(await second.ended, 1);
  assert.match(second.output, /holds an organization but not its keys/);
});

test('two demos on one state directory are refused, and the first goes on', async () => {
  const stateDir = join(scratchDir(), 'state');
  const first = await Demo.serving({ args: ['--state', stateDir] });
  const second = new Demo(['--port', '0', '--state', stateDir]);
  assert.equal(await second.ended, 1);
  assert.match(second.output, /is in use by another demo \(process \d+\)/);
  assert.equal((await clientOf(first.url, first.keys.normal).client.messages.create(request('hello'))).type, 'message');
  await first.stop();
});

test('a demo that is killed takes its gateway with it, and its state can be used at once', async () => {
  const stateDir = join(scratchDir(), 'state');
  const first = await Demo.serving({ args: ['--state', stateDir] });
  await clientOf(first.url, first.keys.normal).client.messages.create(request('[[tokens in=10 out=10]]'));
  const before = await first.ledger.atRest();
  assert.equal(await first.stop('SIGKILL'), 'SIGKILL');
  await allGone(stateDir);
  const second = await Demo.serving({ args: ['--state', stateDir] });
  assert.deepEqual(await second.ledger.balances(), before);
  await second.stop();
});

for (const who of ['gateway', 'guard']) {
  test(`when the ${who} is killed, the demo says so, fails, and leaves no process`, async () => {
    const stateDir = join(scratchDir(), 'state');
    const demo = await Demo.serving({ args: ['--state', stateDir] });
    const victim = processesOf(stateDir).find(({ guard }) => guard === (who === 'guard'));
    assert.ok(victim);
    process.kill(victim.pid, 'SIGKILL');
    assert.equal(await demo.demo.ended, 1);
    assert.match(demo.demo.output, /the gateway ended by itself/);
    await allGone(stateDir);
  });
}

test('a port that is in use is named', async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address !== 'string');
  const demo = new Demo(['--port', String(address.port)]);
  assert.equal(await demo.ended, 1);
  assert.match(demo.output, new RegExp(`port \`${address.port}\` is in use`));
  server.close();
});

test('--port is the port where it serves', async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address !== 'string');
  server.close();
  await once(server, 'close');
  const demo = await Demo.serving({ args: ['--port', String(address.port)] });
  assert.equal(demo.url, `http://127.0.0.1:${address.port}`);
  await demo.stop();
});

test('the tour shows every decision and ends well, also on a state that is not new', async () => {
  const stateDir = join(scratchDir(), 'state');
  for (let run = 1; run <= 2; run += 1) {
    const demo = new Demo(['--once', '--state', stateDir]);
    assert.equal(await demo.ended, 0, demo.output);
    assert.match(demo.output, /everything was as expected/);
    assert.ok(!demo.output.includes('FAIL'));
    assert.match(demo.output, /^ok {4}the audit log has all of it, once +200 {2}14 entries of Ada's key, /m);
    for (const reason of ['unknown_key', 'revoked_key', 'expired_key', 'forbidden_action', 'forbidden_model', 'limit_exceeded', 'budget_exceeded', 'unboundable_request', 'caller_key']) {
      assert.match(demo.output, new RegExp(`deny .*${reason}`));
    }
  }
  assert.deepEqual(processesOf(stateDir), []);
});

test('a tour that is interrupted has not succeeded', async () => {
  const readyFile = join(scratchDir(), 'ready.json');
  const demo = new Demo(['--once', '--ready-file', readyFile]);
  await until('the tour has begun', async () => existsSync(readyFile));
  assert.equal(await demo.stop('SIGINT'), 1);
});

test('the real API is never chosen by the variable alone', async () => {
  const local = await Demo.serving({ env: { ANTHROPIC_API_KEY: 'sk-ant-not-a-key' } });
  assert.ok(local.ready.debug.upstream_control_url);
  assert.ok(!local.demo.output.includes('real money'));
  await local.stop();

  const withoutKey = new Demo(['--upstream', 'anthropic']);
  assert.equal(await withoutKey.ended, 2);
  assert.match(withoutKey.output, /ANTHROPIC_API_KEY/);

  const real = await Demo.serving({ args: ['--upstream', 'anthropic'], env: { ANTHROPIC_API_KEY: 'sk-ant-not-a-key' } });
  assert.equal(real.ready.debug.upstream_control_url, null);
  assert.match(real.demo.output, /this spends real money/);
  assert.ok(!real.demo.output.includes('sk-ant-not-a-key'));
  await real.stop();

  const tour = new Demo(['--once', '--upstream', 'anthropic'], { ANTHROPIC_API_KEY: 'sk-ant-not-a-key' });
  assert.equal(await tour.ended, 2);
});

test('a wrong command line is told, and --help is not', async () => {
  for (const args of [['--prot', '1'], ['--port', '70000'], ['--port', 'x'], ['--state', ''], ['--upstream', 'other'], ['stray']]) {
    const demo = new Demo(args);
    assert.equal(await demo.ended, 2, args.join(' '));
    assert.match(demo.output, /^demo: /);
  }
  const help = new Demo(['--help']);
  assert.equal(await help.ended, 0);
  for (const option of ['--once', '--port', '--state', '--ready-file', '--upstream']) assert.ok(help.output.includes(option));
});
