/** Runs the tests of the official Python SDK, `sdk_test.py`, against a demo of their own; each is a test here too. */
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { generateKey } from 'tollgate/edge';
import { Demo } from './demo.mjs';
import { pythonTests } from './python.mjs';

const TESTS = fileURLToPath(new URL('sdk_test.py', import.meta.url));

test('the official Python SDK', async (t) => {
  const demo = await Demo.serving();
  try {
    await pythonTests(t, TESTS, {
      TOLLGATE_READY_FILE: demo.readyFile,
      TOLLGATE_UNKNOWN_KEY: (await generateKey('acme')).key,
    });
  } finally {
    await demo.stop();
  }
});
