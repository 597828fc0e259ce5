/** What the object door refuses before the module sees it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Engine, TollgateError } from 'tollgate/management';

const NOW = 1_764_000_000_000;
const POLICY = {
  schema_version: /** @type {const} */ (1),
  organization: { id: 'acme' },
  members: [{ id: 'ada', email: 'ada@acme.example', role: 'admin' }],
  keys: [{ id: 'k', owner: { member: 'ada' }, expires_at: '2025-11-24T16:00:01Z' }],
};
const ADMIT = {
  reservation: 'r1',
  credential: { key: 'k' },
  model: 'claude-sonnet-5',
  request: { max_tokens: 1, input: { tokens: 1 } },
};
const RESOURCE = { owner: { member: 'ada' } };

/** @type {[name: string, call: (engine: Engine, nowMs: number) => unknown][]} */
const CALLS = [
  ['create', (_, nowMs) => Engine.create(POLICY, nowMs)],
  ['submit', (engine, nowMs) => engine.submit({ type: 'expire' }, nowMs)],
  ['preview', (engine, nowMs) => engine.preview({ type: 'expire' }, nowMs)],
  ['query', (engine, nowMs) => engine.query({ type: 'balances' }, nowMs)],
  ['admit', (engine, nowMs) => engine.admit(ADMIT, nowMs)],
  ['settle', (engine, nowMs) => engine.settle('r1', { type: 'unknown' }, nowMs)],
  ['void', (engine, nowMs) => engine.void('r1', nowMs)],
  ['expire', (engine, nowMs) => engine.expire(nowMs)],
  ['can', (engine, nowMs) => engine.can({ key: 'k' }, 'messages.create', RESOURCE, nowMs)],
  ['canKey', (engine, nowMs) => engine.canKey('k', 'messages.create', nowMs)],
  ['quote', (engine, nowMs) => engine.quote('claude-sonnet-5', ADMIT.request, nowMs)],
  ['submitText', (engine, nowMs) => engine.submitText('{"type":"expire"}', nowMs)],
  ['decideText', (engine, nowMs) => engine.decideText('{"type":"expire"}', nowMs)],
  ['previewText', (engine, nowMs) => engine.previewText('{"type":"expire"}', nowMs)],
  ['queryText', (engine, nowMs) => engine.queryText('{"type":"balances"}', nowMs)],
];
const NO_INSTANTS = [NaN, undefined, null, Infinity, -Infinity, NOW + 0.5, 2 ** 53, String(NOW), BigInt(NOW)];

for (const [name, call] of CALLS) {
  test(`${name} refuses what is no instant`, () => {
    const { engine } = Engine.create(POLICY, NOW);
    const before = engine.snapshot();
    for (const given of NO_INSTANTS) {
      assert.throws(
        () => call(engine, /** @type {number} */ (given)),
        (error) =>
          error instanceof TollgateError &&
          error.code === 'invalid_input' &&
          error.path === 'now_ms' &&
          error.message.includes(String(given)),
        String(given),
      );
    }
    assert.deepEqual(engine.snapshot(), before);
  });
}

test("a key that has expired by the engine's clock may do nothing, whatever instant is given", () => {
  const { engine } = Engine.create(POLICY, NOW);
  assert.equal(engine.canKey('k', 'messages.create', NOW), true);
  engine.submit({ type: 'advance_clock', actor: { member: 'ada' }, to_ms: NOW + 10_000 }, NOW + 10_000);
  for (const nowMs of [NOW, 0, NOW + 10_000]) {
    assert.equal(engine.canKey('k', 'messages.create', nowMs), false);
    assert.equal(engine.can({ key: 'k' }, 'messages.create', RESOURCE, nowMs), false);
  }
});
