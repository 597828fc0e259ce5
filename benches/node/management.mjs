/**
 * The management API of a large company beside a running load: 10,000 keys and 1,000 members in the deployed worker under workerd, whose
 * clients send messages all the time, while lists, searches and changes are measured one after the other.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

import { bundle, startWorkerd, writeWorkerdConfig } from '../../examples/worker/workerd.mjs';
import { Tollgate } from '../../pkg/dist/admin/index.js';
import { keyFromBits } from '../../pkg/dist/edge/index.js';

const KEYS = 10_000;
const MEMBERS = 1_000;
/** So many of each are measured, after a tenth of them that are not. */
const SAMPLES = 400;
/** The goal: ninety-nine of a hundred answers within so many milliseconds. */
const GOAL_MS = 50;

/** @param {number} bits */
const secret = (bits) => keyFromBits('acme', new Uint8Array(32).fill(bits));
const [ADMIN, CALLER] = [await secret(1), await secret(2)];

/** @param {number} index */
const memberId = (index) => `member-${String(index).padStart(5, '0')}`;
/** @param {number} index */
const keyId = (index) => `key-${String(index).padStart(5, '0')}`;

function policy() {
  const members = Array.from({ length: MEMBERS }, (_, index) => ({
    id: memberId(index),
    email: `${memberId(index)}@acme.example`,
    role: index === 0 ? 'admin' : 'developer',
  }));
  const keys = Array.from({ length: KEYS - 2 }, (_, index) => ({
    id: keyId(index),
    name: `service ${index}`,
    owner: { member: memberId(index % MEMBERS) },
    secrets: [{ sha256: index.toString(16).padStart(64, '0') }],
  }));
  const admin = { id: 'admin', kind: 'admin', owner: { member: memberId(0) }, secrets: [{ sha256: ADMIN.sha256 }] };
  const caller = { id: 'caller', owner: { member: memberId(1) }, secrets: [{ sha256: CALLER.sha256 }] };
  return { schema_version: 1, organization: { id: 'acme' }, price_book: 'claude', members, keys: [admin, caller, ...keys] };
}

/**
 * The measured calls, by what they are; each is given the number of the sample.
 *
 * @param {Tollgate} admin
 * @returns {[string, (index: number) => PromiseLike<unknown>][]}
 */
function calls(admin) {
  const key = (/** @type {number} */ index) => keyId((index * 7_919) % (KEYS - 2));
  const member = (/** @type {number} */ index) => memberId(1 + ((index * 7_919) % (MEMBERS - 1)));
  return [
    ['a page of 20 keys', (index) => admin.apiKeys.list({ after_id: key(index) })],
    ['a page of 1,000 keys', (index) => admin.apiKeys.list({ after_id: key(index), limit: 1000 })],
    ['a search among 10,000 keys', (index) => admin.apiKeys.list({ search: `service ${(index * 7_919) % (KEYS - 2)}` })],
    ['a change of a key', (index) => admin.apiKeys.update(key(index), { name: `renamed ${index}` })],
    ['a new key with its rate limit', (index) => admin.apiKeys.create({ name: `new ${index}`, rate_limit: { requests_per_minute: 100 } })],
    ['a page of 20 members', (index) => admin.members.list({ after_id: member(index) })],
    ['a search among 1,000 members', (index) => admin.members.list({ search: `${member(index)}@` })],
    ['a change of a member', (index) => admin.members.update(member(index), { name: `Member ${index}` })],
  ];
}

/** Clients and their upstream, in a thread of their own: they must not wait for what is measured, nor it for them. */
class Load {
  #worker;
  /** @type {Promise<string>} */
  upstream;

  constructor() {
    this.#worker = new Worker(new URL('admissions.mjs', import.meta.url));
    this.upstream = this.#next();
  }

  /** @param {string} url */
  start(url) {
    this.#worker.postMessage({ url, key: CALLER.key });
  }

  /** How many were admitted until now. @returns {Promise<number>} */
  async admitted() {
    this.#worker.postMessage('count');
    return Number(await this.#next());
  }

  async stop() {
    await this.#worker.terminate();
  }

  /** @returns {Promise<string>} */
  #next() {
    return new Promise((done, fail) => {
      this.#worker.once('error', fail);
      this.#worker.once('message', (message) => {
        this.#worker.off('error', fail);
        done(String(message));
      });
    });
  }
}

/** @param {(index: number) => PromiseLike<unknown>} call @returns {Promise<number[]>} milliseconds, the shortest first */
async function times(call) {
  /** @type {number[]} */
  const samples = [];
  for (let index = -SAMPLES / 10; index < SAMPLES; index += 1) {
    const start = process.hrtime.bigint();
    await call(index + SAMPLES);
    if (index >= 0) samples.push(Number(process.hrtime.bigint() - start) / 1_000_000);
  }
  return samples.sort((one, other) => one - other);
}

/** Measures, and prints a row for each kind of call. */
export async function print() {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-bench-'));
  const load = new Load();
  const configPath = await writeWorkerdConfig({
    bundle: await bundle({ outDir: join(directory, 'bundle') }),
    configPath: join(directory, 'workerd.capnp'),
    stateDir: join(directory, 'state'),
    port: 0,
    vars: { POLICY: JSON.stringify(policy()), UPSTREAM_BASE_URL: await load.upstream, UPSTREAM_API_KEY: 'upstream' },
  });
  const gateway = await startWorkerd({ configPath });
  try {
    const admin = new Tollgate({ apiKey: ADMIN.key, baseURL: gateway.url, maxRetries: 0 });
    await admin.organization();
    load.start(gateway.url);
    const line = (/** @type {string[]} */ [what = '', middle = '', tail = '', goal = '', beside = '']) =>
      console.log(`${what.padEnd(58)} ${middle.padStart(10)} ${tail.padStart(10)}   ${goal.padEnd(18)} ${beside}`);
    line(['management of 10,000 keys and 1,000 members, in workerd', '50 %, ms', '99 %, ms', `goal: ${GOAL_MS} ms`, 'admissions a second beside it']);
    for (const [what, call] of calls(admin)) {
      const [before, start] = [await load.admitted(), performance.now()];
      const samples = await times(call);
      const [after, end] = [await load.admitted(), performance.now()];
      if (after === before) throw new Error('no message was admitted meanwhile: the rows would say nothing');
      const at = (/** @type {number} */ part) => samples[Math.floor(samples.length * part)] ?? 0;
      const rate = (after - before) / ((end - start) / 1000);
      line([what, at(0.5).toFixed(1), at(0.99).toFixed(1), at(0.99) < GOAL_MS ? 'kept' : 'MISSED', rate.toFixed(0)]);
    }
  } finally {
    await load.stop();
    await gateway.stop('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }
}
