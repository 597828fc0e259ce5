import assert from 'node:assert/strict';
import { test } from 'node:test';

import { assertSame, firstDifference } from './compare.mjs';

const RECORDING = [
  JSON.stringify({ case: 'a/one', now_ms: 0, policy: '{}', lines: ['q1', 'q2'] }),
  JSON.stringify({ case: 'a/two', now_ms: 0, policy: '{}', lines: ['q3'] }),
  '',
].join('\n');
const NATIVE = 'x1\nx2\ns1\nx3\ns2\n';

test('equal runs have no difference', () => {
  assert.equal(firstDifference(NATIVE, NATIVE), undefined);
  assertSame('Node', RECORDING, NATIVE, NATIVE);
});

test('the first line that differs is told with its question and both answers', () => {
  const other = 'x1\nx2\ns1\ny3\ny2\n';
  assert.throws(() => assertSame('workerd', RECORDING, NATIVE, other), {
    message: 'workerd answers differently in line 4\n  asked   a/two: q3\n  native  x3\n  workerd y3',
  });
});

test('another state behind the same answers is a difference', () => {
  assert.throws(() => assertSame('Node', RECORDING, NATIVE, 'x1\nx2\nz\nx3\ns2\n'), /a\/one: the digest of the last snapshot/);
});

test('a run that stops early is a difference', () => {
  assert.deepEqual(firstDifference(NATIVE, 'x1\nx2\n'), { line: 3, native: 's1', other: '' });
  assert.deepEqual(firstDifference('x1', 'x1\nx2'), { line: 2, native: '(no such line)', other: 'x2' });
});
