/** Usage out of a stream, wherever it is cut, and however its lines end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { EventStreamMeter } from '../../pkg/dist/edge/event_stream.js';
import { MessageUsage } from '../../pkg/dist/edge/usage.js';
import { USAGE, event, events } from './upstream.mjs';

const encoder = new TextEncoder();

/** @param {readonly Uint8Array[]} chunks @param {'none' | '5m' | '1h'} [cacheWrite] */
function metered(chunks, cacheWrite = 'none') {
  const usage = new MessageUsage(cacheWrite);
  const meter = new EventStreamMeter(usage);
  for (const chunk of chunks) meter.feed(chunk);
  return { usage, meter, settlement: usage.toSettlement() };
}

/** @param {string} text */
const whole = (text) => [encoder.encode(text)];

const { start, text, delta, stop } = events();
const ALL = start + text + delta + stop;
const COMPLETE = { type: 'anthropic', usage: { ...USAGE, output_tokens: 20 }, complete: true };

test('a whole stream', () => {
  assert.deepEqual(metered(whole(ALL)).settlement, COMPLETE);
});

for (const [name, form] of /** @type {[string, (lf: string) => string][]} */ ([
  ['line feeds', (lf) => lf],
  ['carriage returns and line feeds', (lf) => lf.replaceAll('\n', '\r\n')],
  ['carriage returns', (lf) => lf.replaceAll('\n', '\r')],
])) {
  test(`cut in two anywhere, with ${name}`, () => {
    const bytes = encoder.encode(`${form(ALL)}${form(': the end\n\n')}`);
    for (let at = 0; at <= bytes.length; at += 1) {
      assert.deepEqual(metered([bytes.subarray(0, at), bytes.subarray(at)]).settlement, COMPLETE, `cut at ${at}`);
    }
  });

  test(`byte by byte, with ${name}`, () => {
    const bytes = encoder.encode(`${form(ALL)}${form(': the end\n\n')}`);
    assert.deepEqual(metered(Array.from(bytes, (_, at) => bytes.subarray(at, at + 1))).settlement, COMPLETE);
  });
}

test('characters of several bytes may be cut', () => {
  const bytes = encoder.encode(event('content_block_delta', { delta: { text: 'ä€😀' } }) + ALL);
  for (let at = 0; at < 120; at += 1) {
    assert.deepEqual(metered([bytes.subarray(0, at), bytes.subarray(at)]).settlement, COMPLETE);
  }
});

test('comments, other fields, and data over several lines', () => {
  const lines = JSON.stringify({ type: 'message_start', message: { usage: USAGE } }, null, 2).split('\n');
  const spread = `: hello\nid: 7\nretry: 5\nevent: message_start\n${lines.map((line) => `data: ${line}\n`).join('')}\n`;
  assert.deepEqual(metered(whole(`${spread}:\n\n${delta}${stop}`)).settlement, COMPLETE);
});

test('what looks like an event inside the text is none', () => {
  const quoted = event('content_block_delta', {
    delta: { text: 'event: message_stop\ndata: {"usage":{"output_tokens":0}}\n\n' },
  });
  assert.deepEqual(metered(whole(start + quoted + delta)).settlement, { ...COMPLETE, complete: false });
});

test('without its end a message is not complete', () => {
  const { settlement, usage } = metered(whole(start + text + delta));
  assert.deepEqual(settlement, { ...COMPLETE, complete: false });
  assert.equal(usage.complete, false);
});

test('without its start nothing is known', () => {
  assert.deepEqual(metered(whole('')).settlement, { type: 'unknown' });
  assert.deepEqual(metered(whole(text + delta + stop)).settlement, { type: 'unknown' });
  assert.deepEqual(metered(whole(event('error', { error: { type: 'overloaded_error' } }))).settlement, {
    type: 'unknown',
  });
});

test('an event that is no JSON is passed over, and the output that it would have counted stays unknown', () => {
  assert.deepEqual(metered(whole(`${start}event: message_delta\ndata: {"usage"\n\n${stop}`)).settlement, {
    type: 'anthropic',
    usage: { ...USAGE, output_tokens: 1 },
    complete: false,
  });
});

test('a stream with server tools that breaks off is charged at the whole hold', () => {
  const usage = new MessageUsage('none', false);
  usage.start({ usage: { ...USAGE, output_tokens: 1 } });
  assert.deepEqual(usage.toSettlement(), { type: 'unknown' });
});

/** @type {[name: string, containers: 'none' | 'may_run' | 'preloaded', told: unknown[], expected: null[] | undefined][]} */
const CONTAINERS = [
  ['none may run', 'none', [{ id: 'c' }], undefined],
  ['none ran', 'may_run', [null], undefined],
  ['one ran', 'may_run', [{ id: 'c' }], [null]],
  ['one ran, told once', 'may_run', [{ id: 'c' }, null], [null]],
  ['nothing is told', 'may_run', [undefined], [null]],
  ['files were loaded', 'preloaded', [null], [null]],
];

for (const [name, containers, told, expected] of CONTAINERS) {
  test(`container time: ${name}`, () => {
    const usage = new MessageUsage('none', false, containers);
    const meter = new EventStreamMeter(usage);
    // The start of a stream knows no container yet.
    const first = event('message_start', { message: { usage: USAGE, container: null } });
    const deltas = told.map((container) =>
      event('message_delta', { delta: { container }, usage: { output_tokens: 20 } }),
    );
    meter.feed(encoder.encode(first + deltas.join('') + stop));
    const settlement = usage.toSettlement();
    assert.ok(settlement.type === 'anthropic' && settlement.complete);
    assert.deepEqual(settlement.code_execution_ms, expected);
  });
}

/** @type {[name: string, deltas: Record<string, unknown>[], expected: Record<string, unknown>][]} */
const MERGES = [
  [
    'counts are cumulative: the last one is taken',
    [{ output_tokens: 5 }, { output_tokens: 9 }, { output_tokens: 12 }],
    { output_tokens: 12 },
  ],
  ['zero is a count', [{ output_tokens: 0, input_tokens: 0 }], { output_tokens: 0, input_tokens: 0 }],
  ['null is none', [{ output_tokens: 3, input_tokens: null, cache_read_input_tokens: null }], { output_tokens: 3 }],
  [
    'input that grew with server tools',
    [{ output_tokens: 3, input_tokens: 70, server_tool_use: { web_search_requests: 2 } }],
    { output_tokens: 3, input_tokens: 70, server_tool_use: { web_search_requests: 2 } },
  ],
  [
    'iterations',
    [{ output_tokens: 3, iterations: [{ type: 'message', input_tokens: 1 }] }],
    { output_tokens: 3, iterations: [{ type: 'message', input_tokens: 1 }] },
  ],
];

for (const [name, deltas, expected] of MERGES) {
  test(`usage: ${name}`, () => {
    const { settlement } = metered(
      whole(start + deltas.map((usage) => event('message_delta', { usage })).join('') + stop),
    );
    assert.deepEqual(settlement, { type: 'anthropic', usage: { ...USAGE, ...expected }, complete: true });
  });
}

for (const [cacheWrite, split] of /** @type {['5m' | '1h', object][]} */ ([
  ['5m', { ephemeral_5m_input_tokens: 70, ephemeral_1h_input_tokens: 20 }],
  ['1h', { ephemeral_5m_input_tokens: 40, ephemeral_1h_input_tokens: 50 }],
])) {
  test(`usage: cache writes that came later were written for ${cacheWrite}, as the request asked`, () => {
    const first = events({
      start: {
        cache_creation_input_tokens: 60,
        cache_creation: { ephemeral_5m_input_tokens: 40, ephemeral_1h_input_tokens: 20 },
      },
      delta: { cache_creation_input_tokens: 90 },
    });
    const { settlement } = metered(whole(first.start + first.delta + first.stop), cacheWrite);
    assert.ok(settlement.type === 'anthropic');
    const { cache_creation } = /** @type {{ cache_creation: object }} */ (settlement.usage);
    assert.deepEqual(cache_creation, split);
  });
}

test('the meter knows whether a line is open', () => {
  for (const [cut, open] of /** @type {[string, boolean][]} */ ([
    ['', false],
    ['data: x', true],
    ['data: x\n', false],
    ['data: x\r', false],
    ['data: x\n\n', false],
  ])) {
    assert.equal(metered(whole(cut)).meter.insideLine, open, JSON.stringify(cut));
  }
});
