/** What becomes of a settlement that the organization does not take at once. */
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';

import { OrganizationError, OrganizationUnavailable } from '../../pkg/dist/edge/organization_door.js';
import { Settlement } from '../../pkg/dist/edge/settlement.js';

/** @typedef {import('../../pkg/dist/edge/organization_door.js').OrganizationDoor} OrganizationDoor */

const USAGE = /** @type {const} */ ({
  type: 'anthropic',
  usage: { input_tokens: 1, output_tokens: 1 },
  complete: true,
});

/**
 * A door that refuses with these codes, one after the other, and then takes what comes; and what it was sent.
 *
 * @param {(string | Error)[]} refusals
 */
function refusing(refusals) {
  /** @type {object[]} */
  const sent = [];
  const submit = async (/** @type {object} */ command) => {
    sent.push(command);
    const refusal = refusals.shift();
    if (refusal instanceof Error) throw refusal;
    if (refusal !== undefined) throw new OrganizationError({ code: refusal, message: refusal });
  };
  return { sent, door: /** @type {OrganizationDoor} */ (/** @type {unknown} */ ({ submit })) };
}

/** @param {() => Promise<void>} work */
async function logged(work) {
  const log = mock.method(console, 'error', () => undefined);
  try {
    await work();
    return log.mock.calls.map((call) => JSON.parse(String(call.arguments[0])));
  } finally {
    log.mock.restore();
  }
}

for (const code of ['invalid_input', 'contradictory_usage']) {
  test(`a usage that is refused as ${code} is charged at the hold`, async () => {
    const { sent, door } = refusing([code]);
    const lines = await logged(() => new Settlement(door, 'r1').settle(USAGE).done);
    assert.deepEqual(sent, [
      { type: 'settle', reservation: 'r1', usage: USAGE },
      { type: 'settle', reservation: 'r1', usage: { type: 'unknown' } },
    ]);
    assert.deepEqual(lines, []);
  });

  test(`an unknown usage that is refused as ${code} is given up, and told`, async () => {
    const { sent, door } = refusing([code]);
    const [line] = await logged(() => new Settlement(door, 'r1').settle({ type: 'unknown' }).done);
    assert.equal(sent.length, 1);
    assert.deepEqual([line.command, line.reservation, line.code], ['settle', 'r1', code]);
  });
}

test('a store that fails and a clock that jumped are tried again', async () => {
  const { sent, door } = refusing([new OrganizationUnavailable('down'), 'clock_jump']);
  const lines = await logged(async () => {
    const { tried, done } = new Settlement(door, 'r1').settle(USAGE);
    assert.equal(await tried, 'more to come', 'so that somebody waits for the rest');
    await done;
  });
  assert.deepEqual(lines, []);
  assert.equal(sent.length, 3);
});

test('what is recorded or given up at once leaves nothing to wait for', async () => {
  for (const refusals of [[], ['unknown_reservation']]) {
    await logged(async () => assert.equal(await new Settlement(refusing(refusals).door, 'r1').settle(USAGE).tried, 'all'));
  }
});

test('a reservation that is not known is not settled or voided again', async () => {
  for (const record of /** @type {const} */ (['settle', 'void'])) {
    const { sent, door } = refusing(['unknown_reservation']);
    const settlement = new Settlement(door, 'r1');
    await logged(() => (record === 'settle' ? settlement.settle(USAGE) : settlement.void()).done);
    assert.equal(sent.length, 1);
  }
});

test('undoing waits for an admission that comes late', async () => {
  const { sent, door } = refusing(['unknown_reservation', new OrganizationUnavailable('down'), 'unknown_reservation']);
  assert.deepEqual(await logged(() => new Settlement(door, 'r1').undo().done), []);
  assert.deepEqual(sent, Array(4).fill({ type: 'void', reservation: 'r1' }));
});

test('undoing what never comes ends after seconds, without a word', async () => {
  const { sent, door } = refusing(Array(100).fill('unknown_reservation'));
  const start = Date.now();
  // The time passes in leaps, so that nobody waits for it.
  const now = mock.method(Date, 'now', () => start + 2_000 * sent.length);
  try {
    assert.deepEqual(await logged(() => new Settlement(door, 'r1').undo().done), []);
  } finally {
    now.mock.restore();
  }
  assert.equal(sent.length, 3);
});
