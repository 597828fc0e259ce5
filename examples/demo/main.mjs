/**
 * The demo: an example company behind the gateway, on this machine. `--help` says how to start it, docs/demo.md what to try.
 */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Gateway } from '../worker/machine/gateway.mjs';
import { Refusal } from '../worker/machine/refusal.mjs';
import { State } from '../worker/machine/state.mjs';
import { ORGANIZATION, policy } from './company.mjs';
import { Decisions } from './decisions.mjs';
import { hints } from './hints.mjs';
import { Ledger } from './ledger.mjs';
import { HELP, optionsFrom } from './options.mjs';
import { writeReadyFile } from './ready.mjs';
import { companyKeys } from './secrets.mjs';
import { Table } from './table.mjs';
import { Tour } from './tour.mjs';
import { startUpstream } from './upstream.mjs';

const REAL_API = 'https://api.anthropic.com';
const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

const random = () => randomBytes(24).toString('base64url');

/**
 * Resolves when the demo is asked to stop: by a signal, or by whoever read its output and went away. What comes after changes nothing.
 *
 * @returns {Promise<unknown>}
 */
function stopAsked() {
  return new Promise((resolve) => {
    for (const signal of SIGNALS) process.on(signal, resolve);
    process.stdout.on('error', resolve);
  });
}

/**
 * @param {import('./options.mjs').Options} options
 * @returns {Promise<{ baseUrl: string, apiKey: string, controlUrl: string | null, close(): Promise<void> }>}
 */
async function upstreamFor({ upstream }) {
  if (upstream.type === 'anthropic') {
    process.stdout.write('Requests go to the real API with the key in ANTHROPIC_API_KEY: this spends real money.\n');
    return { baseUrl: REAL_API, apiKey: upstream.apiKey, controlUrl: null, close: async () => undefined };
  }
  const apiKey = random();
  const { url, controlUrl, close } = await startUpstream({ apiKey });
  return { baseUrl: url, apiKey, controlUrl, close };
}

/**
 * @param {import('./options.mjs').Options} options
 * @param {State} state
 * @param {Promise<unknown>} stop
 * @returns {Promise<number>} the exit code
 */
async function serve(options, state, stop) {
  const { keys, digests } = await companyKeys(state);
  const decisions = new Decisions(digests);
  const upstream = await upstreamFor(options);
  /** @type {(line: string) => void} */
  let say = (line) => process.stderr.write(`${line}\n`);
  /** @type {Gateway | null} */
  let gateway = null;
  let removeReadyFile = () => {};
  try {
    const token = random();
    gateway = await Gateway.start({
      state,
      port: options.port,
      vars: {
        POLICY: JSON.stringify(policy(digests)),
        ORGANIZATION,
        UPSTREAM_BASE_URL: upstream.baseUrl,
        UPSTREAM_API_KEY: upstream.apiKey,
        OPERATOR_TOKEN: token,
        ON_DISCONNECT: 'drain',
        SERVER_TOOL_ITERATIONS: '10',
      },
      entry: fileURLToPath(new URL('worker.js', import.meta.url)),
      onOutput: (line) => {
        if (!decisions.hear(line)) say(`gateway: ${line}`);
      },
    });
    const { url } = gateway;
    const ledger = new Ledger(url, token);
    // The first look founds the organization: whoever reads the ready file finds it open.
    await ledger.balances();
    if (options.readyFile !== null) {
      const { admin, ...others } = keys;
      removeReadyFile = writeReadyFile(options.readyFile, {
        base_url: url,
        admin_key: admin,
        keys: others,
        debug: { operator_url: ledger.url, operator_token: token, upstream_control_url: upstream.controlUrl },
      });
    }
    const died = gateway.died.then((how) => {
      throw new Refusal(`the gateway ended by itself (${how})`);
    });
    const ended = Promise.race([stop, died]);
    if (options.once) {
      const tour = new Tour({ url, keys, decisions, ledger, print: (line) => process.stdout.write(`${line}\n`) });
      return await tourCode(ended, tour.run());
    }
    process.stdout.write(hints({ url, keys, local: options.upstream.type === 'local' }));
    const table = new Table({ decisions, ledger, stream: process.stdout });
    say = (line) => table.say(line);
    try {
      await ended;
      return 0;
    } finally {
      table.close();
    }
  } finally {
    // Whoever finds the file finds the demo: it goes before the demo does.
    removeReadyFile();
    // The upstream first: requests that are under way fail and are settled, and the gateway need not wait for them.
    await upstream.close();
    await gateway?.stop();
  }
}

/**
 * The exit code of a tour: 0 only when it was walked to its end and everything was as expected.
 *
 * @param {Promise<unknown>} stopped
 * @param {Promise<number>} tour the number of things that were not as expected
 */
async function tourCode(stopped, tour) {
  const unexpected = await Promise.race([stopped.then(() => null), tour]);
  return unexpected === 0 ? 0 : 1;
}

async function main() {
  const options = optionsFrom(process.argv.slice(2), process.env);
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const stop = stopAsked();
  const state = State.take(options.stateDir, 'demo');
  try {
    // A script that waits for the file must not find that of an earlier run.
    if (options.readyFile !== null) rmSync(options.readyFile, { force: true });
    return await serve(options, state, stop);
  } finally {
    state.release();
  }
}

/** @returns {Promise<number>} */
async function exitCode() {
  try {
    return await main();
  } catch (error) {
    const expected = error instanceof Refusal;
    process.stderr.write(`${expected ? `demo: ${error.message}` : error instanceof Error ? error.stack : String(error)}\n`);
    return expected ? error.exitCode : 1;
  }
}

const code = await exitCode();
// Not left to an empty event loop: a tour that was stopped may still be waiting to retry.
process.stdout.write('', () => process.exit(code));
