/** Limits and budgets, as a client meets them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fixedKey, decimal, message, micro, policy, usd } from './company.mjs';
import { servingWith } from './serving.mjs';

const BODY = message();
const HOLD = usd(JSON.stringify(BODY).length, 100);

/** @param {Record<string, unknown>} given @param {Parameters<typeof servingWith>[1]} work */
const serving = (given, work) => servingWith({ given }, work);

test('a limit: 429 with when to come back, and headers that tell the same', () =>
  serving(
    { limits: [{ id: 'org-rpm', scope: 'organization', meter: 'requests', rate: 1, period_ms: 60_000, capacity: 2 }] },
    async (gateway, upstream) => {
      const first = await gateway.post(BODY);
      assert.equal(first.headers.get('anthropic-ratelimit-requests-remaining'), '1');
      assert.equal((await gateway.post(BODY)).headers.get('anthropic-ratelimit-requests-remaining'), '0');
      const denied = await gateway.post(BODY);
      const body = await denied.json();
      assert.equal(denied.status, 429);
      assert.deepEqual([body.error.type, body.error.details.error_code], ['rate_limit_error', 'limit_exceeded']);
      assert.match(body.error.message, /`org-rpm` \(requests: 1 needed, 0 available\) is reached: try again in \d+ seconds$/);
      const wait = Number(denied.headers.get('retry-after'));
      assert.ok(wait > 50 && wait <= 60, `waits ${wait} s for one request in sixty`);
      assert.equal(denied.headers.get('x-should-retry'), null);
      assert.equal(denied.headers.get('anthropic-ratelimit-requests-limit'), '2');
      assert.equal(denied.headers.get('anthropic-ratelimit-requests-remaining'), '0');
      const resetInMs = Date.parse(denied.headers.get('anthropic-ratelimit-requests-reset') ?? '') - Date.now();
      assert.ok(resetInMs > 60_000 && resetInMs <= 120_000, `full in ${resetInMs} ms`);
      assert.equal(denied.headers.get('ratelimit-policy'), '"org-rpm";q=2;w=120');
      assert.match(denied.headers.get('ratelimit') ?? '', /^"org-rpm";r=0;t=1[12]\d$/);
      assert.equal(upstream.received.length, 2);
    },
  ));

test('a request that is larger than the limit will never fit, and is told so', () =>
  serving(
    { limits: [{ id: 'small', scope: 'organization', meter: 'input_tokens', rate: 1, period_ms: 1_000, capacity: 1 }] },
    async (gateway) => {
      const denied = await gateway.post(BODY);
      assert.equal(denied.status, 429);
      assert.equal(denied.headers.get('retry-after'), null);
      assert.equal(denied.headers.get('x-should-retry'), 'false');
    },
  ));

test('a budget: 400, no retry, and which one', () =>
  serving(
    { budgets: [{ id: 'day', scope: 'organization', window: 'daily', cap_usd: HOLD }] },
    async (gateway, upstream) => {
      assert.equal((await gateway.post(BODY)).status, 200);
      const denied = await gateway.post(BODY);
      const { error } = await denied.json();
      assert.equal(denied.status, 400);
      assert.deepEqual([error.type, error.details.error_code], ['invalid_request_error', 'budget_exceeded']);
      assert.equal(error.details.budgets[0].budget, 'day');
      assert.equal(denied.headers.get('x-should-retry'), 'false');
      assert.equal(denied.headers.get('retry-after'), null);
      assert.equal(upstream.received.length, 1);
      // The rest of the cap is there for a request that is small enough.
      assert.equal((await gateway.post(message({ max_tokens: 1 }))).status, 200);
    },
  ));

test('too many open requests', () =>
  serving({ settings: { max_reservations: 1 } }, async (gateway) => {
    assert.equal((await gateway.post(BODY)).status, 200);
    const denied = await gateway.post(BODY);
    assert.equal(denied.status, 529);
    assert.equal((await denied.json()).error.type, 'overloaded_error');
  }));

test('a limit and a budget in shadow let everything through', () =>
  serving(
    {
      limits: [
        { id: 'l', scope: 'organization', meter: 'requests', rate: 1, period_ms: 60_000, capacity: 1, mode: 'shadow' },
      ],
      budgets: [{ id: 'b', scope: 'organization', window: 'total', cap_usd: '0', mode: 'shadow' }],
    },
    async (gateway) => {
      for (let i = 0; i < 3; i += 1) {
        const response = await gateway.post(BODY);
        assert.equal(response.status, 200);
        assert.equal(response.headers.get('ratelimit'), null);
      }
    },
  ));

test('a changed policy takes effect at the next request', () =>
  serving({}, async (gateway) => {
    const key = await fixedKey(11);
    assert.equal((await gateway.post(BODY, { key: key.key })).status, 401);
    const given = policy();
    const keys = [...given.keys, { id: 'key_new', owner: { member: 'ben' }, secrets: [{ sha256: key.sha256 }] }];
    const { decision } = await gateway.operator('submit', {
      type: 'update_policy',
      actor: { member: 'ada' },
      policy: { ...given, keys },
    });
    assert.equal(decision.type, 'policy_updated');
    assert.equal((await gateway.post(BODY, { key: key.key })).status, 200);
  }));

test('200 requests at once against a budget for ten, which stay open: exactly ten pass', { timeout: 120_000 }, () =>
  serving(
    { budgets: [{ id: 'ten', scope: 'organization', window: 'total', cap_usd: decimal(10n * micro(HOLD)) }] },
    async (gateway, upstream) => {
      /** @type {(value?: unknown) => void} */
      let release = () => undefined;
      const released = new Promise((done) => {
        release = done;
      });
      const whenReleased = upstream.otherwise;
      upstream.otherwise = async (response, request) => {
        await released;
        await whenReleased(response, request);
      };
      let refused = 0;
      const all = Array.from({ length: 200 }, async () => {
        const response = await gateway.post(BODY);
        const body = await response.json();
        if (response.status !== 200) {
          assert.deepEqual([response.status, body.error.details.error_code], [400, 'budget_exceeded']);
          refused += 1;
          // All that can be refused are, and the ten are still open: only now may they end.
          if (refused === 190) release();
        }
        return response.status;
      });
      const statuses = await Promise.all(all);
      assert.equal(statuses.filter((status) => status === 200).length, 10);
      assert.equal(statuses.filter((status) => status === 400).length, 190);
      assert.equal(upstream.received.length, 10);
      const spent = decimal(10n * micro(usd(10, 20)));
      assert.deepEqual(await gateway.balances(), { settled_usd: spent, assumed_usd: '0', held_usd: '0' });
    },
  ),
);
