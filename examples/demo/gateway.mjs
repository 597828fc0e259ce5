/** The gateway's process: the deployed worker's bundle under workerd, on loopback, with its state in the demo's directory. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { bundle, writeWorkerdConfig } from '../worker/workerd.mjs';
import { Refusal } from './options.mjs';

const here = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));

/**
 * @typedef {import('./observer.mjs').Observation} Observation
 * @typedef {import('./guard.mjs').Report} Report
 */

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
   * @param {{
   *   state: import('./state.mjs').State, port: number, vars: Parameters<typeof writeWorkerdConfig>[0]['vars'],
   *   onObserved: (observed: Observation) => void, onOutput: (line: string) => void,
   * }} options
   */
  static async start({ state, port, vars, onObserved, onOutput }) {
    await mustBeFree(port);
    const built = await bundle({ outDir: join(state.runDir, 'bundle'), entry: here('worker.js') });
    const configPath = await writeWorkerdConfig({
      bundle: built,
      configPath: join(state.runDir, 'config.capnp'),
      stateDir: state.objectsDir,
      port,
      vars,
    });
    const guard = spawn(process.execPath, [here('guard.mjs'), configPath], {
      // In a group of its own: a terminal's interrupt goes to the demo alone.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc', state.lock],
    });
    listen(guard.stdout, onObserved, onOutput);
    listen(guard.stderr, onObserved, onOutput);
    const report = await firstReport(guard);
    if (report.type !== 'serving') {
      throw new Refusal(`the gateway did not start: ${report.type === 'failed' ? report.message : report.how}`);
    }
    return new Gateway(guard, report);
  }

  /** Ends the gateway and waits until it has gone. */
  async stop() {
    this.#stopped = true;
    if (this.guard.exitCode !== null || this.guard.signalCode !== null) return;
    const exited = once(this.guard, 'exit');
    if (this.guard.connected) this.guard.disconnect();
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
 * @param {(observed: Observation) => void} onObserved
 * @param {(line: string) => void} onOutput
 */
function listen(stream, onObserved, onOutput) {
  if (stream === null) return;
  createInterface({ input: stream }).on('line', (line) => {
    const observed = observation(line);
    if (observed === null) onOutput(line);
    else onObserved(observed);
  });
}

/**
 * @param {string} line
 * @returns {Observation | null}
 */
function observation(line) {
  if (!line.startsWith('{"observed":')) return null;
  return /** @type {{ observed: Observation }} */ (JSON.parse(line)).observed;
}

/** Says plainly what workerd would say in its own words. @param {number} port */
async function mustBeFree(port) {
  if (port === 0) return;
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : String(error);
    throw new Refusal(
      code === 'EADDRINUSE'
        ? `port \`${port}\` is in use: stop what listens there, or choose another with \`--port\` (0 for any)`
        : `cannot listen on port \`${port}\` (${code}): choose another with \`--port\` (0 for any)`,
    );
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
