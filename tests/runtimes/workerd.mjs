/** workerd: a bundle of the package's `workerd` condition, and a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { build } from 'esbuild';

const HERE = import.meta.dirname;

/** @returns {Promise<import('./node.mjs').Runtime>} */
export async function start() {
  const directory = await mkdtemp(join(tmpdir(), 'tollgate-worker-'));
  await build({
    entryPoints: [join(HERE, 'worker/main.mjs')],
    outdir: directory,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    conditions: ['workerd', 'worker', 'browser'],
    loader: { '.wasm': 'copy' },
    assetNames: '[name]',
    logLevel: 'warning',
  });
  const wasm = (await readdir(directory)).filter((name) => name.endsWith('.wasm'));
  if (wasm.length !== 3) throw new Error(`the bundle has ${wasm.length} wasm modules beside the script, not three`);
  const config = join(directory, 'config.capnp');
  await writeFile(config, configuration(wasm));
  const child = spawn(program(), ['serve', '--control-fd=3', config], { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] });
  const exited = once(child, 'exit');
  const port = await Promise.race([
    listening(/** @type {import('node:stream').Readable} */ (child.stdio[3])),
    exited.then(([code]) => Promise.reject(new Error(`workerd ended with ${code} before it listened`))),
  ]);
  return {
    name: 'workerd',
    async answer(recording) {
      const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: recording });
      if (!response.ok) throw new Error(`workerd answered ${response.status}: ${await response.text()}`);
      return response.text();
    },
    async stop() {
      child.kill('SIGTERM');
      await exited;
      await rm(directory, { recursive: true });
    },
  };
}

/**
 * The port that workerd reports on its control channel.
 *
 * @param {import('node:stream').Readable} control
 * @returns {Promise<number>}
 */
async function listening(control) {
  for await (const line of createInterface({ input: control })) {
    const message = JSON.parse(line);
    if (message.event === 'listen') return Number(message.port);
  }
  throw new Error('workerd closed its control channel before it listened');
}

/** The binary itself: npm's launcher would put a process between a signal and it. */
function program() {
  const require = createRequire(import.meta.url);
  return /** @type {{ default: string }} */ (require('workerd')).default;
}

/** @param {string[]} wasm */
function configuration(wasm) {
  const modules = [
    '(name = "main.js", esModule = embed "main.js")',
    ...wasm.map((name) => `(name = "${name}", wasm = embed "${name}")`),
  ];
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "replay", worker = .replay)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "replay")],
);

const replay :Workerd.Worker = (
  modules = [${modules.join(', ')}],
  compatibilityDate = "2026-05-01",
);
`;
}
