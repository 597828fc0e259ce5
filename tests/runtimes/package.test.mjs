/** The package as it was packed and installed: whole, no link to the sources, and typed. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { lstat, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';

const run = promisify(execFile);
const HERE = import.meta.dirname;
const INSTALLED = join(HERE, '../node_modules/tollgate');

/** @returns {Promise<{ exports: Record<string, unknown> }>} */
async function manifest() {
  return JSON.parse(await readFile(join(INSTALLED, 'package.json'), 'utf8'));
}

/**
 * Every file that an export can lead to.
 *
 * @param {unknown} target
 * @returns {string[]}
 */
function targets(target) {
  if (typeof target === 'string') return [target];
  if (typeof target !== 'object' || target === null) throw new Error(`an export leads to ${JSON.stringify(target)}`);
  return Object.values(target).flatMap(targets);
}

test('the package is installed from its tarball', async () => {
  const installed = await lstat(INSTALLED);
  assert.ok(installed.isDirectory() && !installed.isSymbolicLink(), 'the package is a link to its sources');
});

test('every export leads to a file that was packed', async () => {
  const { exports } = await manifest();
  const files = targets(exports);
  assert.ok(files.length >= 10, `only ${files.length} files are exported`);
  for (const file of files) assert.ok((await stat(join(INSTALLED, file))).isFile(), file);
});

test('what every web page loads stays small: the engine that decides requests is at most 170 KB as it is sent', async () => {
  const sent = gzipSync(await readFile(join(INSTALLED, 'dist/core.wasm')), { level: 9 });
  assert.ok(sent.length <= 170_000, `${sent.length} bytes`);
});

test('a Node program imports it as an ES module', async () => {
  const program = `
    import { Engine, TollgateError } from 'tollgate';
    const { engine } = Engine.create('{"schema_version":1,"organization":{"id":"acme"}}', 1000);
    console.log(engine.runLine('{"now_ms":1000,"command":{"type":"expire"}}'));
    try { engine.void('r9', 1000) } catch (error) {
      console.log(error instanceof TollgateError, error.code, error.path);
    }`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], { cwd: join(HERE, '..') });
  const [answer, mistake] = stdout.trim().split('\n');
  assert.equal(answer, '{"decision":{"type":"expired","reservations":0},"events":[],"next_deadline_ms":302401000}');
  assert.equal(mistake, 'true unknown_reservation command.reservation');
});

for (const resolution of ['nodenext', 'bundler', 'workerd', 'admin']) {
  test(`a strict TypeScript program compiles against it (${resolution})`, async () => {
    const tsc = join(HERE, 'node_modules/typescript/bin/tsc');
    const project = join(HERE, `consumer/tsconfig.${resolution}.json`);
    await run(process.execPath, [tsc, '--project', project]).catch((error) => assert.fail(`${error.stdout}${error.stderr}`));
  });
}
