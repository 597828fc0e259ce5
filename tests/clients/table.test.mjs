/** The live table on terminals of every size. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KEY_NAMES, keyId } from '../../examples/demo/company.mjs';
import { drawn } from '../../examples/demo/table.mjs';

/** @param {number} at @returns {import('../../examples/demo/decisions.mjs').Row} */
const row = (at) => ({
  reservation: `req_${at}`,
  atMs: at * 1000,
  key: at % 2 === 0 ? 'tight_budget' : 'normal',
  model: 'claude-sonnet-5',
  operation: 'messages',
  allowed: at % 2 === 1,
  reason: at % 2 === 0 ? 'budget_exceeded: tight-month, and a budget with a long name' : 'within limits',
  holdUsd: '0.003846',
  outcome: at % 2 === 0 ? 'none' : 'settled',
  costUsd: at % 2 === 0 ? null : '0.00123456789',
  estimated: at % 3 === 0,
  deadlineMs: 0,
});

const balance = { settled_usd: '0.123456789012', assumed_usd: '0', held_usd: '0.003846' };
const balances = {
  total: balance,
  keys: KEY_NAMES.map((name) => ({ key: keyId(name), ...balance })),
  budgets: ['org-month', 'bot-week', 'tight-month', 'research-day'].map((budget) => ({ budget, cap_usd: '500', mode: 'enforce', ...balance })),
};
const decisions = { counts: new Map([['admin', { allowed: 3, denied: 1 }]]), rows: Array.from({ length: 60 }, (_, at) => row(at)) };

/** @param {number} width @param {number} height */
const lines = (width, height) => drawn(decisions, balances, { width, height }, (_, text) => text).split('\n');

test('nothing is wider or higher than the terminal', () => {
  for (let width = 20; width <= 200; width += 3) {
    for (let height = 3; height <= 60; height += 3) {
      const shown = lines(width, height);
      assert.ok(shown.length <= height, `${shown.length} lines at height ${height}`);
      for (const line of shown) assert.ok(line.length <= width, `${line.length} at width ${width}: ${line}`);
    }
  }
});

test('every key is there with its sums, also on the smallest usual terminal', () => {
  for (const [width, height] of /** @type {const} */ ([[80, 23], [100, 30], [160, 50]])) {
    const shown = lines(width, height);
    for (const name of KEY_NAMES) assert.ok(shown.some((line) => line.startsWith(name) && line.includes('0.123456789012')), `${name} at ${width}`);
    assert.ok(shown.some((line) => /^admin +3 +1 /.test(line)));
  }
});

test('operation and model give way, a long reason is cut', () => {
  const wide = lines(200, 50).find((line) => line.startsWith('time')) ?? '';
  assert.match(wide, /time +what +key +operation +model +reason +cost/);
  const narrow = lines(80, 50);
  assert.match(narrow.find((line) => line.startsWith('time')) ?? '', /^time +what +key +(model +)?reason +cost$/);
  assert.ok(narrow.some((line) => line.includes('deny') && line.includes('…')));
  assert.ok(narrow.some((line) => line.includes('0.00123456789 usd')));
});

test('the newest decision is on top, and always shown', () => {
  for (const height of [5, 23, 50]) {
    const shown = lines(120, height);
    const head = shown.findIndex((line) => line.startsWith('time'));
    assert.ok(head >= 0 && shown[head + 1]?.startsWith('00:00:59'), `height ${height}`);
  }
});
