/** Every recording in every runtime: the same bytes as the native crate. */
import { createHash } from 'node:crypto';
import { test } from 'node:test';

import { start as startChromium } from './chromium.mjs';
import { assertSame } from './compare.mjs';
import { start as startNode } from './node.mjs';
import { recordings } from './recordings.mjs';
import { start as startWorkerd } from './workerd.mjs';

/** @type {[string, () => Promise<import('./node.mjs').Runtime>][]} */
const RUNTIMES = [
  ['Node', startNode],
  ['Chromium', startChromium],
  ['workerd', startWorkerd],
];

for (const [name, start] of RUNTIMES) {
  test(`${name} answers as the native crate does`, async (t) => {
    const runtime = await start();
    try {
      for (const read of recordings()) {
        const { name: what, asked, native } = await read();
        await t.test(what, async () => {
          const answers = await runtime.answer(asked);
          t.diagnostic(`${name}, ${what}: ${lines(answers)} lines, sha256 ${digest(answers)}`);
          assertSame(name, asked, native, answers);
        });
      }
    } finally {
      await runtime.stop();
    }
  });
}

/** @param {string} text */
function digest(text) {
  return createHash('sha256').update(text).digest('hex');
}

/** @param {string} text */
function lines(text) {
  return text.split('\n').length - 1;
}
