/** Instants are shown as JavaScript's own dates would show them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { rfc3339 } from '../../pkg/dist/edge/instant.js';

const DAY_MS = 86_400_000;

/** @param {number} ms */
const same = (ms) => assert.equal(rfc3339(ms), new Date(ms).toISOString());

for (const [first, last] of [
  ['0000-01-01', '0004-12-31'],
  ['1899-01-01', '2301-12-31'],
  ['9995-01-01', '9999-12-31'],
]) {
  test(`every day from ${first} to ${last}, at its first and its last millisecond`, () => {
    for (let ms = Date.parse(`${first}`); ms <= Date.parse(`${last}`); ms += DAY_MS) {
      const date = new Date(ms).toISOString().slice(0, 10);
      assert.equal(rfc3339(ms), `${date}T00:00:00.000Z`);
      assert.equal(rfc3339(ms + DAY_MS - 1), `${date}T23:59:59.999Z`);
    }
  });
}

test('every second of a day, and every millisecond of a second', () => {
  const day = Date.parse('2024-02-29T00:00:00Z');
  for (let second = 0; second < 86_400; second += 1) same(day + second * 1_000 + (second % 1_000));
  for (let ms = 0; ms < 1_000; ms += 1) same(day + ms);
});

test('parts of a millisecond do not count, before 1970 neither', () => {
  for (const ms of [1_764_000_000_000.9, 0.5, -0.5, -1.5]) same(ms);
});

test('what no calendar of four digits holds is shown as JavaScript does, or refused', () => {
  for (const ms of [-62_167_219_200_001, 253_402_300_800_000, 8.64e15]) same(ms);
  for (const ms of [NaN, Infinity, 8.64e15 + 1]) assert.throws(() => rfc3339(ms), RangeError);
});
