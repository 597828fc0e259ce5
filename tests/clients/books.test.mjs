/** The ledger against the truth: what the upstream billed, priced apart, to the last digit. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { clientOf, request } from './client.mjs';
import { Demo } from './demo.mjs';
import { estimateOf, priceOf, units, usd } from './price.mjs';
import { until } from './until.mjs';

/** @type {import('./demo.mjs').Serving} */
let demo;

beforeEach(async () => {
  demo = await Demo.serving();
});
afterEach(() => demo.stop());

/** What the upstream billed altogether, at its usages' prices. */
async function truth() {
  const { usages } = await demo.control.usages();
  return usages.reduce((total, { model, usage }) => total + priceOf(model, usage), 0n);
}

const MODELS = ['claude-sonnet-5', 'claude-haiku-4-5', 'claude-opus-5', 'claude-fable-5-2'];

/**
 * Requests of every kind, the same each time: all models, every usage class, numbers without a pattern that rounding could hide in.
 *
 * @param {number} index
 */
function varied(index) {
  const n = (/** @type {number} */ step, /** @type {number} */ most) => (index * step + 1) % most;
  // A search can bring a whole context window, ten times: many at once in the model with the smallest window fit the company's budgets.
  const searches = index % 8 === 1 ? 1 + (index % 16 === 1 ? 1 : 0) : 0;
  const text = `[[tokens in=${n(7919, 9000)} out=${n(104729, 251)} cache_read=${n(31, 4001)} cache_5m=${n(17, 977)} cache_1h=${n(13, 499)}]] [[search ${searches}]]`;
  const prompt = /** @type {const} */ ({ type: 'text', text: 'A long prompt. '.repeat(1_200), cache_control: { type: 'ephemeral', ttl: '1h' } });
  return request(text, {
    model: MODELS[index % MODELS.length] ?? '',
    system: [prompt],
    ...(searches > 0 ? { tools: [{ type: 'web_search_20250305', name: 'web_search', max_uses: 2 }] } : {}),
  });
}

test('the ledger is the sum of the usages, to the last digit', async () => {
  const callers = [demo.keys.normal, demo.keys.ada].map((key) => clientOf(demo.url, key).client);
  const calls = Array.from({ length: 40 }, (_, index) => async () => {
    const client = callers[index % callers.length];
    if (index % 3 === 0) await client?.messages.stream(varied(index)).finalMessage();
    else await client?.messages.create(varied(index));
  });
  const workers = Array.from({ length: 8 }, async () => {
    for (let call = calls.pop(); call !== undefined; call = calls.pop()) await call();
  });
  await Promise.all(workers);

  const { total, keys, models, budgets } = await demo.ledger.atRest();
  const { count, usages } = await demo.control.usages();
  assert.equal(count, 40);
  assert.equal(total.settled_usd, usd(await truth()));
  assert.equal(total.assumed_usd, '0');
  for (const { model, settled_usd } of models) {
    const own = usages.filter((each) => each.model === model);
    assert.equal(settled_usd, usd(own.reduce((sum, { usage }) => sum + priceOf(model, usage), 0n)));
  }
  assert.deepEqual(models.map(({ model }) => model).sort(), [...MODELS].sort());
  assert.equal(usd(keys.reduce((sum, { settled_usd }) => sum + units(settled_usd), 0n)), total.settled_usd);
  assert.deepEqual(keys.map(({ key }) => key).sort(), ['key_ada', 'key_normal']);
  assert.equal(budgets.find(({ budget }) => budget === 'org-month')?.settled_usd, total.settled_usd);
});

test('a client that leaves in the middle of a stream is billed for all that is made', async () => {
  const { client } = clientOf(demo.url, demo.keys.normal);
  const stream = await client.messages.create({ ...request('[[hold middle after=5]] [[tokens in=300 out=200]]'), stream: true });
  for await (const { type } of stream) if (type === 'content_block_delta') break;
  await until('the upstream holds the rest', async () => (await demo.control.held()).includes('middle'));
  await demo.control.release('middle');
  const { ending, usage } = await demo.control.billed(1);
  assert.equal(ending, 'completed');
  assert.equal(usage.output_tokens, 200);
  assert.equal((await demo.ledger.atRest()).total.settled_usd, usd(await truth()));
});

test('a client that leaves before a plain answer is billed for it', async () => {
  const { client } = clientOf(demo.url, demo.keys.normal);
  const leaving = new AbortController();
  const call = client.messages.create(request('[[hold answer]] [[tokens in=300 out=200]]'), { signal: leaving.signal });
  await until('the upstream holds the answer', async () => (await demo.control.held()).includes('answer'));
  leaving.abort();
  await assert.rejects(call);
  await demo.control.release('answer');
  await demo.control.billed(1);
  assert.equal((await demo.ledger.atRest()).total.settled_usd, usd(await truth()));
});

test('what an upstream refuses is not billed', async () => {
  const { client } = clientOf(demo.url, demo.keys.normal);
  for (const status of [400, 404, 413, 429, 500, 529]) {
    await assert.rejects(client.messages.create(request(`[[status ${status}]]`)));
  }
  const { total } = await demo.ledger.atRest();
  assert.deepEqual(total, { settled_usd: '0', assumed_usd: '0', held_usd: '0' });
  assert.equal((await demo.control.usages()).count, 0);
});

for (const directive of ['[[reset after=5]]', '[[truncate after=5]]', '[[error after=5]]']) {
  test(`a stream that breaks off (${directive}) is billed with its output as it was held`, async () => {
    const { client } = clientOf(demo.url, demo.keys.normal);
    const stream = client.messages.stream(request(`${directive} [[tokens in=300 out=200]]`, { max_tokens: 250 }));
    await assert.rejects(stream.finalMessage());
    const { model, usage } = await demo.control.billed(1);
    assert.equal((await demo.ledger.atRest()).total.settled_usd, usd(estimateOf(model, usage, 250)));
  });
}
