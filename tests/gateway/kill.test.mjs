/** The gateway is killed under load, three times: what a client was told is in the books, and the cap holds. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { until } from '../clients/until.mjs';
import { decimal, message, micro, policy, usd } from './company.mjs';
import { TestGateway } from './gateway.mjs';
import { Upstream, answer } from './upstream.mjs';

const BODY = message();
const HOLD = micro(usd(JSON.stringify(BODY).length, 100));
const CHARGE = usd(10, 20);
const CLIENTS = 16;
const KILLS = 3;
/** Acknowledged answers between two kills. */
const STRIDE = 60;

test('kill -9 under 16 clients, three times', { timeout: 240_000 }, async () => {
  // Room for what the kills leave held and for what is acknowledged between them; the run ends at the cap.
  const cap = BigInt(CLIENTS * (KILLS + 1)) * HOLD + BigInt(STRIDE * (KILLS + 1)) * micro(CHARGE);
  const upstream = await Upstream.start();
  upstream.otherwise = answer();
  const gateway = await TestGateway.start({
    upstream: upstream.url,
    policy: policy({ budgets: [{ id: 'all', scope: 'organization', window: 'total', cap_usd: decimal(cap) }] }),
    vars: { SNAPSHOT_EVERY: '50' },
  });
  /** @type {string[]} */
  const acknowledged = [];
  let exhausted = 0;
  let running = true;

  /** Clients wait here while the books are looked at, so that the run spends on its own clock only. */
  let pause = Promise.resolve();

  async function client() {
    while (running) {
      await pause;
      try {
        const response = await gateway.post(BODY);
        const body = await response.json();
        if (response.status === 200) acknowledged.push(response.headers.get('tollgate-request-id') ?? '');
        else if (response.status === 400) {
          assert.equal(body.error.details.error_code, 'budget_exceeded');
          exhausted += 1;
          if (exhausted >= CLIENTS) return;
        } else assert.equal(response.status, 503);
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error;
        // The gateway was killed under this request.
      }
    }
  }

  async function booksAreRight() {
    const { settled_usd, assumed_usd, held_usd } = await gateway.balances();
    assert.ok(micro(settled_usd) + micro(assumed_usd) + micro(held_usd) <= cap, 'the cap holds');
    for (const id of acknowledged.slice()) {
      const { status, charge_usd } = await gateway.reservation(id);
      assert.deepEqual([status, charge_usd], ['settled', CHARGE], `${id} was acknowledged`);
    }
  }

  try {
    const clients = Array.from({ length: CLIENTS }, client);
    const failed = Promise.all(clients).then(() => new Promise(() => undefined));
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const enough = acknowledged.length + STRIDE;
      await Promise.race([failed, until(`kill ${kill} is due`, async () => acknowledged.length >= enough, 60_000)]);
      /** @type {() => void} */
      let goOn = () => undefined;
      pause = new Promise((done) => {
        goOn = done;
      });
      await gateway.down('SIGKILL');
      await gateway.up();
      await booksAreRight();
      goOn();
    }
    await Promise.race([failed, until('the budget is used up', async () => exhausted > 0, 60_000)]);
    running = false;
    await Promise.all(clients);
    await booksAreRight();

    // The log is one unbroken line, and what it says adds up to what the balances say.
    const { settled_usd, held_usd } = await gateway.balances();
    assert.ok(micro(settled_usd) >= BigInt(acknowledged.length) * micro(CHARGE));
    // What was under way at a kill is still held: at most one request of each client and kill.
    assert.ok(micro(held_usd) <= BigInt(CLIENTS * KILLS) * HOLD);
    assert.ok(upstream.received.length * Number(micro(CHARGE)) <= Number(micro(settled_usd) + micro(held_usd)));
  } finally {
    running = false;
    await gateway.stop();
    await upstream.stop();
  }
});
