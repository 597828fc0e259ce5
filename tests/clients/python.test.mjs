/** Runs the tests of the official Python SDK, `sdk_test.py`, against a demo of their own; each is a test here too. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { generateKey } from 'tollgate/edge';
import { Demo } from './demo.mjs';

const TESTS = fileURLToPath(new URL('sdk_test.py', import.meta.url));
// `cargo xtask test` names one that has what requirements.txt lists.
const PYTHON = process.env.TOLLGATE_PYTHON ?? 'python3';

/**
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ failure: Error | null, stderr: string }>}
 */
function run(args, env) {
  return new Promise((resolve) => execFile(PYTHON, args, { env }, (failure, _, stderr) => resolve({ failure, stderr })));
}

test('the official Python SDK', async (t) => {
  const demo = await Demo.serving();
  try {
    const env = {
      ...process.env,
      TOLLGATE_READY_FILE: demo.readyFile,
      TOLLGATE_UNKNOWN_KEY: (await generateKey('acme')).key,
      PYTHONDONTWRITEBYTECODE: '1',
    };
    const { failure, stderr } = await run([TESTS, '--verbose'], env);
    const results = Array.from(stderr.matchAll(/^(test_\w+) \(.*\) \.\.\. (.*)$/gm), ([, name = '', result]) => ({ name, result }));
    for (const { name, result } of results) {
      await t.test(name.replaceAll('_', ' '), () => assert.equal(result, 'ok', stderr));
    }
    assert.equal(failure, null, stderr);
    assert.equal(results.length, Number(/^Ran (\d+) tests/m.exec(stderr)?.[1]), stderr);
  } finally {
    await demo.stop();
  }
});
