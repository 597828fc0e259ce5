/** What comes back from upstream when it is no message, and what that means for the money. */
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { after, before, beforeEach, test } from 'node:test';

import { until } from '../clients/until.mjs';
import { message, usd } from './company.mjs';
import { TestGateway } from './gateway.mjs';
import { USAGE, Upstream, answer, events, json } from './upstream.mjs';

/** @type {Upstream} */
let upstream;
/** @type {TestGateway} */
let gateway;

before(async () => {
  upstream = await Upstream.start();
  gateway = await TestGateway.start({ upstream: upstream.url, vars: { UPSTREAM_TIMEOUT_MS: '400' } });
});
after(async () => {
  await gateway.stop();
  await upstream.stop();
});
beforeEach(() => {
  upstream.received = [];
  upstream.scripts = [];
});

const BODY = message();
const HOLD = usd(JSON.stringify(BODY).length, 100);

/** The only reservation made since. @param {TestGateway} from @param {() => Promise<Response>} work */
async function becameOf(from, work) {
  const seen = (await from.events()).length;
  const response = await work();
  const body = await response.text();
  const made = (await from.events()).slice(seen).map(({ event }) => event);
  const reserved = made.find(({ type }) => type === 'reserved');
  return { response, body, reservation: await from.reservation(reserved.reservation), made };
}

/** @type {[name: string, status: number, headers: Record<string, string>][]} */
const PASSED = [
  ['a mistake of the caller', 400, {}],
  ['an unknown model', 404, {}],
  ['too large', 413, {}],
  ["the account's own limit", 429, { 'retry-after': '7', 'x-should-retry': 'true' }],
  ['an internal error', 500, {}],
  ['a gateway of the provider', 504, {}],
  ['overloaded', 529, { 'retry-after': '3' }],
];

for (const [name, status, headers] of PASSED) {
  test(`an error status is passed on, and costs nothing: ${name} (${status})`, async () => {
    const error = {
      type: 'error',
      error: { type: 'some_error', message: "in the provider's words" },
      request_id: 'req_upstream',
    };
    upstream.scripts.push(json(status, error, { ...headers, 'x-internal': 'secret' }));
    const { response, body, reservation } = await becameOf(gateway, () => gateway.post(BODY));
    assert.equal(response.status, status);
    assert.deepEqual(JSON.parse(body), error);
    assert.equal(response.headers.get('request-id'), 'req_upstream');
    assert.equal(response.headers.get('retry-after'), headers['retry-after'] ?? null);
    assert.equal(response.headers.get('x-should-retry'), headers['x-should-retry'] ?? null);
    assert.equal(response.headers.get('x-internal'), null);
    assert.deepEqual([reservation.status, reservation.charge_usd], ['voided', null]);
  });
}

for (const [name, status, headers] of /** @type {[string, number, Record<string, string>][]} */ ([
  ['our key', 401, {}],
  ['our permission', 403, {}],
  ['a redirect', 307, { location: 'https://elsewhere.example/' }],
])) {
  test(`what the caller cannot mend is the gateway's own failure: ${name} (${status})`, async () => {
    upstream.scripts.push(json(status, { error: 'about the upstream-secret' }, headers));
    const { response, body, reservation } = await becameOf(gateway, () => gateway.post(BODY));
    assert.equal(response.status, 502);
    assert.equal(JSON.parse(body).error.type, 'api_error');
    assert.ok(!body.includes('upstream-secret'));
    assert.equal(response.headers.get('location'), null);
    assert.equal(reservation.status, 'voided');
    assert.equal(upstream.received.length, 1, 'the redirect was not followed');
  });
}

for (const status of [520, 524]) {
  test(`a failure between the provider and us leaves open whether the model ran (${status})`, async () => {
    upstream.scripts.push(json(status, { error: 'timeout' }));
    const { response, reservation } = await becameOf(gateway, () => gateway.post(BODY));
    assert.equal(response.status, status);
    assert.deepEqual([reservation.status, reservation.charge_usd], ['settled', HOLD]);
  });
}

/** @type {[name: string, script: import('./upstream.mjs').Script, status: number, type: string][]} */
const LOST = [
  ['hangs up', (response) => response.socket?.resetAndDestroy(), 502, 'api_error'],
  [
    'hangs up in the middle',
    (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"usage":', () => response.socket?.resetAndDestroy());
    },
    502,
    'api_error',
  ],
  ['says nothing', () => undefined, 504, 'timeout_error'],
  [
    'stops in the middle',
    (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"usage":');
    },
    504,
    'timeout_error',
  ],
];

for (const [name, script, status, type] of LOST) {
  test(`an upstream that ${name}: the whole hold is charged, by estimate`, async () => {
    upstream.scripts.push(script);
    const { response, body, reservation, made } = await becameOf(gateway, () => gateway.post(BODY));
    assert.equal(response.status, status);
    assert.equal(JSON.parse(body).error.type, type);
    assert.deepEqual([reservation.status, reservation.charge_usd], ['settled', HOLD]);
    assert.equal(made.find((event) => event.type === 'settled').estimated, true);
    await until('the upstream is let go', async () => upstream.open === 0);
  });
}

test('an upstream that is not there: the runtime does not say that nothing was sent, so it is charged', async () => {
  const closed = createServer();
  const port = await new Promise((done) =>
    closed.listen(0, '127.0.0.1', () => done(/** @type {{ port: number }} */ (closed.address()).port)),
  );
  await new Promise((done) => closed.close(done));
  const lonely = await TestGateway.start({ upstream: `http://127.0.0.1:${port}` });
  try {
    const { response, reservation } = await becameOf(lonely, () => lonely.post(BODY));
    assert.equal(response.status, 502);
    assert.equal(reservation.charge_usd, HOLD);
  } finally {
    await lonely.stop();
  }
});

/** @type {[name: string, script: import('./upstream.mjs').Script][]} */
const UNREADABLE = [
  ['no usage', json(200, { type: 'message', content: [] })],
  ['usage null', json(200, { type: 'message', usage: null })],
  ['no JSON', (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('<html>')],
  ['another type', (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')],
  ['nothing at all', (response) => response.writeHead(200).end()],
  ['an empty stream', (response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end()],
  ['a status without a body', (response) => response.writeHead(204).end()],
  ['counts that are none', json(200, { type: 'message', usage: { input_tokens: 'many', output_tokens: -3 } })],
];

for (const [name, script] of UNREADABLE) {
  test(`a success that says nothing of its usage is charged at the hold: ${name}`, async () => {
    upstream.scripts.push(script);
    const { response, reservation } = await becameOf(gateway, () => gateway.post(BODY));
    assert.ok(response.ok);
    await until('it is settled', async () => (await gateway.reservation(reservation.reservation)).status === 'settled');
    assert.equal((await gateway.reservation(reservation.reservation)).charge_usd, HOLD);
  });
}

test('more than was held is charged in full, and recorded as overrun', async () => {
  upstream.scripts.push(answer({ ...USAGE, output_tokens: 500 }));
  const { reservation, made } = await becameOf(gateway, () => gateway.post(BODY));
  assert.equal(reservation.charge_usd, usd(10, 500));
  assert.equal(made.find(({ type }) => type === 'settled').overrun_usd, usd(10 - JSON.stringify(BODY).length, 400));
});

/** @param {number} status @param {string} type @param {string} body @returns {import('./upstream.mjs').Script} */
const zipped = (status, type, body) => (response) =>
  response.writeHead(status, { 'content-type': type, 'content-encoding': 'gzip' }).end(gzipSync(body));

test('a compressed answer is read, and reaches the client as plain text', async () => {
  const whole = JSON.stringify({ type: 'message', usage: USAGE });
  const { start, text, delta, stop } = events();
  const streamed = start + text + delta + stop;
  const error = JSON.stringify({ type: 'error' });
  for (const [status, type, body, charge] of /** @type {const} */ ([
    [200, 'application/json', whole, usd(10, 20)],
    [200, 'text/event-stream', streamed, usd(10, 20)],
    [529, 'application/json', error, null],
  ])) {
    upstream.scripts.push(zipped(status, type, body));
    const { response, body: received, reservation } = await becameOf(gateway, () => gateway.post(BODY));
    assert.equal(received, body);
    assert.equal(response.headers.get('content-encoding'), null);
    assert.equal(reservation.charge_usd, charge);
  }
});
