/** Code execution: held at what the operator says, and charged so where a container ran. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MODEL, message } from './company.mjs';
import { servingWith } from './serving.mjs';
import { USAGE, event, json } from './upstream.mjs';

/** Ten minutes: 0.05 USD an hour. */
const CONTAINER_MS = 600_000;
const BODY = message({ tools: [{ type: 'code_execution_20260521', name: 'code_execution' }] });
const CONTAINER = { id: 'container_1', expires_at: '2026-11-24T00:00:00Z' };

/** @param {unknown} container */
const whole = (container) =>
  json(200, { id: 'msg_1', type: 'message', role: 'assistant', model: MODEL, content: [], container, usage: USAGE });

/** @param {unknown} container @returns {import('./upstream.mjs').Script} */
const streamed = (container) => (response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const first = { id: 'msg_1', type: 'message', model: MODEL, content: [], container: null, usage: USAGE };
  response.write(event('message_start', { message: first }));
  response.write(event('message_delta', { delta: { container }, usage: { output_tokens: 20 } }));
  response.end(event('message_stop', {}));
};

test('an answer that used a container is charged for the most time of one, beyond the free hours', () =>
  servingWith({ vars: { SERVER_TOOL_ITERATIONS: '10', CODE_EXECUTION_MS: String(CONTAINER_MS) } }, async (gateway, upstream) => {
    upstream.scripts = [whole(CONTAINER), whole(null), streamed(CONTAINER), streamed(null)];
    for (let number = 0; number < 4; number += 1) {
      const answer = await gateway.post(number < 2 ? BODY : { ...BODY, stream: true });
      assert.equal(answer.status, 200);
      await answer.text();
    }
    const made = (await gateway.events()).map(({ event }) => event);
    const reserved = made.filter(({ type }) => type === 'reserved');
    assert.deepEqual(
      reserved.map(({ request }) => request.code_execution_ms),
      Array(4).fill(CONTAINER_MS),
    );
    const settled = made.filter(({ type }) => type === 'settled');
    const ran = { billed_ms: CONTAINER_MS, free_ms: CONTAINER_MS };
    assert.deepEqual(
      settled.map(({ code_execution, estimated }) => [code_execution, estimated]),
      [
        [ran, true],
        [null, false],
        [ran, true],
        [null, false],
      ],
    );
    // All four are within the free hours: 10 tokens in and 20 out each, at 1 and 5 USD a million.
    assert.deepEqual(
      settled.map(({ charge_usd }) => charge_usd),
      Array(4).fill('0.00011'),
    );
    const room = await gateway.operator('query', { type: 'headroom', credential: { key: 'key_normal' } });
    assert.equal(room.code_execution.used_ms, 2 * CONTAINER_MS);
  }));

test('code execution whose time nothing bounds is refused', () =>
  servingWith({ vars: { SERVER_TOOL_ITERATIONS: '10' } }, async (gateway, upstream) => {
    const refused = await gateway.post(BODY);
    const { error } = await refused.json();
    assert.deepEqual([refused.status, error.details.error_code], [400, 'unboundable_request']);
    assert.match(error.message, /`codeExecutionMs`/);
    assert.equal(upstream.received.length, 0);
  }));
