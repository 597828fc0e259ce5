/** Python, as the suites use it: whole test files, each of whose tests is a test here too, and single programs. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';

// `cargo xtask test` names one that has what requirements.txt lists.
const PYTHON = process.env['TOLLGATE_PYTHON'] ?? 'python3';

/**
 * Runs Python.
 *
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string }} [options] `env`: beside this process's
 * @returns {Promise<{ failure: Error | null, stdout: string, stderr: string }>}
 */
export function python(args, { env = {}, cwd } = {}) {
  const all = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', ...env };
  const options = { env: all, cwd, maxBuffer: 64 * 1024 * 1024 };
  return new Promise((resolve) => {
    execFile(PYTHON, args, options, (failure, stdout, stderr) => resolve({ failure, stdout, stderr }));
  });
}

/**
 * Runs a file of `unittest`, and tells of each of its tests.
 *
 * @param {import('node:test').TestContext} t
 * @param {string} file
 * @param {NodeJS.ProcessEnv} env
 */
export async function pythonTests(t, file, env) {
  const { failure, stderr } = await python([file, '--verbose'], { env });
  const results = Array.from(stderr.matchAll(/^(test_\w+) \(.*\) \.\.\. (.*)$/gm), ([, name = '', result]) => ({ name, result }));
  for (const { name, result } of results) {
    await t.test(name.replaceAll('_', ' '), () => assert.equal(result, 'ok', stderr));
  }
  assert.equal(failure, null, stderr);
  assert.equal(results.length, Number(/^Ran (\d+) tests/m.exec(stderr)?.[1]), stderr);
}
