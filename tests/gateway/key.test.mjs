import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';

import { digestOfKey, generateKey, keyFromBits, organizationOfKey } from 'tollgate/edge';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** @param {bigint} number @param {number} length */
function base62(number, length) {
  let text = '';
  for (let i = 0; i < length; i += 1, number /= 62n) text = DIGITS[Number(number % 62n)] + text;
  return text;
}

test('a key is the prefix, the organization, 256 bits and their checksum', async () => {
  const bits = Uint8Array.from({ length: 32 }, (_, i) => 255 - i);
  const { key, sha256 } = await keyFromBits('acme', bits);
  const checked = `tg_acme_${base62(BigInt(`0x${Buffer.from(bits).toString('hex')}`), 43)}`;
  assert.equal(key, `${checked}_${base62(BigInt(crc32(checked)), 6)}`);
  assert.equal(sha256, createHash('sha256').update(key).digest('hex'));
  assert.equal(await digestOfKey(key), sha256);
  assert.equal(organizationOfKey(key), 'acme');
});

test('the least and the greatest bits have keys of the same length', async () => {
  const zero = await keyFromBits('acme', new Uint8Array(32));
  const full = await keyFromBits('acme', new Uint8Array(32).fill(255));
  assert.equal(zero.key.length, 'tg_acme_'.length + 43 + 1 + 6);
  assert.equal(full.key.length, zero.key.length);
  assert.equal(organizationOfKey(zero.key), 'acme');
  assert.equal(organizationOfKey(full.key), 'acme');
});

test('an organization may hold underscores and every other character of an id', async () => {
  for (const organization of ['a_b', 'a__b_', 'tg_x', 'A.b-c:d@e_9', 'x'.repeat(64)]) {
    assert.equal(organizationOfKey((await generateKey(organization)).key), organization);
  }
});

test('what is not an organization id gets no key', async () => {
  for (const organization of ['', '_a', 'a b', 'ä', 'x'.repeat(65), 'a/b']) {
    await assert.rejects(generateKey(organization), RangeError, organization);
  }
  await assert.rejects(keyFromBits('acme', new Uint8Array(31)), RangeError);
});

test('generated keys differ', async () => {
  const keys = await Promise.all(Array.from({ length: 100 }, () => generateKey('acme')));
  assert.equal(new Set(keys.map(({ key }) => key)).size, 100);
});

test('every single wrong character is noticed', async () => {
  const { key } = await generateKey('acme');
  for (let at = 0; at < key.length; at += 1) {
    const other = key[at] === 'x' ? 'y' : 'x';
    const wrong = key.slice(0, at) + other + key.slice(at + 1);
    assert.equal(organizationOfKey(wrong), null, wrong);
  }
});

test('a key that is cut, longer or wrapped is no key', async () => {
  const { key } = await generateKey('acme');
  for (const wrong of [
    '',
    key.slice(1),
    key.slice(0, -1),
    `${key}0`,
    ` ${key}`,
    `${key}\n`,
    `${key}, ${key}`,
    'sk-ant-api03-x',
  ]) {
    assert.equal(organizationOfKey(wrong), null, wrong);
  }
});
