/** Streams: passed on as they come, metered on the way, settled whatever becomes of the client or the upstream. */
import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { after, before, beforeEach, test } from 'node:test';

import { until } from '../clients/until.mjs';
import { NORMAL, message, usd } from './company.mjs';
import { TestGateway } from './gateway.mjs';
import { Upstream, answer, event, events, heldStream, json, stream } from './upstream.mjs';

/** @type {Upstream} */
let upstream;
/** @type {TestGateway} Drains, with patience. */
let gateway;
/** @type {TestGateway} Aborts, and gives a silent upstream up soon. */
let strict;

before(async () => {
  upstream = await Upstream.start();
  gateway = await TestGateway.start({ upstream: upstream.url });
  strict = await TestGateway.start({
    upstream: upstream.url,
    vars: { ON_DISCONNECT: 'abort', UPSTREAM_TIMEOUT_MS: '400' },
  });
});
after(async () => {
  await gateway.stop();
  await strict.stop();
  await upstream.stop();
});
beforeEach(() => {
  upstream.received = [];
  upstream.scripts = [];
});

const STREAM = message({ stream: true });
const { start, text, delta, stop } = events();

/** The hold of a body, and the part of it that is output. @param {object} body */
const holdOf = (body) => usd(JSON.stringify(body).length, 100);

/** The newest reservation's settlement, once it is there. @param {TestGateway} from @param {number} count */
function settlement(from, count) {
  return until(`settlement ${count}`, async () => {
    const settled = (await from.events()).map(({ event: each }) => each).filter(({ type }) => type === 'settled');
    return settled.length >= count && settled.at(-1);
  });
}

/** @param {TestGateway} from */
async function settledSoFar(from) {
  return (await from.events()).filter(({ event: each }) => each.type === 'settled').length;
}

test('a stream is passed on byte by byte and settled at its end', async () => {
  const bytes = new TextEncoder().encode(`: comment\r\n\r\n${start}${text}${event('ping', {})}${delta}${stop}`);
  upstream.scripts.push(stream(Array.from(bytes, (_, at) => bytes.subarray(at, at + 1))));
  const response = await gateway.post(STREAM);
  assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
  assert.deepEqual(new Uint8Array(await response.arrayBuffer()), bytes);
  assert.equal(upstream.received[0]?.headers['accept'], 'text/event-stream');
  // The client has its end, so the books have it too: nothing to wait for.
  const reservation = await gateway.reservation(response.headers.get('tollgate-request-id') ?? '');
  assert.deepEqual([reservation.status, reservation.charge_usd], ['settled', usd(10, 20)]);
});

test('each event arrives when it is made, not when the stream ends', async () => {
  const held = heldStream();
  upstream.scripts.push(held.script);
  const response = await gateway.post(STREAM);
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
  const next = async () => Buffer.from((await reader.read()).value ?? []).toString();
  const upstreamSide = await held.response();
  for (const part of [start, text, delta]) {
    upstreamSide.write(part);
    let seen = '';
    while (seen.length < part.length) seen += await next();
    assert.equal(seen, part);
  }
  upstreamSide.end(stop);
  assert.equal(await next(), stop);
  assert.equal((await reader.read()).done, true);
});

test('a client that reads nothing slows the upstream down', async () => {
  const count = await settledSoFar(gateway);
  const chunk = event('content_block_delta', { delta: { text: 'x'.repeat(1024 * 1024) } });
  let written = 0;
  let blocked = false;
  upstream.scripts.push(async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(start);
    for (; written < 200; written += 1) {
      if (response.write(chunk)) continue;
      blocked = true;
      await new Promise((drained) => response.once('drain', drained));
    }
    response.end(delta + stop);
  });
  const request = httpRequest(`${gateway.url}/v1/messages`, { method: 'POST', headers: { 'x-api-key': NORMAL.key } });
  request.end(JSON.stringify(STREAM));
  const response = await new Promise((done) => request.once('response', done));
  response.pause();
  // Without back-pressure all 200 MB would be taken in at once, whether or not the client reads.
  await until('the upstream is held up', async () => blocked);
  // A machine that pauses here can only hide a defect, not invent one.
  let [seen, same] = [written, 0];
  await until('it stays held up', async () => {
    same = seen === written ? same + 1 : 0;
    seen = written;
    return same === 100;
  });
  assert.ok(written < 150, `${written} MB were taken in for a client that reads nothing`);
  response.resume();
  const settled = await settlement(gateway, count + 1);
  assert.equal(settled.charge_usd, usd(10, 20));
  assert.equal(written, 200);
});

test('drain: a client that leaves is billed for all that was made', async () => {
  const count = await settledSoFar(gateway);
  const held = heldStream();
  upstream.scripts.push(held.script);
  const leaving = new AbortController();
  const response = await gateway.post(STREAM, { signal: leaving.signal });
  const upstreamSide = await held.response();
  upstreamSide.write(start);
  await response.body?.getReader().read();
  leaving.abort();
  // Each write may be the one that tells the gateway; it must take in all of them.
  for (let i = 0; i < 50; i += 1) await new Promise((done) => upstreamSide.write(text, done));
  upstreamSide.end(event('message_delta', { usage: { output_tokens: 77 } }) + stop);
  const settled = await settlement(gateway, count + 1);
  assert.deepEqual([settled.charge_usd, settled.estimated], [usd(10, 77), false]);
});

test('abort: the upstream is stopped, and the output is charged at the hold', async () => {
  const count = await settledSoFar(strict);
  const held = heldStream();
  upstream.scripts.push(held.script);
  const leaving = new AbortController();
  const response = await strict.post(STREAM, { signal: leaving.signal });
  const upstreamSide = await held.response();
  let closed = false;
  upstreamSide.on('close', () => {
    closed = true;
  });
  upstreamSide.write(start);
  await response.body?.getReader().read();
  leaving.abort();
  await until('the upstream is let go', async () => {
    upstreamSide.write(text);
    return closed;
  });
  const settled = await settlement(strict, count + 1);
  assert.deepEqual([settled.charge_usd, settled.estimated], [usd(10, 100), true]);
});

test('a client that leaves before the answer has begun is billed for it', async () => {
  const count = await settledSoFar(gateway);
  /** @type {(value?: unknown) => void} */
  let release = () => undefined;
  upstream.scripts.push(async (response, request) => {
    await new Promise((done) => {
      release = done;
    });
    await answer()(response, request);
  });
  const leaving = new AbortController();
  const waiting = gateway.post(message(), { signal: leaving.signal });
  await until('the request is upstream', async () => upstream.received.length === 1);
  leaving.abort();
  await assert.rejects(waiting);
  release();
  const settled = await settlement(gateway, count + 1);
  assert.deepEqual([settled.charge_usd, settled.estimated], [usd(10, 20), false]);
});

/** @type {[name: string, parts: string[], charge: string, estimated: boolean][]} */
const BROKEN = [
  ['before anything', [], holdOf(STREAM), true],
  ['inside the first event', [start.slice(0, 50)], holdOf(STREAM), true],
  ['after the input is known', [start, text], usd(10, 100), true],
  ['inside an event', [start, text, delta.slice(0, 40)], usd(10, 100), true],
  ['before the last event', [start, text, delta], usd(10, 100), true],
  ['after the last event', [start, text, delta, stop], usd(10, 20), false],
];

for (const [name, parts, charge, estimated] of BROKEN) {
  test(`the connection breaks ${name}`, async () => {
    upstream.scripts.push(async (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      for (const part of parts) await new Promise((done) => response.write(part, done));
      response.socket?.resetAndDestroy();
    });
    const response = await gateway.post(STREAM);
    const body = await response.text();
    const sent = parts.join('');
    if (estimated) {
      assert.ok(body.startsWith(sent));
      assert.match(
        body.slice(sent.length),
        /^\n?event: error\ndata: \{"type":"error","error":\{"type":"api_error",.*"request_id":"req_[0-9a-f]{32}"\}\n\n$/,
      );
    } else {
      assert.equal(body, sent);
    }
    const reservation = await gateway.reservation(response.headers.get('tollgate-request-id') ?? '');
    assert.deepEqual([reservation.status, reservation.charge_usd], ['settled', charge]);
  });
}

test('a stream that ends early without breaking is told to be broken all the same', async () => {
  upstream.scripts.push(stream([start, text]));
  const response = await gateway.post(STREAM);
  assert.match(await response.text(), /event: error\n/);
  assert.equal((await gateway.reservation(response.headers.get('tollgate-request-id') ?? '')).charge_usd, usd(10, 100));
});

test('a stream that falls silent is given up', async () => {
  const held = heldStream();
  upstream.scripts.push(held.script);
  const waiting = strict.post(STREAM);
  (await held.response()).write(start);
  const response = await waiting;
  assert.match(await response.text(), /event: error\ndata: \{"type":"error","error":\{"type":"timeout_error"/);
  assert.equal((await strict.reservation(response.headers.get('tollgate-request-id') ?? '')).charge_usd, usd(10, 100));
  await until('the upstream is let go', async () => upstream.open === 0);
});

test('an error event is passed on; what came before it is charged, and nothing is free', async () => {
  const failure = event('error', { error: { type: 'overloaded_error', message: 'Overloaded' } });
  for (const [parts, charge] of /** @type {[string[], string][]} */ ([
    [[start, text, failure], usd(10, 100)],
    [[failure], holdOf(STREAM)],
  ])) {
    upstream.scripts.push(stream(parts));
    const response = await gateway.post(STREAM);
    assert.equal(await response.text(), parts.join(''), 'as the upstream told it, and nothing added');
    assert.equal((await gateway.reservation(response.headers.get('tollgate-request-id') ?? '')).charge_usd, charge);
  }
});

test('what the answer is decides, not what was asked for', async () => {
  upstream.scripts.push(answer());
  const whole = await gateway.post(STREAM);
  assert.equal((await whole.json()).type, 'message');
  assert.equal((await gateway.reservation(whole.headers.get('tollgate-request-id') ?? '')).charge_usd, usd(10, 20));
  upstream.scripts.push(stream([start, delta, stop]));
  const streamed = await gateway.post(message());
  assert.equal(await streamed.text(), start + delta + stop);
  assert.equal((await gateway.reservation(streamed.headers.get('tollgate-request-id') ?? '')).charge_usd, usd(10, 20));
});

test('every class of usage is charged to the last digit', async () => {
  const used = {
    input_tokens: 1,
    cache_read_input_tokens: 1_000,
    cache_creation_input_tokens: 30,
    cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
    output_tokens: 3,
  };
  // 1 × 1 + 1,000 × 0.1 + 10 × 1.25 + 20 × 2 + 3 × 5 = 168.5 millionths
  for (const [body, script] of /** @type {const} */ ([
    [message({ cache_control: { type: 'ephemeral', ttl: '1h' } }), json(200, { type: 'message', usage: used })],
    [
      message({ stream: true, cache_control: { type: 'ephemeral', ttl: '1h' } }),
      stream([
        events({ start: { ...used, output_tokens: 1 } }).start,
        events({ delta: { output_tokens: 3 } }).delta,
        stop,
      ]),
    ],
  ])) {
    upstream.scripts.push(script);
    const response = await gateway.post(body);
    await response.text();
    assert.equal(
      (await gateway.reservation(response.headers.get('tollgate-request-id') ?? '')).charge_usd,
      '0.0001685',
    );
  }
});

test('a hold is what the policy says, and no more than the request can cost', async () => {
  const response = await gateway.post(STREAM);
  await response.text();
  const id = response.headers.get('tollgate-request-id') ?? '';
  assert.equal((await gateway.reservation(id)).hold_usd, holdOf(STREAM));
});
