/** What comes in: credentials, headers, bodies, addresses; and which of them ever reach the store or the upstream. */
import assert from 'node:assert/strict';
import { request as rawRequest } from 'node:http';
import { after, before, beforeEach, test } from 'node:test';

import {
  MODEL,
  NORMAL,
  ONE_MODEL,
  ORGANIZATION,
  REVOKED,
  UNKNOWN,
  VIEWER,
  fixedKey,
  message,
  policy,
} from './company.mjs';
import { TestGateway } from './gateway.mjs';
import { Upstream, answer, json } from './upstream.mjs';

/** @type {Upstream} */
let upstream;
/** @type {TestGateway} */
let gateway;

before(async () => {
  upstream = await Upstream.start();
  const limits = [
    { id: 'org-rpm', scope: 'organization', meter: 'requests', rate: 600_000, period_ms: 60_000, capacity: 10_000 },
    {
      id: 'count-rpm',
      scope: { key: 'key_one' },
      operation: 'count_tokens',
      meter: 'requests',
      rate: 1,
      period_ms: 60_000,
      capacity: 1,
    },
  ];
  gateway = await TestGateway.start({ upstream: upstream.url, policy: policy({ limits }) });
});
after(async () => {
  await gateway.stop();
  await upstream.stop();
});
beforeEach(() => {
  upstream.received = [];
  upstream.scripts = [];
});

/** @param {Response} response @param {number} status @param {string} type @param {string} [code] */
async function refused(response, status, type, code) {
  const body = await response.json();
  assert.equal(response.status, status, JSON.stringify(body));
  assert.equal(body.type, 'error');
  assert.equal(body.error.type, type);
  assert.equal(body.error.details?.error_code, code);
  assert.match(body.request_id, /^req_[0-9a-f]{32}$/);
  assert.equal(response.headers.get('request-id'), body.request_id);
  assert.equal(response.headers.get('content-type'), 'application/json');
  assert.equal(upstream.received.length, 0, 'nothing was sent');
  return body.error;
}

test("an admitted request: the same bytes out, the upstream key in place of the caller's, and nothing else", async () => {
  const body = `  ${JSON.stringify(message(), null, 3)}\n`;
  const response = await gateway.post(body, {
    headers: {
      'anthropic-version': '2023-06-01',
      'anthropic-beta': 'prompt-caching-2024-07-31,pdfs-2024-09-25',
      'user-agent': 'somebody',
      'x-stainless-lang': 'js',
      'x-forwarded-for': '10.0.0.1',
      cookie: 'a=b',
      'anthropic-dangerous-direct-browser-access': 'true',
      'x-api-version': '9',
      accept: 'text/html',
    },
  });
  assert.equal(response.status, 200);
  const [received] = upstream.received;
  assert.equal(received?.body, body);
  assert.equal(received.url, '/v1/messages');
  const {
    host: _host,
    'content-length': _length,
    connection: _connection,
    'accept-encoding': _encoding,
    ...headers
  } = received.headers;
  assert.deepEqual(headers, {
    accept: 'application/json',
    'anthropic-beta': 'prompt-caching-2024-07-31,pdfs-2024-09-25',
    'anthropic-version': '2023-06-01',
    'content-type': 'application/json',
    'x-api-key': 'upstream-secret',
  });
});

test('an answer: its bytes, and of its headers only those on the list', async () => {
  upstream.scripts.push((response, request) => {
    response.setHeader('set-cookie', 'a=b');
    response.setHeader('server', 'somebody');
    response.setHeader('anthropic-organization-id', 'org_secret');
    response.setHeader('anthropic-ratelimit-requests-remaining', '7777');
    return answer()(response, request);
  });
  const response = await gateway.post(message());
  const { date: _date, 'content-length': _length, ...headers } = Object.fromEntries(response.headers);
  const own = headers['tollgate-request-id'] ?? '';
  assert.match(own, /^req_[0-9a-f]{32}$/);
  assert.equal(headers['anthropic-ratelimit-requests-limit'], '10000');
  assert.ok(Number(headers['anthropic-ratelimit-requests-remaining']) <= 10_000);
  assert.match(headers['anthropic-ratelimit-requests-reset'] ?? '', /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  assert.equal(headers['ratelimit-policy'], '"org-rpm";q=10000;w=1');
  assert.match(headers['ratelimit'] ?? '', /^"org-rpm";r=\d+;t=[01]$/);
  assert.deepEqual(Object.keys(headers).sort(), [
    'anthropic-ratelimit-requests-limit',
    'anthropic-ratelimit-requests-remaining',
    'anthropic-ratelimit-requests-reset',
    'content-type',
    'ratelimit',
    'ratelimit-policy',
    'request-id',
    'tollgate-request-id',
  ]);
  assert.equal(headers['request-id'], 'req_upstream');
  assert.equal((await gateway.reservation(own)).status, 'settled');
});

test('a key as a bearer token, and the same key in both headers', async () => {
  const bearer = { authorization: `Bearer ${NORMAL.key}` };
  assert.equal((await gateway.post(message(), { key: null, headers: bearer })).status, 200);
  assert.equal((await gateway.post(message(), { headers: bearer })).status, 200);
  assert.equal(
    (await gateway.post(message(), { key: null, headers: { authorization: `bearer   ${NORMAL.key}` } })).status,
    200,
  );
});

const elsewhere = await fixedKey(9, 'nobody');
/** @type {[string, { key: string | null, headers?: Record<string, string> }][]} */
const KEYS = [
  ['no key', { key: null }],
  ['an empty key', { key: '' }],
  ['a key of another make', { key: 'sk-ant-api03-abcdef' }],
  ['a misspelt key', { key: `${NORMAL.key.slice(0, -1)}_` }],
  ['a key twice', { key: `${NORMAL.key}, ${NORMAL.key}` }],
  ['another scheme', { key: null, headers: { authorization: `Basic ${NORMAL.key}` } }],
  ['another scheme beside a good key', { key: NORMAL.key, headers: { authorization: 'Basic abc' } }],
  ['two differing keys', { key: NORMAL.key, headers: { authorization: `Bearer ${VIEWER.key}` } }],
  ['an unknown key', { key: UNKNOWN.key }],
  ['a revoked key', { key: REVOKED.key }],
  ['a key of an organization that is not served', { key: elsewhere.key }],
];

test('every key that does not open is refused in the same words', async () => {
  const told = new Set();
  for (const [, options] of KEYS) {
    const error = await refused(await gateway.post(message(), options), 401, 'authentication_error');
    told.add(error.message);
  }
  assert.equal(told.size, 1);
});

test("a malformed key touches no store, and a stranger's organization gets none", async () => {
  const seen = (await gateway.operator('sabotage', { sql: 'SELECT count(*) AS n FROM log' }))[0].n;
  await gateway.post(message(), { key: 'tg_acme_short_000000' });
  await gateway.post(message(), { key: elsewhere.key });
  assert.equal((await gateway.operator('sabotage', { sql: 'SELECT count(*) AS n FROM log' }))[0].n, seen);
  const tables = await gateway.operator(
    'sabotage',
    { sql: "SELECT name FROM sqlite_master WHERE name = 'log'" },
    'nobody',
  );
  assert.deepEqual(tables, [], 'the object of an unknown organization stays empty');
});

test('a role and a model', async () => {
  await refused(await gateway.post(message(), { key: VIEWER.key }), 403, 'permission_error', 'forbidden_action');
  await refused(await gateway.post(message(), { key: ONE_MODEL.key }), 403, 'permission_error', 'forbidden_model');
});

test('what has no price or no bound', async () => {
  await refused(await gateway.post(message({ model: 'gpt-17' })), 400, 'invalid_request_error', 'unpriced_model');
  await refused(await gateway.post(message({ model: '' })), 400, 'invalid_request_error');
  await refused(await gateway.post(message({ model: 'x'.repeat(10_000) })), 400, 'invalid_request_error');
  await refused(
    await gateway.post(message({ tools: [{ type: 'web_search_20250305', name: 'web_search' }] })),
    400,
    'invalid_request_error',
    'unboundable_request',
  );
});

test('a body that two readers could read differently', async () => {
  await refused(await gateway.post('{"model":'), 400, 'invalid_request_error', 'invalid_json');
  await refused(await gateway.post(''), 400, 'invalid_request_error', 'invalid_json');
  await refused(await gateway.post('{"model":"a","model":"b"}'), 400, 'invalid_request_error', 'duplicate_key');
  await refused(await gateway.post(Uint8Array.of(0x7b, 0xff, 0x7d)), 400, 'invalid_request_error', 'invalid_json');
  await refused(
    await gateway.post(message(), { headers: { 'content-encoding': 'gzip' } }),
    400,
    'invalid_request_error',
    'content_encoding',
  );
});

test('a field, a block, a tool and a beta that could change the price', async () => {
  const fields = await refused(
    await gateway.post(message({ fallbacks: [{ model: 'claude-opus-5' }] })),
    400,
    'invalid_request_error',
    'unknown_field',
  );
  assert.match(fields.message, /^fallbacks: /);
  const beta = { 'anthropic-beta': 'prompt-caching-2024-07-31, server-side-fallback-2026-07-01' };
  const betas = await refused(
    await gateway.post(message(), { headers: beta }),
    400,
    'invalid_request_error',
    'unknown_beta',
  );
  assert.match(betas.message, /`server-side-fallback-2026-07-01`/);
});

test('a version that is no date', async () => {
  await refused(
    await gateway.post(message(), { headers: { 'anthropic-version': 'latest' } }),
    400,
    'invalid_request_error',
  );
});

test('a body beyond the limit, announced or not', async () => {
  const large = 'x'.repeat(300_000);
  const body = message({ messages: [{ role: 'user', content: large }] });
  assert.equal((await gateway.post(body)).status, 200);
  upstream.received = [];
  const small = await TestGateway.start({ upstream: upstream.url, vars: { MAX_BODY_BYTES: '200000' } });
  try {
    await refused(await small.post(body), 413, 'request_too_large');
    const streamed = await fetch(
      `${small.url}/v1/messages`,
      /** @type {RequestInit} */ ({
        method: 'POST',
        headers: { 'x-api-key': NORMAL.key },
        body: new Blob([JSON.stringify(body)]).stream(),
        duplex: 'half',
      }),
    );
    await refused(streamed, 413, 'request_too_large');
    assert.equal((await small.post(message())).status, 200);
  } finally {
    await small.stop();
  }
});

test('headers beyond the limit', async () => {
  await refused(await gateway.post(message(), { headers: { 'x-long': 'x'.repeat(17_000) } }), 431, 'request_too_large');
});

test('addresses and methods that are not there', async () => {
  await refused(await gateway.post(message(), { path: '/v1/complete' }), 404, 'not_found_error');
  for (const path of ['/v1/messages', '/v1/messages/count_tokens']) {
    const response = await gateway.get(path);
    assert.equal(response.headers.get('allow'), 'POST');
    await refused(response, 405, 'invalid_request_error');
  }
  for (const path of ['/v1/models', '/v1/models/claude-haiku-4-5']) {
    const response = await gateway.post({}, { path });
    assert.equal(response.headers.get('allow'), 'GET, HEAD');
    await refused(response, 405, 'invalid_request_error');
    const head = await fetch(`${gateway.url}${path}`, { method: 'HEAD', headers: { 'x-api-key': NORMAL.key } });
    assert.equal(head.status, 200);
  }
});

test("a command of the gateway's own that the engine refuses is no mistake of the caller", async () => {
  for (const path of ['/v1/messages', '/v1/messages/count_tokens']) {
    await gateway.operator('sabotage', { refuse: true });
    const error = await refused(await gateway.post(message(), { path }), 500, 'api_error');
    assert.doesNotMatch(error.message, /surprise|command/);
    const logged = await gateway.operator('sabotage', { log: true });
    const line = logged.map((/** @type {string} */ each) => JSON.parse(each)).at(-1);
    assert.equal(line.code, 'invalid_input');
    assert.equal(line.path, 'command.request.surprise');
    assert.match(line.request_id, /^req_/);
  }
  assert.equal((await gateway.balances()).held_usd, '0');
});

test("a body without a content type, or with another, is read all the same", async () => {
  const bytes = new TextEncoder().encode(JSON.stringify(message()));
  for (const headers of [{}, { 'content-type': 'text/plain' }]) {
    const response = await fetch(`${gateway.url}/v1/messages`, {
      method: 'POST',
      headers: { 'x-api-key': NORMAL.key, ...headers },
      body: bytes,
    });
    assert.equal(response.status, 200);
    assert.equal(upstream.received.at(-1)?.headers['content-type'], 'application/json');
  }
});

test('the query of an address is not passed on', async () => {
  assert.equal((await gateway.post(message(), { path: '/v1/messages?beta=true' })).status, 200);
  assert.equal(upstream.received[0]?.url, '/v1/messages');
});

test("counting tokens: its own limit, no hold, the upstream's answer", async () => {
  const { max_tokens: _, ...body } = message({ model: 'claude-sonnet-5' });
  const options = { path: '/v1/messages/count_tokens', key: ONE_MODEL.key };
  const before_ = await gateway.balances();
  upstream.scripts.push(json(200, { input_tokens: 14 }));
  const response = await gateway.post(body, options);
  assert.deepEqual([response.status, await response.json()], [200, { input_tokens: 14 }]);
  assert.equal(upstream.received[0]?.url, '/v1/messages/count_tokens');
  assert.equal(upstream.received[0]?.headers['x-api-key'], 'upstream-secret');
  upstream.received = [];
  const second = await gateway.post(body, options);
  assert.equal(second.headers.get('retry-after'), '60');
  assert.equal(response.headers.get('ratelimit'), null);
  assert.equal(second.headers.get('ratelimit-policy'), '"count-rpm";q=1;w=60');
  assert.match(second.headers.get('ratelimit') ?? '', /^"count-rpm";r=0;t=(?:59|60)$/);
  const reset = Date.parse(second.headers.get('anthropic-ratelimit-requests-reset') ?? '');
  assert.ok(reset > Date.now() && reset <= Date.now() + 60_000);
  assert.deepEqual(
    ['limit', 'remaining'].map((name) => second.headers.get(`anthropic-ratelimit-requests-${name}`)),
    ['1', '0'],
  );
  assert.equal(second.headers.get('anthropic-ratelimit-tokens-limit'), null);
  await refused(second, 429, 'rate_limit_error', 'limit_exceeded');
  assert.deepEqual(await gateway.balances(), before_);
  await refused(await gateway.post({ ...body, model: MODEL }, options), 403, 'permission_error', 'forbidden_model');
  await refused(
    await gateway.post(message(), { ...options, key: VIEWER.key }),
    403,
    'permission_error',
    'forbidden_action',
  );
});

test('counting tokens: what goes wrong upstream', async () => {
  const options = { path: '/v1/messages/count_tokens' };
  upstream.scripts.push(json(401, { error: 'our key' }), json(529, { type: 'error' }), (response) =>
    response.socket?.destroy(),
  );
  const statuses = [];
  for (let i = 0; i < 3; i += 1) statuses.push((await gateway.post(message(), options)).status);
  assert.deepEqual(statuses, [502, 529, 502]);
});

test('models: those that the key may use, in pages', async () => {
  const all = await (await gateway.get('/v1/models?limit=1000')).json();
  assert.ok(all.data.length > 5);
  assert.equal(all.has_more, false);
  assert.equal(all.first_id, all.data[0].id);
  assert.equal(all.last_id, all.data.at(-1).id);
  assert.ok(
    all.data.every(
      (/** @type {{ type: string, max_tokens: number }} */ model) => model.type === 'model' && model.max_tokens > 0,
    ),
  );
  const ids = [];
  for (let page = await (await gateway.get('/v1/models?limit=2')).json(); ;) {
    ids.push(...page.data.map((/** @type {{ id: string }} */ { id }) => id));
    if (!page.has_more) break;
    page = await (await gateway.get(`/v1/models?limit=2&after_id=${page.last_id}`)).json();
  }
  assert.deepEqual(
    ids,
    all.data.map((/** @type {{ id: string }} */ { id }) => id),
  );
  const back = await (await gateway.get(`/v1/models?limit=2&before_id=${ids[4]}`)).json();
  assert.deepEqual([back.first_id, back.last_id, back.has_more], [ids[2], ids[3], true]);
  const one = await (await gateway.get('/v1/models', { key: ONE_MODEL.key })).json();
  assert.deepEqual(
    one.data.map((/** @type {{ id: string }} */ { id }) => id),
    ['claude-sonnet-5'],
  );
});

test('models: one of them, and what is refused', async () => {
  const model = await (await gateway.get(`/v1/models/${MODEL}`)).json();
  assert.deepEqual([model.id, model.max_input_tokens], [MODEL, 200_000]);
  await refused(await gateway.get('/v1/models/claude-9'), 404, 'not_found_error');
  await refused(await gateway.get(`/v1/models/${MODEL}`, { key: ONE_MODEL.key }), 404, 'not_found_error');
  await refused(await gateway.get('/v1/models', { key: UNKNOWN.key }), 401, 'authentication_error');
  await refused(await gateway.get('/v1/models?limit=0'), 400, 'invalid_request_error');
  await refused(await gateway.get('/v1/models?limit=1001'), 400, 'invalid_request_error');
  await refused(await gateway.get('/v1/models?after_id=nothing'), 400, 'invalid_request_error');
});

test('nothing that a caller sends is a failure of the gateway', async () => {
  for (const id of ['%E0%A4%A', '%', '%FF', 'a%2Fb', '%00', '%ED%A0%80', '__proto__', 'x'.repeat(4_000)]) {
    await refused(await gateway.get(`/v1/models/${id}`), 404, 'not_found_error');
    await refused(await gateway.get(`/v1/${id}`), 404, 'not_found_error');
  }
  for (const query of [
    'limit=%E0%A4%A',
    'limit=1e1',
    'limit=-1',
    'after_id=%FF',
    'after_id=a&before_id=b',
    'before_id=',
  ]) {
    await refused(await gateway.get(`/v1/models?${query}`), 400, 'invalid_request_error');
  }
  for (const authorization of ['Bearer', 'Bearer  ', 'Basic x', 'bearer \u00e9', NORMAL.key]) {
    const response = await fetch(`${gateway.url}/v1/models`, { headers: { authorization } });
    await refused(response, 401, 'authentication_error');
  }
  const odd = [
    '{"model":{"toString":1},"max_tokens":1,"messages":[]}',
    String.raw`{"model":"\ud800","max_tokens":1,"messages":[]}`,
    '{"model":"claude-haiku-4-5","max_tokens":1,"messages":[{"content":[{"type":{"toString":1,"valueOf":1}}]}]}',
    '{"model":"claude-haiku-4-5","max_tokens":1,"messages":[],"tools":[{"type":{"toString":null}}]}',
    '{"model":"claude-haiku-4-5","max_tokens":1,"messages":[],"tools":[null]}',
    '{"model":"claude-haiku-4-5","max_tokens":1,"messages":[],"mcp_servers":[1]}',
    '{"model":"claude-haiku-4-5","max_tokens":1,"messages":[],"context_management":{"edits":[{"type":{"toString":1}}]}}',
    '{"model":"claude-haiku-4-5","max_tokens":1,"messages":[],"cache_control":{"type":{"toString":1}}}',
    `{"model":"claude-haiku-4-5","max_tokens":1,"messages":[],"${'x'.repeat(100_000)}":1}`,
  ];
  for (const body of odd) {
    for (const path of ['/v1/messages', '/v1/messages/count_tokens']) {
      const response = await gateway.post(body, { path });
      assert.equal(response.status, 400, `${path} ${body.slice(0, 200)}`);
      assert.equal((await response.json()).error.type, 'invalid_request_error');
    }
  }
  for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
    await refused(await fetch(`${gateway.url}/v1/messages`, { method }), 405, 'invalid_request_error');
  }
});

test('nothing that an operator sends is a failure of the gateway', async () => {
  for (const verb of ['query', 'preview', 'submit', 'events']) {
    for (const body of ['', '{', 'null', '1', '[]', '{"after":-1}', '{"type":"nonsense"}']) {
      const response = await fetch(`${gateway.url}/operator/${ORGANIZATION}/${verb}`, {
        method: 'POST',
        headers: { authorization: `Bearer operator-token-of-the-tests` },
        body,
      });
      assert.ok([400, 422].includes(response.status), `${verb} ${body}: ${response.status}`);
      assert.equal((await response.json()).error.code, 'invalid_input');
    }
  }
  await assert.rejects(gateway.operator('query', { type: 'balances' }, '%E0%A4%A'), /unknown_organization/);
});

test("the operator's door opens with its token only", async () => {
  const url = `${gateway.url}/operator/${ORGANIZATION}/query`;
  const post = (/** @type {Record<string, string>} */ headers) =>
    fetch(url, { method: 'POST', headers, body: '{"type":"balances"}' });
  assert.equal((await post({})).status, 401);
  assert.equal((await post({ authorization: 'Bearer wrong' })).status, 401);
  assert.equal((await post({ authorization: `Bearer ${NORMAL.key}` })).status, 401);
  await assert.rejects(gateway.operator('query', { type: 'nonsense' }), /invalid_input/);
});

test('a body that stops in the middle', async () => {
  const url = new URL(`${gateway.url}/v1/messages`);
  const request = rawRequest(url, { method: 'POST', headers: { 'x-api-key': NORMAL.key, 'content-length': '1000' } });
  request.on('error', () => undefined);
  request.write('{"model":');
  request.destroy();
  // It did no harm: the next one is served.
  assert.equal((await gateway.post(message())).status, 200);
  assert.equal(upstream.received.length, 1);
});
