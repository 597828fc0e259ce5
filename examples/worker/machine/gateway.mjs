/** The gateway's process on one machine: a worker's bundle under workerd, with its state in a directory that this process has taken. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { bundle, writeWorkerdConfig } from '../workerd.mjs';
import { Refusal } from './refusal.mjs';

const here = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url).href);

/** Variables that go from environment to environment: a file would outlive a gateway that was killed. */
const SECRETS = /** @type {const} */ (['UPSTREAM_API_KEY', 'OPERATOR_TOKEN', 'OPENID']);

/** @typedef {import('./guard.mjs').Report} Report */

export class Gateway {
  #stopped = false;

  /**
   * @param {import('node:child_process').ChildProcess} guard
   * @param {{ url: string, pid: number }} serving
   */
  constructor(guard, { url, pid }) {
    this.guard = guard;
    this.url = url;
    this.pid = pid;
    /** Settles when the process ends although nobody stopped it. @type {Promise<string>} */
    this.died = new Promise((resolve) => {
      let how = 'its guard was killed';
      guard.on('message', (/** @type {Report} */ report) => {
        if (report.type === 'ended') how = report.how;
      });
      guard.once('exit', () => {
        // A guard that was killed could not take the gateway with it.
        if (!this.#stopped && how === 'its guard was killed') endQuietly(pid);
        if (!this.#stopped) resolve(how);
      });
    });
  }

  /**
   * @param {object} options
   * @param {import('./state.mjs').State} options.state
   * @param {number} options.port 0 for any free one
   * @param {string} [options.host]
   * @param {Parameters<typeof writeWorkerdConfig>[0]['vars']} options.vars
   * @param {string} [options.entry] the deployed worker's unless another is named
   * @param {(line: string) => void} options.onOutput what the process says
   */
  static async start({ state, port, host = '127.0.0.1', vars, entry, onOutput }) {
    await mustBeFree(port, host);
    const secrets = SECRETS.filter((name) => vars[name] !== undefined);
    const isSecret = new Set(/** @type {readonly string[]} */ (secrets));
    const built = await bundle({ outDir: join(state.runDir, 'bundle'), ...(entry !== undefined && { entry }) });
    const configPath = await writeWorkerdConfig({
      bundle: built,
      configPath: join(state.runDir, 'config.capnp'),
      stateDir: state.objectsDir,
      port,
      host,
      vars: Object.fromEntries(Object.entries(vars).filter(([name]) => !isSecret.has(name))),
      fromEnvironment: secrets,
    });
    const guard = spawn(process.execPath, [here('guard.mjs'), configPath], {
      // In a group of its own: a terminal's interrupt goes to this program alone.
      detached: true,
      env: { ...process.env, ...Object.fromEntries(secrets.map((name) => [name, vars[name]])) },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc', state.lock],
    });
    listen(guard.stdout, onOutput);
    listen(guard.stderr, onOutput);
    const report = await firstReport(guard);
    if (report.type !== 'serving') {
      throw new Refusal(`the gateway did not start: ${report.type === 'failed' ? report.message : report.how}`);
    }
    return new Gateway(guard, report);
  }

  /**
   * Ends the gateway and waits until it has gone.
   *
   * @param {number} [withinMs] how long requests that are under way are waited for; a later call may shorten it
   */
  async stop(withinMs) {
    this.#stopped = true;
    if (this.guard.exitCode !== null || this.guard.signalCode !== null) return;
    const exited = once(this.guard, 'exit');
    if (withinMs === undefined && this.guard.connected) this.guard.disconnect();
    if (withinMs !== undefined && this.guard.connected) this.guard.send({ stopWithinMs: withinMs });
    await exited;
  }
}

/**
 * @param {import('node:child_process').ChildProcess} guard
 * @returns {Promise<Report>}
 */
function firstReport(guard) {
  return new Promise((resolve) => {
    guard.once('message', (/** @type {Report} */ report) => resolve(report));
    guard.once('exit', (code, signal) => resolve({ type: 'ended', how: String(signal ?? code) }));
  });
}

/**
 * @param {import('node:stream').Readable | null} stream
 * @param {(line: string) => void} onOutput
 */
function listen(stream, onOutput) {
  if (stream !== null) createInterface({ input: stream }).on('line', onOutput);
}

/** Says plainly what workerd would say in its own words. @param {number} port @param {string} host */
async function mustBeFree(port, host) {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : String(error);
    switch (code) {
      case 'EADDRINUSE':
        throw new Refusal(`port \`${port}\` is in use: stop what listens there, or choose another with \`--port\` (0 for any)`);
      case 'EACCES':
        throw new Refusal(`may not listen on port \`${port}\` (${code}): choose another with \`--port\` (0 for any)`);
      default:
        throw new Refusal(`cannot listen on \`${host}\` (${code}): give an address of this machine with \`--host\``);
    }
  }
  server.close();
  await once(server, 'close');
}

/** @param {number} pid */
function endQuietly(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended with its guard.
  }
}
