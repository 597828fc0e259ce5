/** The deployed worker under workerd, with a door to its books. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { bundle, startWorkerd, writeWorkerdConfig } from '../../examples/worker/workerd.mjs';
import { NORMAL, ORGANIZATION, policy } from './company.mjs';

/**
 * @typedef {import('tollgate/management').BalanceForm} Balance
 * @typedef {{ seq: number, event: import('tollgate/management').EventForm }} Logged
 */

const TOKEN = 'operator-token-of-the-tests';
const ENTRY = fileURLToPath(new URL('./worker/index.ts', import.meta.url));

export class TestGateway {
  /** @type {import('../../examples/worker/workerd.mjs').Gateway | undefined} */
  #process;
  #directory;
  #configPath;

  /** @param {string} directory @param {string} configPath */
  constructor(directory, configPath) {
    this.#directory = directory;
    this.#configPath = configPath;
  }

  /**
   * @param {{ upstream: string, policy?: object, vars?: Record<string, string>, stateDir?: string }} options
   */
  static async start({ upstream, policy: given = policy(), vars = {}, stateDir }) {
    const directory = await mkdtemp(join(tmpdir(), 'tollgate-gateway-'));
    const built = await bundle({ outDir: join(directory, 'bundle'), entry: ENTRY });
    const configPath = await writeWorkerdConfig({
      bundle: built,
      configPath: join(directory, 'workerd.capnp'),
      stateDir: stateDir ?? join(directory, 'state'),
      port: 0,
      vars: {
        POLICY: JSON.stringify(given),
        UPSTREAM_BASE_URL: upstream,
        UPSTREAM_API_KEY: 'upstream-secret',
        OPERATOR_TOKEN: TOKEN,
        ...vars,
      },
    });
    const gateway = new TestGateway(directory, configPath);
    await gateway.up();
    return gateway;
  }

  get stateDir() {
    return join(this.#directory, 'state');
  }

  get url() {
    return this.#running().url;
  }

  #running() {
    if (this.#process === undefined) throw new Error('the gateway is down');
    return this.#process;
  }

  /** Starts the process, on the state that is there. */
  async up() {
    this.#process = await startWorkerd({
      configPath: this.#configPath,
      stdio: process.env['GATEWAY_LOG'] ? 'inherit' : 'ignore',
    });
  }

  /** Ends the process and keeps the state. @param {NodeJS.Signals} [signal] */
  async down(signal = 'SIGTERM') {
    await this.#process?.stop(signal);
    this.#process = undefined;
  }

  /** Ends the process and removes the state. */
  async stop() {
    await this.down('SIGKILL');
    await rm(this.#directory, { recursive: true, force: true });
  }

  /**
   * @param {object | string | Uint8Array<ArrayBuffer>} body
   * @param {{ path?: string, headers?: Record<string, string>, key?: string | null, signal?: AbortSignal }} [options]
   */
  post(body, { path = '/v1/messages', headers = {}, key = NORMAL.key, signal } = {}) {
    return fetch(`${this.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key === null ? {} : { 'x-api-key': key }), ...headers },
      body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
      ...(signal && { signal }),
    });
  }

  /** @param {string} path @param {{ key?: string }} [options] */
  get(path, { key = NORMAL.key } = {}) {
    return fetch(`${this.url}${path}`, { headers: { 'x-api-key': key } });
  }

  /** Asks the organization. @param {'query' | 'preview' | 'submit' | 'events' | 'export' | 'restore' | 'sabotage'} verb @param {object} body @param {string} [organization] */
  async operator(verb, body, organization = ORGANIZATION) {
    const response = await fetch(`${this.url}/operator/${organization}/${verb}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}` },
      body: JSON.stringify(body),
    });
    const answer = await response.json();
    if (!response.ok)
      throw Object.assign(new Error(`${verb}: ${response.status} ${JSON.stringify(answer)}`), { answer });
    return answer;
  }

  /** What was spent and what is held, of everything. */
  async balances() {
    const { total } = /** @type {{ total: Balance }} */ (await this.operator('query', { type: 'balances' }));
    return total;
  }

  /** @param {string} id */
  reservation(id) {
    return this.operator('query', { type: 'reservation', reservation: id });
  }

  /** Every event that the log holds. */
  async events() {
    /** @type {Logged[]} */
    const all = [];
    for (let after = 0; ;) {
      const { events } = /** @type {{ events: Logged[] }} */ (await this.operator('events', { after, limit: 1000 }));
      const last = events.at(-1);
      if (last === undefined) return all;
      all.push(...events);
      after = last.seq;
    }
  }
}
