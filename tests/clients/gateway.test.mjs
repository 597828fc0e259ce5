/** The official TypeScript SDK through the gateway: what is allowed, what is denied, and what the client makes of it. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { generateKey } from 'tollgate/edge';
import { clientOf, refusal, request } from './client.mjs';
import { Demo } from './demo.mjs';
import { until } from './until.mjs';

/** @typedef {import('./demo.mjs').KeyName} KeyName */

/** @type {import('./demo.mjs').Serving} */
let demo;

before(async () => {
  demo = await Demo.serving();
});
after(() => demo.stop());

/**
 * @param {KeyName} key
 * @param {number} [maxRetries]
 */
const as = (key, maxRetries) => clientOf(demo.url, demo.keys[key], maxRetries);

test('a message passes, with the usage that the upstream tells and what is left', async () => {
  const { data, response } = await as('normal').client.messages.create(request('[[tokens in=120 out=80]]')).withResponse();
  assert.equal(data.usage.input_tokens, 120);
  assert.equal(data.usage.output_tokens, 80);
  assert.match(response.headers.get('tollgate-request-id') ?? '', /^req_/);
  assert.equal(response.headers.get('anthropic-ratelimit-requests-limit'), '1000');
  assert.equal(response.headers.get('anthropic-ratelimit-requests-remaining'), '999');
  assert.match(response.headers.get('ratelimit') ?? '', /"org-requests";r=999/);
});

test('a stream passes event by event, and its gathered message is the plain one', async () => {
  const asked = request('[[tokens in=120 out=80]]');
  const { client } = as('normal');
  const plain = await client.messages.create(asked);
  const streamed = await client.messages.stream(asked).finalMessage();
  assert.deepEqual({ ...streamed, id: plain.id, parsed_output: null }, { ...plain, parsed_output: null });
});

test('a stream is not gathered on its way: the first words come while the rest is held back', async () => {
  const stream = await as('normal').client.messages.create({ ...request('[[hold rest after=5]] [[tokens out=80]]'), stream: true });
  /** @type {string[]} */
  const seen = [];
  for await (const { type } of stream) {
    seen.push(type);
    if (type !== 'content_block_delta' || seen.includes('content_block_stop')) continue;
    if ((await demo.control.held()).includes('rest')) await demo.control.release('rest');
  }
  assert.equal(seen.at(-1), 'message_stop');
});

test('the key may come in either header', async () => {
  for (const headers of [{ 'x-api-key': demo.keys.normal }, { authorization: `Bearer ${demo.keys.normal}` }]) {
    const response = await fetch(`${demo.url}/v1/messages`, { method: 'POST', headers, body: JSON.stringify(request('hello')) });
    assert.equal(response.status, 200, await response.text());
  }
});

test('the upstream never sees the caller\'s key', async () => {
  await as('normal').client.messages.create(request('hello'));
  const seen = JSON.stringify((await demo.control.requests()).requests);
  assert.ok(seen.includes('anthropic-version'));
  assert.ok(!seen.includes(demo.keys.normal));
});

test('a key that is unknown, mistyped, revoked or expired is a 401 that says no more', async () => {
  const unknown = (await generateKey('acme')).key;
  const elsewhere = (await generateKey('nobody')).key;
  const messages = new Set();
  for (const key of [unknown, elsewhere, `${demo.keys.normal}x`, 'sk-ant-anything', demo.keys.revoked, demo.keys.expired]) {
    for (const stream of [false, true]) {
      const { client, attempts } = clientOf(demo.url, key, 2);
      const { apiMessage } = await refusal(client.messages.create({ ...request('hello'), stream }), 401, 'authentication_error');
      messages.add(apiMessage);
      assert.equal(attempts.length, 1);
    }
  }
  assert.equal(messages.size, 1);
});

test('a role that may not call models is a 403', async () => {
  const { client, attempts } = as('viewer', 2);
  const error = await refusal(client.messages.create(request('hello')), 403, 'permission_error');
  assert.equal(error.errorCode, 'forbidden_action');
  await refusal(client.messages.countTokens({ model: 'claude-sonnet-5', messages: [{ role: 'user', content: 'hello' }] }), 403, 'permission_error');
  assert.equal(attempts.length, 2);
});

test('a key of one model may use it, and is a 403 for any other', async () => {
  const { client } = as('one_model');
  assert.equal((await client.messages.create(request('hello', { model: 'claude-haiku-4-5' }))).type, 'message');
  const error = await refusal(client.messages.create(request('hello')), 403, 'permission_error');
  assert.equal(error.errorCode, 'forbidden_model');
});

test('beyond a rate limit comes a 429, whose retry-after the SDK waits and then succeeds', async () => {
  const { client, attempts } = as('tight_limit');
  await client.messages.create(request('hello'));
  await client.messages.create(request('hello'));
  const error = await refusal(client.messages.create(request('hello')), 429, 'rate_limit_error');
  assert.match(error.headers?.get('retry-after') ?? '', /^[1-3]$/);
  assert.equal(error.headers?.get('anthropic-ratelimit-requests-remaining'), '0');

  for (const stream of [false, true]) {
    const patient = as('tight_limit', 5);
    const answer = await patient.client.messages.create({ ...request('hello'), stream });
    if (Symbol.asyncIterator in answer) for await (const _ of answer);
    // The SDK's own guess would be half a second, after which there is no room yet: one retry shows that it waited as it was told.
    assert.deepEqual(patient.attempts.map(({ status }) => status), [429, 200]);
  }
  assert.deepEqual(attempts.map(({ status }) => status), [200, 200, 429]);
});

test('at the cap comes a 400 that the SDK does not retry and that the upstream never sees', async () => {
  const { client } = as('tight_budget');
  const spend = request('[[tokens in=100 out=1000]]', { max_tokens: 1024 });
  await client.messages.create(spend);
  const seen = (await demo.control.requests()).count;
  for (const stream of [false, true]) {
    const insistent = as('tight_budget', 5);
    const error = await refusal(insistent.client.messages.create({ ...spend, stream }), 400, 'invalid_request_error');
    assert.ok(error instanceof Anthropic.BadRequestError);
    assert.equal(error.errorCode, 'budget_exceeded');
    assert.match(error.apiMessage ?? '', /`tight-month`/);
    assert.equal(error.headers?.get('x-should-retry'), 'false');
    assert.equal(error.headers?.get('retry-after'), null);
    assert.equal(insistent.attempts.length, 1);
  }
  assert.equal((await demo.control.requests()).count, seen);
});

test('tokens are counted, and cost nothing', async () => {
  const before = (await demo.ledger.atRest()).total.settled_usd;
  const { input_tokens } = await as('normal').client.messages.countTokens({
    model: 'claude-sonnet-5', messages: [{ role: 'user', content: '[[tokens in=77]]' }],
  });
  assert.equal(input_tokens, 77);
  assert.equal((await demo.ledger.atRest()).total.settled_usd, before);
});

test('the models that a key may use are listed, page by page', async () => {
  /** @param {KeyName} key */
  const listed = async (key) => {
    /** @type {string[]} */
    const ids = [];
    for await (const { id } of as(key).client.models.list({ limit: 3 })) ids.push(id);
    return ids;
  };
  const all = await listed('normal');
  assert.ok(all.includes('claude-sonnet-5') && all.includes('claude-haiku-4-5') && all.length > 3);
  assert.equal(new Set(all).size, all.length);
  assert.deepEqual(await listed('one_model'), ['claude-haiku-4-5']);
  assert.equal((await as('normal').client.models.retrieve('claude-sonnet-5')).max_input_tokens, 1_000_000);
  await refusal(as('one_model').client.models.retrieve('claude-sonnet-5'), 404, 'not_found_error');
  await refusal(as('revoked').client.models.list(), 401, 'authentication_error');
});

test('an error of the upstream reaches the client as it is, and the SDK may retry it', async () => {
  const { client, attempts } = as('normal', 2);
  await client.messages.create(request('[[status 529 times=1 id=once]]'));
  assert.deepEqual(attempts.map(({ status }) => status), [529, 200]);
  await refusal(as('normal').client.messages.create(request('[[status 404]]')), 404, 'not_found_error');
});

test('an upstream that refuses the gateway\'s own key is the gateway\'s failure, not the caller\'s', async () => {
  await refusal(as('normal').client.messages.create(request('[[status 401]]')), 502, 'api_error');
  await refusal(as('normal').client.messages.create(request('[[status 403]]')), 502, 'api_error');
});

test('of many requests at once, no more pass than the budget holds', async () => {
  // A demo of its own: the budget must be untouched. One such request takes 0.0107 of 0.012 usd.
  const fresh = await Demo.serving();
  try {
    const { client } = clientOf(fresh.url, fresh.keys.tight_budget);
    const asked = request('[[hold together]]', { max_tokens: 1024 });
    /** @type {number[]} */
    const statuses = [];
    const calls = Array.from({ length: 50 }, () =>
      client.messages.create(asked).asResponse().then(
        ({ status }) => statuses.push(status),
        (error) => statuses.push(error instanceof Anthropic.APIError ? (error.status ?? 0) : 0),
      ));
    await until('all but one are refused', async () => statuses.length === 49);
    assert.deepEqual(await fresh.control.held(), ['together']);
    assert.equal(await fresh.control.release('together'), 1);
    await Promise.all(calls);
    assert.deepEqual(statuses, [...Array(49).fill(400), 200]);
  } finally {
    await fresh.stop();
  }
});
