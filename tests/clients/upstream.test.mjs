/** The local upstream by itself: what the official SDK makes of it, and whether it bills what it sends. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { startUpstream } from '../../examples/demo/upstream.mjs';
import { Control } from './control.mjs';
import { until } from './until.mjs';

const API_KEY = 'upstream-test-key';

/** @type {Awaited<ReturnType<typeof startUpstream>>} */
let upstream;
/** @type {Control} */
let control;
/** @type {Anthropic} */
let client;

before(async () => {
  upstream = await startUpstream({ apiKey: API_KEY });
  control = new Control(upstream.controlUrl);
  client = clientWith(API_KEY);
});
after(() => upstream.close());

/** @param {string} apiKey */
function clientWith(apiKey) {
  return new Anthropic({ apiKey, authToken: null, baseURL: upstream.url, maxRetries: 0 });
}

/**
 * @param {string} content
 * @param {Partial<Anthropic.MessageCreateParamsNonStreaming>} [more]
 * @returns {Anthropic.MessageCreateParamsNonStreaming}
 */
function request(content, more) {
  return { model: 'claude-sonnet-5', max_tokens: 200, messages: [{ role: 'user', content }], ...more };
}

/** @param {Anthropic.Message} message */
const textOf = ({ content }) => content.map((block) => (block.type === 'text' ? block.text : '')).join('');

test('a message and its stream are the same, and both are billed as they say', async () => {
  const asked = request('[[tokens in=120 out=80 cache_read=7 cache_5m=5 cache_1h=3]]');
  const whole = await client.messages.create(asked);
  const streamed = await client.messages.stream(asked).finalMessage();
  assert.equal(textOf(streamed), textOf(whole));
  assert.equal(textOf(whole).trim().split(' ').length, 80);
  for (const message of [whole, streamed]) {
    assert.equal(message.stop_reason, 'end_turn');
    assert.equal(message.usage.input_tokens, 120);
    assert.equal(message.usage.output_tokens, 80);
    assert.equal(message.usage.cache_read_input_tokens, 7);
    assert.equal(message.usage.cache_creation_input_tokens, 8);
    assert.deepEqual(message.usage.cache_creation, { ephemeral_5m_input_tokens: 5, ephemeral_1h_input_tokens: 3 });
  }
  const last = await control.billed(2);
  assert.equal(last.ending, 'completed');
  assert.deepEqual(last.usage, whole.usage);
});

test('a stream has the whole sequence of events, with usage that only grows', async () => {
  const response = await client.messages.create({ ...request('[[tokens out=20]]'), stream: true }).asResponse();
  const raw = await response.text();
  const names = Array.from(raw.matchAll(/^event: (\w+)$/gm), ([, name]) => name);
  assert.deepEqual([...new Set(names)], [
    'message_start', 'content_block_start', 'ping', 'content_block_delta', 'content_block_stop', 'message_delta', 'message_stop',
  ]);
  const data = Array.from(raw.matchAll(/^data: (.*)$/gm), ([, json]) => JSON.parse(json ?? ''));
  assert.deepEqual(data.map(({ type }) => type), names);
  assert.equal(data[0].message.usage.output_tokens, 1);
  assert.equal(data.at(-2).usage.output_tokens, 20);
});

test('bytes may be cut anywhere, with either line ending', async () => {
  const plain = await client.messages.create(request('[[tokens out=40]]'));
  for (const cut of ['[[split 1]]', '[[split 7]] [[newline crlf]]']) {
    const message = await client.messages.stream(request(`${cut} [[tokens out=40]]`)).finalMessage();
    assert.equal(textOf(message), textOf(plain));
  }
});

test('thinking, tools and web searches come as blocks', async () => {
  const asked = request('[[tool]] [[search 2]] [[tokens out=50 thinking=20]]', {
    thinking: { type: 'enabled', budget_tokens: 1024 },
    tools: [
      { name: 'answer', input_schema: { type: 'object' } },
      { type: 'web_search_20250305', name: 'web_search', max_uses: 5 },
    ],
  });
  const whole = await client.messages.create(asked);
  const streamed = await client.messages.stream(asked).finalMessage();
  for (const message of [whole, streamed]) {
    assert.deepEqual(message.content.map(({ type }) => type), [
      'thinking', 'server_tool_use', 'web_search_tool_result', 'server_tool_use', 'web_search_tool_result', 'text', 'tool_use',
    ]);
    const use = message.content.at(-1);
    assert.deepEqual(use?.type === 'tool_use' && use.input, { answer: 'été' });
    assert.equal(message.stop_reason, 'tool_use');
    assert.equal(message.usage.server_tool_use?.web_search_requests, 2);
    assert.equal(message.usage.output_tokens_details?.thinking_tokens, 20);
  }
});

test('iterations are told apart, and the top level holds those of the answering model', async () => {
  const { usage } = await client.beta.messages.create(
    request('[[iteration in=100 out=10]] [[iteration in=200 out=20 cache_read=4]] [[iteration type=compaction in=900 out=90]] [[iteration type=advisor_message model=claude-opus-4-8 in=7 out=3]]'),
  );
  assert.equal(usage.input_tokens, 300);
  assert.equal(usage.output_tokens, 30);
  assert.equal(usage.cache_read_input_tokens, 4);
  assert.deepEqual(usage.iterations?.map((each) => [each.type, 'model' in each ? each.model : null]), [
    ['message', 'claude-sonnet-5'], ['message', 'claude-sonnet-5'], ['compaction', null], ['advisor_message', 'claude-opus-4-8'],
  ]);
});

test('the usage may lack what a reader was promised, or tell another context', async () => {
  const missing = await client.messages.create(request('[[usage missing]]'));
  assert.equal('usage' in missing, false);
  const { usage } = await client.messages.create(request('[[usage unsplit]] [[tokens cache_5m=4]] [[tier priority]] [[geo us]] [[speed fast]]'));
  assert.equal(usage.cache_creation, null);
  assert.equal(usage.cache_creation_input_tokens, 4);
  assert.deepEqual([usage.service_tier, usage.inference_geo, usage.speed], ['priority', 'us', 'fast']);
});

test('the words follow the seed, in deltas of the size that is asked for', async () => {
  const told = async (/** @type {string} */ seed) => textOf(await client.messages.create(request(`[[seed ${seed}]]`)));
  assert.equal(await told('7'), await told('7'));
  assert.notEqual(await told('7'), await told('8'));
  let deltas = 0;
  for await (const { type } of await client.messages.create({ ...request('[[tokens out=9]] [[chunk 1]] [[pace 1]]'), stream: true })) {
    if (type === 'content_block_delta') deltas += 1;
  }
  assert.equal(deltas, 9);
});

test('a plain answer is compressed where that is asked for and accepted', async () => {
  const { data, response } = await client.messages.create(request('[[gzip]]')).withResponse();
  assert.equal(response.headers.get('content-encoding'), 'gzip');
  assert.equal(data.type, 'message');
});

test('an upstream that stalls lasts longer than its client', async () => {
  const { count } = await control.usages();
  const asked = (await control.requests()).count;
  const leaving = new AbortController();
  const call = assert.rejects(client.messages.create(request('[[stall]]'), { signal: leaving.signal }), Anthropic.APIUserAbortError);
  await until('the request has arrived', async () => (await control.requests()).count > asked);
  leaving.abort();
  await call;
  assert.equal((await control.billed(count + 1)).ending, 'disconnected');
});

for (const [status, type, error] of /** @type {const} */ ([
  [400, 'invalid_request_error', Anthropic.BadRequestError],
  [401, 'authentication_error', Anthropic.AuthenticationError],
  [403, 'permission_error', Anthropic.PermissionDeniedError],
  [404, 'not_found_error', Anthropic.NotFoundError],
  [413, 'request_too_large', Anthropic.APIError],
  [429, 'rate_limit_error', Anthropic.RateLimitError],
  [500, 'api_error', Anthropic.InternalServerError],
  [529, 'overloaded_error', Anthropic.InternalServerError],
])) {
  test(`status ${status} comes in the provider's shape and is not billed`, async () => {
    const count = (await control.usages()).count;
    await assert.rejects(client.messages.create(request(`[[status ${status}]]`)), (thrown) => {
      assert.ok(thrown instanceof error);
      assert.equal(thrown.status, status);
      assert.equal(thrown.type, type);
      assert.match(thrown.requestID ?? '', /^req_up/);
      return true;
    });
    assert.equal((await control.usages()).count, count);
  });
}

test('what the provider would refuse is refused', async () => {
  const refused = (/** @type {Promise<unknown>} */ call, /** @type {number} */ status) =>
    assert.rejects(call, (thrown) => thrown instanceof Anthropic.APIError && thrown.status === status);
  await refused(clientWith('wrong').messages.create(request('hello')), 401);
  await refused(client.messages.create(request('hello', { model: 'claude-none' })), 404);
  await refused(client.messages.create(request('hello', { max_tokens: 0 })), 400);
  await refused(client.messages.create(request('hello', { messages: [] })), 400);
  await refused(client.messages.create(request('[[tokns in=1]]')), 400);
  await refused(client.messages.create(request('[[tokens inn=1]]')), 400);
  await refused(client.messages.create(request('[[pace 1]] [[pace 2]]')), 400);
  await refused(client.messages.create(request('[[search 1]]')), 400);
  const huge = await fetch(`${upstream.url}/v1/messages`, { method: 'POST', headers: { 'x-api-key': API_KEY }, body: 'x'.repeat(33 << 20) });
  assert.equal(huge.status, 413);
});

test('a failure that is limited to some times lets the SDK through afterwards', async () => {
  const before = (await control.requests()).count;
  const message = await client.messages.create(request('[[status 529 times=2 id=twice]] [[tokens out=3]]'), { maxRetries: 2 });
  assert.equal(message.usage.output_tokens, 3);
  assert.equal((await control.requests()).count, before + 3);
});

test('a request that is held goes on when it is released', async () => {
  const answer = client.messages.create(request('[[hold door]]'));
  await until('the request is held', async () => (await control.held()).includes('door'));
  assert.equal(await control.release('door'), 1);
  assert.equal((await answer).type, 'message');
});

test('a stream that breaks off is billed for what was made', async () => {
  for (const [directive, ending] of [['[[reset after=5]]', 'reset'], ['[[truncate after=5]]', 'truncated'], ['[[error after=5]]', 'errored']]) {
    const count = (await control.usages()).count;
    const stream = client.messages.stream(request(`${directive} [[tokens in=30 out=100]] [[chunk 10]]`));
    await assert.rejects(stream.finalMessage());
    const last = await control.billed(count + 1);
    assert.equal(last.ending, ending);
    // Two deltas of ten tokens come after message_start, content_block_start and ping.
    assert.deepEqual([last.usage.input_tokens, last.usage.output_tokens], [30, 20]);
  }
});

test('a client that leaves is billed for what was made', async () => {
  const count = (await control.usages()).count;
  const stream = client.messages.stream(request('[[hold end after=5]] [[tokens in=30 out=100]] [[chunk 10]]'));
  for await (const event of stream) {
    if (event.type === 'content_block_delta' && (await control.held()).includes('end')) break;
  }
  const last = await control.billed(count + 1);
  assert.equal(last.ending, 'disconnected');
  assert.deepEqual([last.usage.input_tokens, last.usage.output_tokens], [30, 20]);
});

test('a reset before or in the middle of a plain answer is a lost connection', async () => {
  for (const directive of ['[[reset]]', '[[reset after=1]]', '[[truncate]]']) {
    await assert.rejects(client.messages.create(request(directive)));
  }
});

test('tokens are counted, models are listed', async () => {
  const counted = await client.messages.countTokens({ model: 'claude-sonnet-5', messages: [{ role: 'user', content: '[[tokens in=77]]' }] });
  assert.equal(counted.input_tokens, 77);
  /** @type {string[]} */
  const ids = [];
  for await (const model of client.models.list({ limit: 2 })) ids.push(model.id);
  assert.ok(ids.length > 4 && new Set(ids).size === ids.length);
  assert.equal((await client.models.retrieve('claude-haiku-4-5-20251001')).id, 'claude-haiku-4-5');
  await assert.rejects(client.models.retrieve('claude-none'), Anthropic.NotFoundError);
});

test('what arrived is recorded without the key', async () => {
  await client.messages.create(request('hello'));
  const { requests } = await control.requests();
  const last = requests.at(-1);
  assert.equal(last?.path, '/v1/messages');
  assert.equal(last?.status, 200);
  assert.match(last?.body_sha256 ?? '', /^[0-9a-f]{64}$/);
  assert.ok(!JSON.stringify(requests).includes(API_KEY));
});

test('a web page cannot reach the control port', async () => {
  const response = await fetch(`${upstream.controlUrl}/__control/usages`, { headers: { origin: 'https://evil.example' } });
  assert.equal(response.status, 404);
});
