/** The demo as a script runs it: started as a process, found by its ready file, stopped by a signal. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Control } from './control.mjs';
import { Ledger } from './ledger.mjs';
import { until } from './until.mjs';

const MAIN = fileURLToPath(new URL('../../examples/demo/main.mjs', import.meta.url));

/**
 * @typedef {'ada' | 'normal' | 'tight_limit' | 'tight_budget' | 'revoked' | 'one_model' | 'expired' | 'viewer'} KeyName
 * @typedef {{
 *   base_url: string, admin_key: string, keys: Record<KeyName, string>,
 *   debug: { operator_url: string, operator_token: string, upstream_control_url: string | null },
 * }} Ready
 */

/** What is left to undo when the test process ends, however far its tests came. @type {Set<() => void>} */
const undoing = new Set();
process.on('exit', () => {
  for (const undo of undoing) undo();
});

/** A directory that is gone when the test process ends. */
export function scratchDir() {
  const dir = mkdtempSync(join(tmpdir(), 'tollgate-clients-'));
  undoing.add(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/**
 * The environment without anything that would change what the demo does.
 *
 * @param {NodeJS.ProcessEnv} more
 */
function environment(more) {
  const { ANTHROPIC_API_KEY: _, ANTHROPIC_AUTH_TOKEN: __, ANTHROPIC_BASE_URL: ___, ...rest } = process.env;
  return { ...rest, ...more };
}

export class Demo {
  /**
   * @param {string[]} args
   * @param {NodeJS.ProcessEnv} [env]
   */
  constructor(args, env = {}) {
    this.output = '';
    this.child = spawn(process.execPath, [MAIN, ...args], { env: environment(env), stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.on('data', (/** @type {Buffer} */ chunk) => (this.output += String(chunk)));
    }
    /** The exit code, or the signal that ended it. @type {Promise<number | string>} */
    this.ended = once(this.child, 'close').then(([code, signal]) => code ?? signal);
    undoing.add(() => this.child.kill('SIGKILL'));
  }

  get running() {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** @param {NodeJS.Signals} signal */
  async stop(signal = 'SIGTERM') {
    this.child.kill(signal);
    return this.ended;
  }

  /**
   * Starts a demo and waits for its ready file.
   *
   * @param {{ args?: string[], env?: NodeJS.ProcessEnv, readyFile?: string }} [options]
   */
  static async serving({ args = [], env = {}, readyFile = join(scratchDir(), 'ready.json') } = {}) {
    const demo = new Demo(['--port', '0', '--ready-file', readyFile, ...args], env);
    return demo.serves(readyFile);
  }

  /** @param {string} readyFile */
  async serves(readyFile) {
    const ready = await until('the demo serves', async () => {
      if (!this.running) throw new Error(`the demo ended before it served:\n${this.output}`);
      // Parsed at every look: a file that were written in pieces would fail here.
      return existsSync(readyFile) && /** @type {Ready} */ (JSON.parse(readFileSync(readyFile, 'utf8')));
    });
    return new Serving(this, ready, readyFile);
  }
}

export class Serving {
  /**
   * @param {Demo} demo
   * @param {Ready} ready
   * @param {string} readyFile
   */
  constructor(demo, ready, readyFile) {
    this.demo = demo;
    this.ready = ready;
    this.readyFile = readyFile;
    this.url = ready.base_url;
    this.keys = ready.keys;
    this.ledger = new Ledger(ready.debug.operator_url, ready.debug.operator_token);
    this.control = new Control(ready.debug.upstream_control_url ?? '');
  }

  /** @param {NodeJS.Signals} [signal] */
  stop(signal) {
    return this.demo.stop(signal);
  }
}
