/** The store: restarts, snapshots, compaction, alarms, second writers, and an engine that fails. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { until } from '../clients/until.mjs';
import { decimal, message, micro, policy, usd } from './company.mjs';
import { TestGateway } from './gateway.mjs';
import { Upstream, answer } from './upstream.mjs';

const BODY = message();
const HOLD = usd(JSON.stringify(BODY).length, 100);
const CHARGE = usd(10, 20);

/**
 * @param {{ policy?: object, vars?: Record<string, string> }} given
 * @param {(gateway: TestGateway, upstream: Upstream) => Promise<void>} work
 */
async function serving(given, work) {
  const upstream = await Upstream.start();
  const gateway = await TestGateway.start({ upstream: upstream.url, ...given });
  try {
    await work(gateway, upstream);
  } finally {
    await gateway.stop();
    await upstream.stop();
  }
}

/** An event that a second writer on the same log could have appended. @param {number} seq */
const heartbeat = (seq) =>
  `INSERT INTO log (seq, event) VALUES (${seq}, '${JSON.stringify({ v: 1, at_ms: Date.now(), type: 'heartbeat' })}')`;

/** @param {TestGateway} gateway */
const lastSeq = async (gateway) => (await gateway.operator('events', { after: 0, limit: 1 })).last_seq;

test('an organization begins with its policy, and begins once', () =>
  serving({}, async (gateway) => {
    const seeded = await gateway.events();
    assert.deepEqual(
      seeded.map(({ seq }) => seq),
      seeded.map((_, at) => at + 1),
    );
    assert.ok(seeded.every(({ event }) => event.type === 'configured'));
    await gateway.down();
    await gateway.up();
    assert.deepEqual(await gateway.events(), seeded);
  }));

test('after a restart everything is as it was', () =>
  serving({}, async (gateway, upstream) => {
    upstream.scripts.push(answer(), (response) => response.writeHead(500).end());
    await (await gateway.post(BODY)).text();
    await (await gateway.post(BODY)).text();
    const [balances, events] = [await gateway.balances(), await gateway.events()];
    assert.deepEqual(balances, { settled_usd: CHARGE, assumed_usd: '0', held_usd: '0' });
    for (const signal of /** @type {const} */ (['SIGTERM', 'SIGKILL'])) {
      await gateway.down(signal);
      await gateway.up();
      assert.deepEqual([await gateway.balances(), await gateway.events()], [balances, events]);
    }
    assert.equal((await gateway.post(BODY)).status, 200);
  }));

test('a long log is compacted, and snapshot and tail give the same', () =>
  serving({ vars: { SNAPSHOT_EVERY: '20' } }, async (gateway) => {
    for (let i = 0; i < 25; i += 1) assert.equal((await gateway.post(BODY)).status, 200);
    const page = await until('the log was compacted', async () => {
      const events = await gateway.operator('events', { after: 0, limit: 1000 });
      return events.compacted_seq > 20 && events;
    });
    assert.ok(page.events.length < 50);
    assert.ok(page.events.every((/** @type {{ seq: number }} */ { seq }) => seq > page.compacted_seq));
    const before = [await gateway.balances(), await lastSeq(gateway)];
    await gateway.down('SIGKILL');
    await gateway.up();
    assert.deepEqual([await gateway.balances(), await lastSeq(gateway)], before);
    assert.equal((await gateway.post(BODY)).status, 200);
    assert.equal((await gateway.balances()).settled_usd, decimal(26n * micro(CHARGE)));
  }));

/** A policy whose snapshot is long. */
const largePolicy = () =>
  policy({
    members: [
      ...policy().members,
      ...Array.from({ length: 40_000 }, (_, i) => ({
        id: `member-${i}`,
        email: `member-${i}@acme.example`,
        name: `Member number ${i}`,
        role: 'developer',
      })),
    ],
  });

/** Whether a snapshot is being written, or was left behind. @param {TestGateway} gateway */
async function hasDraft(gateway) {
  const sql = "SELECT count(*) AS n FROM sqlite_master WHERE name = 'snapshot_draft'";
  const [{ n }] = await gateway.operator('sabotage', { sql });
  return n === 1;
}

test('a snapshot that was left behind half-written is not started from, and the next one takes its place', () =>
  serving({ vars: { SNAPSHOT_EVERY: '20' } }, async (gateway) => {
    assert.equal((await gateway.post(BODY)).status, 200);
    await gateway.operator('sabotage', { sql: 'CREATE TABLE snapshot_draft (number INTEGER, of_another_form TEXT)' });
    await gateway.operator('sabotage', { sql: "INSERT INTO snapshot_draft VALUES (0, 'TGSN')" });
    const before = [await gateway.balances(), await gateway.events()];
    await gateway.down('SIGKILL');
    await gateway.up();
    assert.deepEqual([await gateway.balances(), await gateway.events()], before);
    for (let i = 0; i < 25; i += 1) assert.equal((await gateway.post(BODY)).status, 200);
    await until('the log was compacted', async () => {
      const events = await gateway.operator('events', { after: 0, limit: 1 });
      return events.compacted_seq > 20 && !(await hasDraft(gateway));
    });
    await gateway.down('SIGKILL');
    await gateway.up();
    assert.equal((await gateway.balances()).settled_usd, decimal(26n * micro(CHARGE)));
  }));

test('others are answered while a long snapshot is written, and a kill in the middle of it loses nothing', () =>
  serving({ policy: largePolicy(), vars: { SNAPSHOT_EVERY: '20' } }, async (gateway) => {
    let answered = 0n;
    const post = async () => {
      assert.equal((await gateway.post(BODY)).status, 200);
      answered += 1n;
    };
    for (let kill = 0; kill < 3; kill += 1) {
      // That it is seen at all says that somebody is answered in the middle of it.
      await until('a snapshot is being written', async () => {
        await post();
        return hasDraft(gateway);
      });
      for (let i = 0; i < kill; i += 1) await post();
      await gateway.down('SIGKILL');
      await gateway.up();
      assert.equal((await gateway.balances()).settled_usd, decimal(answered * micro(CHARGE)));
    }
    const seq = await lastSeq(gateway);
    await until('the log was compacted', async () => {
      await post();
      return (await gateway.operator('events', { after: 0, limit: 1 })).compacted_seq >= seq;
    });
    await gateway.down('SIGKILL');
    await gateway.up();
    assert.equal((await gateway.balances()).settled_usd, decimal(answered * micro(CHARGE)));
    await post();
  }));

test('a snapshot of several chunks is put together again', () => {
  return serving({ policy: largePolicy() }, async (gateway) => {
    assert.equal((await gateway.post(BODY)).status, 200);
    const [chunks] = await gateway.operator('sabotage', {
      sql: 'SELECT count(*) AS n, max(length(bytes)) AS most FROM snapshot_chunk',
    });
    assert.ok(chunks.n > 1, `the snapshot has ${chunks.n} chunks`);
    assert.ok(chunks.most <= 2_000_000);
    await gateway.down();
    await gateway.up();
    assert.equal((await gateway.post(BODY)).status, 200);
    assert.equal((await gateway.balances()).settled_usd, decimal(2n * micro(CHARGE)));
  });
});

test('a snapshot that is damaged is not started from', () =>
  serving({}, async (gateway) => {
    assert.equal((await gateway.post(BODY)).status, 200);
    await gateway.operator('sabotage', { sql: "UPDATE snapshot_chunk SET bytes = x'00010203'" });
    await gateway.down();
    await gateway.up();
    const response = await gateway.post(BODY);
    assert.equal(response.status, 503);
    assert.equal((await response.json()).error.type, 'api_error');
  }));

test('a second writer: nothing is sent, 503, and the next request goes on from the true log', () =>
  serving({}, async (gateway, upstream) => {
    assert.equal((await gateway.post(BODY)).status, 200);
    const seq = await lastSeq(gateway);
    await gateway.operator('sabotage', { sql: heartbeat(seq + 1) });
    const denied = await gateway.post(BODY);
    assert.equal(denied.status, 503);
    assert.equal((await denied.json()).error.type, 'api_error');
    assert.equal(denied.headers.get('retry-after'), '1');
    assert.equal(upstream.received.length, 1);
    assert.equal((await gateway.post(BODY)).status, 200);
    const seqs = (await gateway.events()).map((each) => each.seq);
    assert.deepEqual(
      seqs,
      seqs.map((_, at) => at + 1),
    );
    assert.deepEqual(await gateway.balances(), {
      settled_usd: decimal(2n * micro(CHARGE)),
      assumed_usd: '0',
      held_usd: '0',
    });
  }));

test('a second writer that has even compacted the log', () =>
  serving({}, async (gateway, upstream) => {
    assert.equal((await gateway.post(BODY)).status, 200);
    const seq = await lastSeq(gateway);
    // The rows that would collide are gone: only the head tells.
    await gateway.operator('sabotage', { sql: `DELETE FROM log` });
    await gateway.operator('sabotage', { sql: `UPDATE snapshot SET seq = ${seq + 5}` });
    assert.equal((await gateway.post(BODY)).status, 503);
    assert.equal(upstream.received.length, 1);
  }));

test('a second writer between a request and its answer: the settlement is tried again', () =>
  serving({}, async (gateway, upstream) => {
    upstream.scripts.push(async (response, request) => {
      await gateway.operator('sabotage', { sql: heartbeat((await lastSeq(gateway)) + 1) });
      await answer()(response, request);
    });
    const response = await gateway.post(BODY);
    assert.equal(response.status, 200);
    const id = response.headers.get('tollgate-request-id') ?? '';
    await until('it is settled', async () => (await gateway.reservation(id)).status === 'settled');
    assert.deepEqual(await gateway.balances(), { settled_usd: CHARGE, assumed_usd: '0', held_usd: '0' });
  }));

test('an admission whose record is lost does not stay held', () =>
  serving({}, async (gateway) => {
    assert.equal((await gateway.post(BODY)).status, 200);
    await gateway.operator('sabotage', { sql: 'ALTER TABLE log RENAME TO lost' });
    assert.equal((await gateway.post(BODY)).status, 503);
    await gateway.operator('sabotage', { sql: 'ALTER TABLE lost RENAME TO log' });
    assert.equal((await gateway.post(BODY)).status, 200);
    assert.deepEqual(await gateway.balances(), {
      settled_usd: decimal(2n * micro(CHARGE)),
      assumed_usd: '0',
      held_usd: '0',
    });
  }));

test('an admission that is recorded only after it was undone does not stay held either', () =>
  serving({}, async (gateway, upstream) => {
    await gateway.operator('sabotage', { late: true });
    const lost = await gateway.post(BODY);
    assert.equal(lost.status, 503);
    const id = lost.headers.get('request-id') ?? '';
    // The first void has found nothing, and only then has the admission arrived.
    await until('it is undone', async () => {
      const events = await gateway.events();
      return events.some(({ event }) => event.type === 'voided' && event.reservation === id);
    });
    assert.equal((await gateway.reservation(id)).status, 'voided');
    assert.deepEqual(await gateway.balances(), { settled_usd: '0', assumed_usd: '0', held_usd: '0' });
    assert.equal(upstream.received.length, 0);
  }));

test('an engine that fails is replaced by one from the log', () =>
  serving({}, async (gateway, upstream) => {
    assert.equal((await gateway.post(BODY)).status, 200);
    await gateway.operator('sabotage', { panic: true });
    assert.equal((await gateway.post(BODY)).status, 503);
    assert.equal(upstream.received.length, 1);
    assert.equal((await gateway.post(BODY)).status, 200);
    assert.deepEqual(await gateway.balances(), {
      settled_usd: decimal(2n * micro(CHARGE)),
      assumed_usd: '0',
      held_usd: '0',
    });
  }));

test('a clock that jumped: 503 that says so, one line for the operator, and `advance_clock` ends it', () =>
  serving({}, async (gateway, upstream) => {
    const day = 86_400_000;
    assert.equal((await gateway.post(BODY)).status, 200);
    await gateway.operator('sabotage', { clock_ahead_ms: 30 * day });
    for (const path of ['/v1/messages', '/v1/messages', '/v1/messages/count_tokens']) {
      const refused = await gateway.post(BODY, { path });
      const { error } = await refused.json();
      assert.deepEqual([refused.status, error.type, error.details?.error_code], [503, 'api_error', 'clock_jump']);
      assert.match(error.message, /clock is too far ahead.*`advance_clock`/);
      assert.equal(refused.headers.get('x-should-retry'), 'false');
      assert.equal(refused.headers.get('retry-after'), null);
    }
    const told = (await gateway.operator('sabotage', { log: true }))
      .map((/** @type {string} */ line) => JSON.parse(line))
      .filter((/** @type {{ message: string }} */ { message }) => message.startsWith('the clock jumped'));
    assert.deepEqual(
      told.map((/** @type {{ level: string, organization: string }} */ { level, organization }) => [
        level,
        organization,
      ]),
      [['error', 'acme']],
    );

    const advance = { type: 'advance_clock', actor: { member: 'ada' } };
    // The true time is not what the clock shows: who says so has seen it, and nothing is accepted.
    await assert.rejects(gateway.operator('submit', { ...advance, to_ms: Date.now() }), /command\.to_ms/);
    assert.equal((await gateway.post(BODY)).status, 503);
    const { decision } = await gateway.operator('submit', { ...advance, to_ms: Date.now() + 30 * day + 60_000 });
    assert.equal(decision.type, 'clock_advanced');
    assert.ok(Math.abs(decision.clock_ms - Date.now() - 30 * day) < 60_000);
    assert.equal((await gateway.post(BODY)).status, 200);
    assert.equal(upstream.received.length, 2);
  }));

test('a settlement that a jump of the clock stops is recorded once the clock is accepted', () =>
  serving({ policy: policy({ settings: { max_forward_ms: 60_000 } }) }, async (gateway, upstream) => {
    const jump = 120_000;
    upstream.scripts.push(async (response, request) => {
      await gateway.operator('sabotage', { clock_ahead_ms: jump });
      await answer()(response, request);
    });
    const response = await gateway.post(BODY);
    assert.equal(response.status, 200);
    const id = response.headers.get('tollgate-request-id') ?? '';
    await gateway.operator('submit', {
      type: 'advance_clock',
      actor: { member: 'ada' },
      to_ms: Date.now() + jump + 60_000,
    });
    await until('it is settled', async () => (await gateway.reservation(id)).status === 'settled');
    assert.deepEqual(await gateway.balances(), { settled_usd: CHARGE, assumed_usd: '0', held_usd: '0' });
  }));

test('a hold whose deadline passes becomes an assumed charge, without anybody asking; a late settlement replaces it', () =>
  serving({ policy: policy({ settings: { reservation_timeout_ms: 400 } }) }, async (gateway, upstream) => {
    /** @type {(value?: unknown) => void} */
    let release = () => undefined;
    upstream.scripts.push(async (response, request) => {
      await new Promise((done) => {
        release = done;
      });
      await answer()(response, request);
    });
    const waiting = gateway.post(BODY);
    await until('the request is upstream', async () => upstream.received.length === 1);
    // The log alone is looked at, for every question to the engine would let the time pass in it.
    await until('the alarm has let the hold expire', async () => {
      const [row] = await gateway.operator('sabotage', {
        sql: `SELECT count(*) AS n FROM log WHERE event LIKE '%"type":"expired"%'`,
      });
      return row.n === 1;
    });
    assert.deepEqual(await gateway.balances(), { settled_usd: '0', assumed_usd: HOLD, held_usd: '0' });
    release();
    assert.equal((await waiting).status, 200);
    assert.deepEqual(await gateway.balances(), { settled_usd: CHARGE, assumed_usd: '0', held_usd: '0' });
  }));

test('a hold that is open when the gateway is killed becomes an assumed charge after it has come back', () =>
  serving({ policy: policy({ settings: { reservation_timeout_ms: 1_000 } }) }, async (gateway, upstream) => {
    upstream.scripts.push(() => undefined);
    const waiting = gateway.post(BODY).catch(() => undefined);
    await until('the request is upstream', async () => upstream.received.length === 1);
    await gateway.down('SIGKILL');
    await waiting;
    await gateway.up();
    await until('the hold has expired', async () => (await gateway.balances()).assumed_usd === HOLD);
    assert.equal((await gateway.balances()).held_usd, '0');
  }));

test('two processes on one state directory do not both spend', { timeout: 120_000 }, async () => {
  const upstream = await Upstream.start();
  const stateDir = await mkdtemp(join(tmpdir(), 'tollgate-shared-'));
  const given = policy({
    budgets: [{ id: 'ten', scope: 'organization', window: 'total', cap_usd: decimal(10n * micro(HOLD)) }],
  });
  upstream.otherwise = answer({ input_tokens: JSON.stringify(BODY).length, output_tokens: 100 });
  const first = await TestGateway.start({ upstream: upstream.url, policy: given, stateDir });
  assert.equal((await first.post(BODY)).status, 200);
  const second = await TestGateway.start({ upstream: upstream.url, policy: given, stateDir });
  try {
    let passed = 1;
    for (let i = 0; i < 40; i += 1) {
      const responses = await Promise.all([first.post(BODY), second.post(BODY)]);
      passed += responses.filter(({ status }) => status === 200).length;
      assert.ok(responses.every(({ status }) => [200, 400, 503].includes(status)));
    }
    assert.equal(upstream.received.length, passed);
    assert.ok(passed <= 10, `${passed} requests passed a budget for ten`);
    await first.down('SIGKILL');
    await second.down('SIGKILL');
    await first.up();
    const { settled_usd, assumed_usd, held_usd } = await first.balances();
    const committed = micro(settled_usd) + micro(assumed_usd) + micro(held_usd);
    assert.ok(committed <= 10n * micro(HOLD));
    assert.ok(committed >= BigInt(passed) * micro(HOLD), 'every request that passed is in the books');
  } finally {
    await first.stop();
    await second.stop();
    await upstream.stop();
    await rm(stateDir, { recursive: true, force: true });
  }
});
