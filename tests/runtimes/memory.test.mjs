/**
 * What reservations take of an isolate's memory: the figures of `max_reservations` in docs/policy.md.
 * `node --test --test-name-pattern reservation tests/runtimes/memory.test.mjs` prints them; `RESERVATIONS=100000` before it
 * measures as many as the default permits.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';

/** @type {WebAssembly.Instance[]} */
const instances = [];
const Instance = WebAssembly.Instance;
// The engine is no one's but its module's: its memory is seen where it is made.
WebAssembly.Instance = class extends Instance {
  /** @param {ConstructorParameters<typeof Instance>} given */
  constructor(...given) {
    super(...given);
    instances.push(this);
  }
};
const { Engine } = await import('tollgate');

const RESERVATIONS = Number(process.env.RESERVATIONS ?? 30_000);
const NOW = 1_764_000_000_000;
const POLICY = JSON.stringify({
  schema_version: 1,
  organization: { id: 'acme' },
  members: [{ id: 'ada', email: 'ada@acme.example', role: 'admin' }],
  keys: [{ id: 'k', owner: { member: 'ada' } }],
  limits: [{ id: 'rpm', scope: 'organization', meter: 'requests', rate: 1_000_000_000, period_ms: 1_000, capacity: 1_000_000_000 }],
  budgets: [{ id: 'ever', scope: 'organization', window: 'total', cap_usd: '1000000' }],
});

/** The bytes of the engine's memory, which never shrinks. */
function bytes() {
  const memory = /** @type {WebAssembly.Memory} */ (instances.at(-1)?.exports.memory);
  return memory.buffer.byteLength;
}

/**
 * Says what was measured, and refuses what the documentation does not promise.
 *
 * @param {string} what
 * @param {number} before
 * @param {number} most bytes for each reservation
 */
function within(what, before, most) {
  const each = (bytes() - before) / RESERVATIONS;
  console.log(`${RESERVATIONS} reservations, ${what}: ${(bytes() / 1_048_576).toFixed(1)} MB, ${each.toFixed(0)} bytes each`);
  assert.ok(each <= most, `${what}: ${each.toFixed(0)} bytes for each reservation, ${most} at most`);
}

test('a reservation takes as little memory as the documentation says', () => {
  const { engine } = Engine.create(POLICY, NOW);
  const before = bytes();
  for (let number = 0; number < RESERVATIONS; number += 1) {
    const reservation = `req_${String(number).padStart(32, '0')}`;
    const request = { max_tokens: 10, input: { tokens: 10 }, cache_write: 'none' };
    const admit = { type: 'admit', reservation, credential: { key: 'k' }, model: 'claude-sonnet-5', request, timeout_ms: number === 0 ? 60_000 : 600_000 };
    engine.submitText(JSON.stringify(admit), NOW + 1);
    const usage = { type: 'final', parts: [{ input_tokens: 100_000, cache_read_tokens: 20_000, output_tokens: 5_000 }] };
    if (number > 0) engine.submitText(JSON.stringify({ type: 'settle', reservation, usage }), NOW + 1);
  }
  within('remembered', before, 500);
  engine.decideText('{"type":"expire"}', NOW + 60_002);
  engine.decideText(JSON.stringify({ type: 'void', reservation: 'req_'.padEnd(36, '0') }), NOW + 60_003);
  within('after a decision past what is due', before, 600);
  const snapshot = engine.snapshot();
  within('after a snapshot', before, 850);
  engine.free();
  const restored = Engine.restore(snapshot);
  assert.ok(Buffer.compare(restored.snapshot(), snapshot) === 0);
  restored.free();
});
