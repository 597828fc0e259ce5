/** Denials and headroom, as the headers and the error that a client sees. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { denialError } from '../../pkg/dist/edge/denial.js';
import { fixedPoint } from '../../pkg/dist/edge/fixed_point.js';
import { setRateHeaders } from '../../pkg/dist/edge/rate_headers.js';
import { NORMAL, ONE_MODEL, REVOKED, UNKNOWN, VIEWER, fixedKey, message, policy } from './company.mjs';
import { TestGateway } from './gateway.mjs';
import { Upstream, json } from './upstream.mjs';

const NOW = Date.UTC(2026, 10, 24);
const NEVER = /** @type {const} */ ({ type: 'never' });
/** @param {number} inMs */
const at = (inMs) => ({ type: /** @type {const} */ ('at'), at_ms: NOW + inMs, upper_bound: false });

/** @param {Record<string, unknown>} more */
const limit = (more) => ({
  limit: 'l',
  scope: 'organization',
  meter: 'requests',
  mode: 'enforce',
  capacity: '100',
  remaining: '99',
  rate: '600',
  period_ms: 60_000,
  full_at_ms: NOW + 100,
  guarantee: 'hard',
  ...more,
});

/** @typedef {import('../../pkg/dist/edge/wire.js').LimitHeadroom} LimitHeadroom */

/** @param {object[]} limits */
function headers(...limits) {
  /** @type {Record<string, string>} */
  const set = {};
  setRateHeaders(set, { type: 'headroom', limits: /** @type {LimitHeadroom[]} */ (limits), budgets: [] }, NOW);
  return set;
}

test('one limit', () => {
  assert.deepEqual(headers(limit({})), {
    'anthropic-ratelimit-requests-limit': '100',
    'anthropic-ratelimit-requests-remaining': '99',
    'anthropic-ratelimit-requests-reset': '2026-11-24T00:00:00.100Z',
    'ratelimit-policy': '"l";q=100;w=10',
    ratelimit: '"l";r=99;t=1',
  });
});

test('all four groups; `tokens` shows the most restrictive', () => {
  const set = headers(
    limit({ limit: 'in', meter: 'input_tokens', capacity: '1000', remaining: '900' }),
    limit({ limit: 'out', meter: 'output_tokens', capacity: '500', remaining: '30' }),
    limit({ limit: 'both', meter: 'tokens', capacity: '2000', remaining: '1900' }),
    limit({ limit: 'r' }),
  );
  assert.equal(set['anthropic-ratelimit-tokens-limit'], '500');
  assert.equal(set['anthropic-ratelimit-tokens-remaining'], '30');
  assert.equal(set['anthropic-ratelimit-input-tokens-remaining'], '900');
  assert.equal(set['anthropic-ratelimit-output-tokens-remaining'], '30');
  assert.equal(set['anthropic-ratelimit-requests-remaining'], '99');
});

test('the tightest of several limits is shown, and nothing below zero', () => {
  const set = headers(
    limit({ limit: 'a' }),
    limit({ limit: 'b', capacity: '10', remaining: '-5' }),
    limit({ limit: 'c', remaining: '50' }),
  );
  assert.equal(set['anthropic-ratelimit-requests-limit'], '10');
  assert.equal(set['anthropic-ratelimit-requests-remaining'], '0');
  assert.match(set['ratelimit'] ?? '', /"b";r=0;t=1/);
});

test('a limit in shadow is not shown', () => {
  assert.deepEqual(headers(limit({ mode: 'shadow' })), {});
});

test('units and windows of every meter', () => {
  const set = headers(
    limit({ limit: 'cost', meter: 'cost', capacity: '5', remaining: '4.9999999', rate: '5', period_ms: 3_600_000 }),
    limit({
      limit: 'gauge',
      meter: 'concurrent_requests',
      capacity: '20',
      remaining: '7',
      rate: null,
      period_ms: null,
      full_at_ms: null,
    }),
    limit({ limit: 'slow', capacity: '1', remaining: '1', rate: '7', period_ms: 1_000, full_at_ms: NOW }),
    limit({
      limit: 'vast',
      meter: 'cost',
      capacity: '1000000000000',
      remaining: '1000000000000',
      rate: '1',
      period_ms: 1,
    }),
  );
  assert.equal(
    set['ratelimit-policy'],
    '"cost";q=5000000;qu="micro-usd";w=3600, "gauge";q=20;qu="concurrent-requests", "slow";q=1;w=1, "vast";q=999999999999999;qu="micro-usd";w=1000000000',
  );
  assert.equal(set['ratelimit'], '"cost";r=4999999;t=1, "gauge";r=7, "slow";r=1;t=0, "vast";r=999999999999999;t=1');
});

test('decimals become whole units without a float', () => {
  /** @type {[string, number, bigint][]} */
  const cases = [
    ['0', 6, 0n],
    ['5', 0, 5n],
    ['5.9', 0, 5n],
    ['-5.1', 0, -6n],
    ['-5', 0, -5n],
    ['0.000001', 6, 1n],
    ['0.0000019', 6, 1n],
    ['-0.0000001', 6, -1n],
    ['9007199254740993.123456', 6, 9007199254740993123456n],
  ];
  for (const [decimal, places, expected] of cases) assert.equal(fixedPoint(decimal, places), expected, decimal);
  for (const wrong of ['', '1e3', '.5', '5.', '+1', '0x1'])
    assert.throws(() => fixedPoint(wrong, 0), RangeError, wrong);
});

/** @param {Record<string, unknown>} more */
const deny = (more) => ({
  type: 'deny',
  gate: 'limit',
  reason: 'limit_exceeded',
  spending: false,
  retry: at(1),
  violated: [],
  ...more,
});
const violatedLimit = {
  type: 'limit',
  limit: 'org-rpm',
  scope: 'organization',
  meter: 'requests',
  needed: '1',
  available: '0',
  retry: at(1),
};
const violatedBudget = {
  type: 'budget',
  budget: 'bot-week',
  scope: { project: 'bot' },
  window_start_ms: NOW,
  window_end_ms: NOW + 86_400_000,
  cap_usd: '100',
  settled_usd: '100',
  assumed_usd: '0',
  held_usd: '0',
  quote_usd: '0.014336',
  retry: at(86_400_000),
};

/** @type {[name: string, deny: object, status: number, type: string, headers: Record<string, string>, code: string | undefined][]} */
const DENIALS = [
  [
    'an unknown key',
    deny({ gate: 'authenticate', reason: 'unknown_key', retry: NEVER }),
    401,
    'authentication_error',
    {},
    undefined,
  ],
  [
    'an expired key',
    deny({ gate: 'authenticate', reason: 'expired_key', retry: NEVER }),
    401,
    'authentication_error',
    {},
    undefined,
  ],
  [
    'a role',
    deny({ gate: 'authorize', reason: 'forbidden_action', retry: NEVER }),
    403,
    'permission_error',
    {},
    'forbidden_action',
  ],
  [
    'a model',
    deny({ gate: 'authorize', reason: 'forbidden_model', retry: NEVER }),
    403,
    'permission_error',
    {},
    'forbidden_model',
  ],
  [
    'no price',
    deny({ gate: 'quote', reason: 'unpriced_model', retry: NEVER }),
    400,
    'invalid_request_error',
    {},
    'unpriced_model',
  ],
  [
    'no bound',
    deny({ gate: 'quote', reason: 'unboundable_request', retry: NEVER }),
    400,
    'invalid_request_error',
    {},
    'unboundable_request',
  ],
  [
    'a limit, for a moment',
    deny({ violated: [violatedLimit] }),
    429,
    'rate_limit_error',
    { 'retry-after': '1' },
    'limit_exceeded',
  ],
  [
    'a limit, for a second and a bit',
    deny({ violated: [violatedLimit], retry: at(1_001) }),
    429,
    'rate_limit_error',
    { 'retry-after': '2' },
    'limit_exceeded',
  ],
  [
    'a limit, already over',
    deny({ violated: [violatedLimit], retry: at(-500) }),
    429,
    'rate_limit_error',
    { 'retry-after': '1' },
    'limit_exceeded',
  ],
  [
    'a limit, for ever',
    deny({ violated: [violatedLimit], retry: NEVER }),
    429,
    'rate_limit_error',
    { 'x-should-retry': 'false' },
    'limit_exceeded',
  ],
  [
    'a budget',
    deny({ gate: 'budget', reason: 'budget_exceeded', spending: true, violated: [violatedBudget] }),
    400,
    'invalid_request_error',
    { 'x-should-retry': 'false' },
    'budget_exceeded',
  ],
  [
    'a limit and a budget',
    deny({ spending: true, violated: [violatedLimit, violatedBudget] }),
    400,
    'invalid_request_error',
    { 'x-should-retry': 'false' },
    'budget_exceeded',
  ],
  [
    'too many open requests',
    deny({ reason: 'too_many_reservations', retry: at(5_000) }),
    529,
    'overloaded_error',
    { 'retry-after': '5' },
    'too_many_reservations',
  ],
];

for (const [name, given, status, type, expected, code] of DENIALS) {
  test(`denied: ${name}`, async () => {
    const response = denialError(/** @type {never} */ (given), NOW).toResponse('req_1');
    assert.equal(response.status, status);
    const { 'content-type': contentType, 'request-id': requestId, ...rest } = Object.fromEntries(response.headers);
    assert.deepEqual(rest, expected);
    assert.deepEqual([contentType, requestId], ['application/json', 'req_1']);
    const body = await response.json();
    assert.equal(body.type, 'error');
    assert.equal(body.error.type, type);
    assert.equal(body.request_id, 'req_1');
    assert.equal(body.error.details?.error_code, code);
  });
}

/** @type {[name: string, deny: object, message: string, details: unknown][]} */
const TOLD = [
  [
    'a limit, with its numbers and when it passes',
    deny({ violated: [{ ...violatedLimit, retry: at(1_001) }], retry: at(1_001) }),
    'the rate limit `org-rpm` (requests: 1 needed, 0 available) is reached: try again in 2 seconds',
    [{ limit: 'org-rpm', meter: 'requests', needed: '1', available: '0', passes_at: new Date(NOW + 1_001).toISOString() }],
  ],
  [
    'a limit that waiting does not help',
    deny({ violated: [{ ...violatedLimit, needed: '9', available: '5', retry: NEVER }], retry: NEVER }),
    'the rate limit `org-rpm` (requests: 9 needed, 5 available) is reached: the request is larger than the limit: make it smaller',
    [{ limit: 'org-rpm', meter: 'requests', needed: '9', available: '5', passes_at: null }],
  ],
  [
    'too many open requests',
    deny({ reason: 'too_many_reservations', retry: at(1_000) }),
    'the organization has too many open requests: try again in 1 second',
    undefined,
  ],
];

for (const [name, given, message, limits] of TOLD) {
  test(`told of a denial: ${name}`, () => {
    const { error } = JSON.parse(denialError(/** @type {never} */ (given), NOW).toJson('req_1'));
    assert.equal(error.message, message);
    assert.deepEqual(error.details.limits, limits);
  });
}

test('every refused key is told the same', () => {
  const told = ['unknown_key', 'revoked_key', 'inactive_key', 'expired_key', 'owner_removed', 'project_archived'].map((reason) =>
    denialError(/** @type {never} */ (deny({ gate: 'authenticate', reason })), NOW).toJson('req_1'),
  );
  assert.equal(new Set(told).size, 1);
});

test('a spending denial names the budget and when it begins anew', () => {
  const error = denialError(
    /** @type {never} */ (deny({ gate: 'budget', spending: true, violated: [violatedBudget] })),
    NOW,
  );
  assert.match(error.message, /`bot-week` \(until 2026-11-25T00:00:00\.000Z\).*0\.014336 usd/);
  assert.deepEqual(error.details?.['budgets'], [
    { budget: 'bot-week', scope: { project: 'bot' }, resets_at: '2026-11-25T00:00:00.000Z' },
  ]);
});

const EVERY = { rate: 100, period_ms: 60_000, capacity: 100 };
const BROKE = await fixedKey(20);
const GREEDY = await fixedKey(21);

/** A company with a limit for each of the four groups, and a key for each denial. */
const LIMITED = policy({
  keys: [
    ...policy().keys,
    { id: 'key_broke', owner: { member: 'ben' }, secrets: [{ sha256: BROKE.sha256 }] },
    { id: 'key_greedy', owner: { member: 'ben' }, secrets: [{ sha256: GREEDY.sha256 }] },
  ],
  model_classes: [{ id: 'haiku', models: ['claude-haiku-*'] }],
  limits: [
    { id: 'rpm', scope: 'organization', meter: 'requests', ...EVERY },
    {
      id: 'itpm',
      scope: 'organization',
      meter: 'input_tokens',
      rate: 1_000_000,
      period_ms: 60_000,
      capacity: 1_000_000,
    },
    {
      id: 'otpm',
      scope: 'organization',
      meter: 'output_tokens',
      rate: 1_000_000,
      period_ms: 60_000,
      capacity: 1_000_000,
    },
    { id: 'tpm', scope: 'organization', meter: 'tokens', rate: 1_000_000, period_ms: 60_000, capacity: 1_000_000 },
    { id: 'haiku', scope: 'organization', model_class: 'haiku', meter: 'requests', ...EVERY, capacity: 50 },
    { id: 'greedy', scope: { key: 'key_greedy' }, meter: 'requests', rate: 1, period_ms: 60_000, capacity: 1 },
  ],
  budgets: [{ id: 'broke', scope: { key: 'key_broke' }, window: 'total', cap_usd: '0' }],
  settings: { max_reservations: 4 },
});

const NAMES = ['requests', 'tokens', 'input-tokens', 'output-tokens'].flatMap((group) =>
  ['limit', 'remaining', 'reset'].map((field) => `anthropic-ratelimit-${group}-${field}`),
);

/** @type {[name: string, status: number, send: (gateway: TestGateway) => Promise<Response>, requests?: string][]} */
const ANSWERS = [
  ['a role', 403, (gateway) => gateway.post(message(), { key: VIEWER.key }), '100'],
  ['a model that the key may not use', 403, (gateway) => gateway.post(message(), { key: ONE_MODEL.key }), '100'],
  ['a model without a price', 400, (gateway) => gateway.post(message({ model: 'gpt-of-somebody-else' })), '100'],
  ['a model with an endless name', 400, (gateway) => gateway.post(message({ model: 'm'.repeat(2_000) })), '100'],
  ['nothing that bounds it', 400, (gateway) => gateway.post(message({ container: 'c' })), '50'],
  ['malformed json', 400, (gateway) => gateway.post('{"model":'), '100'],
  ['an unknown field', 400, (gateway) => gateway.post(message({ surprise: 1 })), '100'],
  ['an unknown beta', 400, (gateway) => gateway.post(message(), { headers: { 'anthropic-beta': 'x' } }), '100'],
  ['a version', 400, (gateway) => gateway.post(message(), { headers: { 'anthropic-version': 'x' } }), '100'],
  ['an encoding', 400, (gateway) => gateway.post(message(), { headers: { 'content-encoding': 'gzip' } }), '100'],
  ['a body that is too long', 413, (gateway) => gateway.post(message({ system: 'x'.repeat(5_000) })), '100'],
  ['a budget', 400, (gateway) => gateway.post(message(), { key: BROKE.key }), '50'],
  ['an upstream that refuses the gateway', 502, (gateway) => gateway.post(message()), '49'],
  ['an upstream that refuses the request', 400, (gateway) => gateway.post(message()), '48'],
  ['an answer', 200, (gateway) => gateway.post(message(), { key: GREEDY.key }), '0'],
  ['a limit', 429, (gateway) => gateway.post(message(), { key: GREEDY.key }), '0'],
  ['another answer', 200, (gateway) => gateway.post(message())],
  ['too many open requests', 529, (gateway) => gateway.post(message())],
];

test('every answer to a valid key tells what is left', async () => {
  const upstream = await Upstream.start();
  upstream.scripts.push(json(401, {}), json(400, {}));
  const gateway = await TestGateway.start({
    upstream: upstream.url,
    policy: LIMITED,
    vars: { MAX_BODY_BYTES: '4096' },
  });
  try {
    for (const [name, status, send, requests] of ANSWERS) {
      const response = await send(gateway);
      assert.equal(response.status, status, `${name}: ${await response.text()}`);
      const missing = NAMES.filter((each) => response.headers.get(each) === null);
      assert.deepEqual(missing, [], name);
      const policies = response.headers.get('ratelimit-policy') ?? '';
      assert.match(policies, /"itpm";.*"otpm";.*"rpm";q=100;w=60, "tpm";/, name);
      // What holds for a class of models is told only to who may use one of it.
      const told = response.headers.get('anthropic-ratelimit-requests-limit');
      assert.equal(policies.includes('"haiku"'), told !== '100', name);
      if (requests !== undefined) {
        const left = Number(response.headers.get('anthropic-ratelimit-requests-remaining'));
        // A bucket refills while the test runs.
        assert.ok(left >= Number(requests) && left <= Number(requests) + 3, `${name}: ${left} are left`);
      }
    }
    await gateway.operator('sabotage', { clock_ahead_ms: 30 * 86_400_000 });
    const jumped = await gateway.post(message());
    assert.equal(jumped.status, 503);
    assert.equal(jumped.headers.get('anthropic-ratelimit-requests-limit'), '100');
  } finally {
    await gateway.stop();
    await upstream.stop();
  }
});

test('who has no valid key hears nothing about the request, nor about limits', async () => {
  const upstream = await Upstream.start();
  const gateway = await TestGateway.start({ upstream: upstream.url, policy: LIMITED });
  const foreign = await fixedKey(1, 'elsewhere');
  try {
    for (const key of [UNKNOWN, REVOKED, foreign]) {
      for (const body of [message(), '{"model":', message({ surprise: 1 }), message({ model: 'm'.repeat(2_000) })]) {
        const response = await gateway.post(body, { key: key.key });
        assert.equal(response.status, 401);
        assert.deepEqual(
          NAMES.filter((each) => response.headers.has(each)),
          [],
        );
      }
    }
    assert.equal((await gateway.post(message(), { key: NORMAL.key })).status, 200);
  } finally {
    await gateway.stop();
    await upstream.stop();
  }
});
