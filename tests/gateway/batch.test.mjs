/** Work that comes close together is done at once where the disk is slow, and nothing waits where it is fast. */
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';

import { Batch } from '../../pkg/dist/edge/batch.js';

/** Lets everything happen that waits for nothing but its turn. */
const settled = () => new Promise((done) => setImmediate(done));

/** A batch over a disk that takes so long for each write, after some writes. @param {number} diskMs */
async function after(diskMs) {
  /** @type {(() => void)[]} */
  const writes = [];
  const batch = new Batch({ sync: () => new Promise((done) => writes.push(() => done(undefined))) });
  for (let write = 0; write < 8; write += 1) {
    batch.wrote();
    // What is written while another write is waited for is not measured by itself.
    batch.wrote();
    mock.timers.tick(diskMs);
    assert.equal(writes.length, 1);
    writes.pop()?.();
    await settled();
  }
  return batch;
}

test('on a fast disk everything is done at once', async () => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  try {
    const batch = await after(1);
    /** @type {number[]} */
    const done = [];
    const results = [1, 2, 3].map((each) => batch.run(() => done.push(each)));
    assert.deepEqual(done, [1, 2, 3]);
    assert.deepEqual(await Promise.all(results), [1, 2, 3]);
  } finally {
    mock.timers.reset();
  }
});

test('on a slow disk what comes within a millisecond is done together, in its order, each by itself', async () => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  try {
    const batch = await after(20);
    /** @type {number[]} */
    const done = [];
    const work = (/** @type {number} */ each) =>
      batch.run(() => {
        if (each === 2) throw new Error('two');
        return done.push(each);
      });
    const results = [1, 2, 3].map(work);
    const outcomes = Promise.allSettled(results);
    await settled();
    assert.deepEqual(done, []);
    mock.timers.tick(1);
    assert.deepEqual(done, [1, 3]);
    assert.deepEqual(
      (await outcomes).map((each) => (each.status === 'fulfilled' ? each.value : each.reason.message)),
      [1, 'two', 2],
    );
    // No more than some at a time, and nobody is forgotten.
    const many = Array.from({ length: 150 }, (_, index) => work(10 + index));
    for (const most of [66, 130, 152]) {
      mock.timers.tick(1);
      assert.equal(done.length, most);
    }
    await Promise.all(many);
  } finally {
    mock.timers.reset();
  }
});
