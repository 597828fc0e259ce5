/**
 * Runs the deployed worker on this machine under plain workerd: the same bundle, Durable Objects on the local disk. `serve.mjs` is the
 * command for it; this is for programs that start a gateway themselves, as tests do.
 *
 *   const built = await bundle({ outDir });
 *   const configPath = await writeWorkerdConfig({ bundle: built, configPath, stateDir, port: 0, vars });
 *   const gateway = await startWorkerd({ configPath });
 *   // gateway.url, gateway.port, gateway.pid
 *   await gateway.stop();
 *
 * One process a state directory: workerd does not lock it, and `machine/state.mjs` does. The log's sequence number keeps two writers from both
 * spending, but each would spoil the other's work.
 *
 * @typedef {object} Bundle
 * @property {string} dir where the modules are
 * @property {string} main the entry module, relative to `dir`
 * @property {string[]} wasm the wasm modules, relative to `dir`
 *
 * @typedef {object} Gateway
 * @property {string} url `http://127.0.0.1:PORT`
 * @property {number} port
 * @property {number} pid
 * @property {Promise<{ code: number | null, signal: NodeJS.Signals | null }>} exited settles when the process ends
 * @property {(signal?: NodeJS.Signals) => Promise<void>} stop ends the process (SIGTERM) and waits until it has gone
 */
import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const HERE = dirname(fileURLToPath(import.meta.url));

/** The variables of `src/env.ts`. `POLICY`, `UPSTREAM_BASE_URL` and `UPSTREAM_API_KEY` are required, and the others have defaults. */
export const VARIABLES = /** @type {const} */ ([
  'POLICY',
  'UPSTREAM_BASE_URL',
  'UPSTREAM_API_KEY',
  'OPERATOR_TOKEN',
  'OPENID',
  'CLIENT_ADDRESS',
  'ORGANIZATION',
  'ON_DISCONNECT',
  'UPSTREAM_TIMEOUT_MS',
  'MAX_BODY_BYTES',
  'SERVER_TOOL_ITERATIONS',
  'CODE_EXECUTION_MS',
  'SNAPSHOT_EVERY',
]);

/** @typedef {typeof VARIABLES[number]} Variable */

/**
 * How workerd collects garbage: all of it at once, each time 4 MiB of objects were made, and never only the young.
 *
 * What workerd itself makes for a message (requests, answers, headers, promises) is cleared away by full collections only, while everybody
 * waits. Left to itself V8 puts them off: at 120 messages a second one came every 25 s and took 135 to 280 ms. Now one comes every 0.7 s and takes 13 to 21.
 */
export const V8_FLAGS = ['--gc-global', '--min-semi-space-size=4', '--max-semi-space-size=4'];

/**
 * Bundles a worker into ES modules that workerd and wrangler both take: the script, and the wasm beside it.
 *
 * @param {{ outDir: string, entry?: string }} options `entry` is the deployed worker's unless another is named
 * @returns {Promise<Bundle>}
 */
export async function bundle({ outDir, entry = join(HERE, 'src/index.ts') }) {
  await build({
    entryPoints: { index: entry },
    outdir: outDir,
    bundle: true,
    format: 'esm',
    target: 'es2023',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*'],
    loader: { '.wasm': 'copy' },
    assetNames: '[name]',
    logLevel: 'warning',
    absWorkingDir: HERE,
  });
  const wasm = (await readdir(outDir)).filter((name) => name.endsWith('.wasm'));
  return { dir: resolve(outDir), main: 'index.js', wasm };
}

/**
 * Writes the configuration of one workerd process. The file holds all variables but those of `fromEnvironment`, so only its owner can read it.
 *
 * @param {object} options
 * @param {Bundle} options.bundle
 * @param {string} options.configPath where to write; its directory is made
 * @param {string} options.stateDir where the Durable Objects live; it is made, and kept between runs
 * @param {number} options.port 0 for any free one
 * @param {string} [options.host]
 * @param {Partial<Record<Variable, string>>} options.vars
 * @param {readonly Variable[]} [options.fromEnvironment] variables that workerd has from its own environment, and the file only by name
 * @returns {Promise<string>} the path that was written
 */
export async function writeWorkerdConfig({ bundle: built, configPath, stateDir, port, host = '127.0.0.1', vars, fromEnvironment = [] }) {
  const { compatibilityDate, compatibilityFlags } = await deployed();
  const configDir = resolve(dirname(configPath));
  await mkdir(configDir, { recursive: true, mode: 0o700 });
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  const embed = (/** @type {string} */ name) => `embed ${text(relative(configDir, join(built.dir, name)))}`;
  const modules = [
    `(name = ${text(built.main)}, esModule = ${embed(built.main)})`,
    ...built.wasm.map((name) => `(name = ${text(name)}, wasm = ${embed(name)})`),
  ];
  const bindings = [
    '(name = "ORGANIZATIONS", durableObjectNamespace = "OrganizationObject")',
    ...Object.entries(vars).map(([name, value]) => `(name = ${text(name)}, text = ${text(String(value))})`),
    ...fromEnvironment.map((name) => `(name = ${text(name)}, fromEnvironment = ${text(name)})`),
  ];
  const config = `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  v8Flags = [${V8_FLAGS.map(text).join(', ')}],
  services = [
    (name = "gateway", worker = .gateway),
    (name = "internet", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true))),
    (name = "state", disk = (path = ${text(resolve(stateDir))}, writable = true)),
  ],
  sockets = [(name = "http", address = ${text(`${host.includes(':') ? `[${host}]` : host}:${port}`)}, http = (), service = "gateway")],
);

const gateway :Workerd.Worker = (
  modules = [${modules.join(', ')}],
  compatibilityDate = ${text(compatibilityDate)},
  compatibilityFlags = [${compatibilityFlags.map(text).join(', ')}],
  bindings = [
    ${bindings.join(',\n    ')},
  ],
  durableObjectNamespaces = [(className = "OrganizationObject", uniqueKey = "tollgate-organization", preventEviction = true, enableSql = true)],
  durableObjectStorage = (localDisk = "state"),
  globalOutbound = "internet",
);
`;
  // Made anew: a file that is there already keeps the mode that it has.
  await rm(configPath, { force: true });
  await writeFile(configPath, config, { mode: 0o600, flag: 'wx' });
  return configPath;
}

/**
 * Starts workerd and waits until it listens.
 *
 * @param {{ configPath: string, stdio?: 'inherit' | 'ignore' }} options where the process's own output goes
 * @returns {Promise<Gateway>}
 */
export async function startWorkerd({ configPath, stdio = 'inherit' }) {
  // workerd writes a line to descriptor 3 for each socket that it has opened: the sign that it serves, and the port.
  const child = spawn(binary(), ['serve', configPath, '--control-fd=3'], { stdio: ['ignore', stdio, stdio, 'pipe'] });
  /** @type {Gateway['exited']} */
  const exited = new Promise((done) => child.once('exit', (code, signal) => done({ code, signal })));
  const port = await new Promise((done, fail) => {
    let heard = '';
    child.once('error', fail);
    void exited.then(({ code, signal }) => fail(new Error(`workerd ended with ${signal ?? code} before it listened`)));
    child.stdio[3]?.on('data', (chunk) => {
      heard += String(chunk);
      for (const line of heard.split('\n').slice(0, -1)) {
        const event = JSON.parse(line);
        if (event.event === 'listen' && event.socket === 'http') done(Number(event.port));
      }
      heard = heard.slice(heard.lastIndexOf('\n') + 1);
    });
  });
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    pid: /** @type {number} */ (child.pid),
    exited,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      await exited;
    },
  };
}

/** What `wrangler.jsonc` deploys with, so that both runs have the same rules. */
async function deployed() {
  const source = await readFile(join(HERE, 'wrangler.jsonc'), 'utf8');
  // The file is our own: its comments are whole lines, and it has no trailing commas.
  const config = JSON.parse(source.replace(/^\s*\/\/.*$/gm, ''));
  return {
    compatibilityDate: String(config.compatibility_date),
    compatibilityFlags: /** @type {string[]} */ (config.compatibility_flags),
  };
}

/** The workerd executable itself: npm's launcher would put a node process between the caller's signals and it. */
function binary() {
  const require = createRequire(import.meta.url);
  return /** @type {{ default: string }} */ (require('workerd')).default;
}

/**
 * A Cap'n Proto text literal. JSON's escapes are those of Cap'n Proto, but for `\u`, so what is not ASCII goes as bytes.
 *
 * @param {string} value
 */
function text(value) {
  let literal = '';
  for (const byte of new TextEncoder().encode(value)) {
    const printable = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c;
    literal += printable ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return `"${literal}"`;
}
