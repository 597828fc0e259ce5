/**
 * The management API of a large company beside a running load: 10,000 keys and 1,000 members in the deployed worker under workerd, to which
 * messages come all the time, while lists, searches and changes are measured.
 *
 * Once with both as fast as they are answered, the calls one after the other: gateway, clients, upstream and what measures share the machine's
 * cores, and where there are few, most of a time is that of waiting for one. Then at a steady rate of both, each time counting from when the
 * call was due, so that one that is held up does not hide what would have come meanwhile.
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
/** The steady rates, in a second. */
const MESSAGES = 100;
const CALLS = 20;
/** Of large pages, a quarter and half a megabyte each: ten of the largest are all keys. */
const LARGE_PAGES = 5;
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
 * The measured calls, by what they are, and how many come in a second at the steady rate; each is given the number of the sample.
 *
 * @param {Tollgate} admin
 * @returns {[string, (index: number) => PromiseLike<unknown>, number?][]}
 */
function calls(admin) {
  const key = (/** @type {number} */ index) => keyId((index * 7_919) % (KEYS - 2));
  const member = (/** @type {number} */ index) => memberId(1 + ((index * 7_919) % (MEMBERS - 1)));
  return [
    ['a page of 20 keys', (index) => admin.apiKeys.list({ after_id: key(index) })],
    ['a page of 500 keys', (index) => admin.apiKeys.list({ after_id: key(index), limit: 500 }), LARGE_PAGES],
    ['a page of 1,000 keys, the largest', (index) => admin.apiKeys.list({ after_id: key(index), limit: 1000 }), LARGE_PAGES],
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

  /** @param {string} url @param {number | null} rate messages a second; null: as many as four clients get answered */
  start(url, rate) {
    this.#worker.postMessage({ url, key: CALLER.key, rate });
  }

  /** The times of the messages that were answered since they were asked for last. @returns {Promise<number[]>} */
  async times() {
    this.#worker.postMessage('times');
    return rising(await this.#next());
  }

  async stop() {
    await this.#worker.terminate();
  }

  /** @returns {Promise<any>} what the thread says next */
  #next() {
    return new Promise((done, fail) => {
      this.#worker.once('error', fail);
      this.#worker.once('message', (message) => {
        this.#worker.off('error', fail);
        done(message);
      });
    });
  }
}

/** @param {number[]} samples */
const rising = (samples) => samples.sort((one, other) => one - other);

/** @param {number[]} samples the shortest first @param {number} part */
const at = (samples, part) => samples[Math.min(samples.length - 1, Math.floor(samples.length * part))] ?? 0;

/**
 * The milliseconds of each call, the shortest first.
 *
 * @param {(index: number) => PromiseLike<unknown>} call
 * @param {number | null} rate calls a second; null: one after the other
 * @returns {Promise<number[]>}
 */
async function times(call, rate) {
  /** @type {number[]} */
  const samples = [];
  /** @type {Promise<void>[]} */
  const calls = [];
  const startMs = performance.now();
  for (let index = 0; index < SAMPLES * 1.1; index += 1) {
    const dueMs = rate === null ? performance.now() : startMs + (index * 1000) / rate;
    if (rate !== null) await new Promise((done) => setTimeout(done, dueMs - performance.now()));
    const made = (async () => {
      await call(index);
      if (index >= SAMPLES / 10) samples.push(performance.now() - dueMs);
    })();
    if (rate === null) await made;
    else calls.push(made);
  }
  await Promise.all(calls);
  return rising(samples);
}

/** @param {(columns: string[]) => void} line @param {{ admin: Tollgate, load: Load, isSteady: boolean }} given */
async function table(line, { admin, load, isSteady }) {
  for (const [what, call, rate = CALLS] of calls(admin)) {
    await load.times();
    const start = performance.now();
    const samples = await times(call, isSteady ? rate : null);
    const messages = await load.times();
    const each = messages.length / ((performance.now() - start) / 1000);
    if (messages.length === 0) throw new Error('no message was answered meanwhile: the rows would say nothing');
    const goal = at(samples, 0.99) < GOAL_MS ? 'kept' : 'MISSED';
    line([what, ms(at(samples, 0.5)), ms(at(samples, 0.99)), ms(at(samples, 1)), goal, each.toFixed(0), ms(at(messages, 0.99))]);
  }
}

/** @param {number} value */
const ms = (value) => value.toFixed(1);

/** Measures, and prints a row for each kind of call: as fast as it goes, and at a steady rate. */
export async function print() {
  await measured('one after the other beside four clients', null);
  console.log();
  const steady = `${CALLS} a second (of large pages ${LARGE_PAGES}) beside ${MESSAGES} messages a second`;
  await measured(steady, MESSAGES);
}

/** @param {string} how @param {number | null} messages a second; null: as many as four clients get answered */
async function measured(how, messages) {
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
    load.start(gateway.url, messages);
    const line = ([what = '', middle = '', tail = '', longest = '', goal = '', beside = '', theirs = '']) =>
      console.log(
        `${what.padEnd(52)} ${middle.padStart(8)} ${tail.padStart(8)} ${longest.padStart(8)}   ${goal.padEnd(12)} ${beside.padStart(10)} ${theirs.padStart(12)}`,
      );
    console.log(`management of ${KEYS} keys and ${MEMBERS} members in workerd, ${how}`);
    line(['', '50 %, ms', '99 %, ms', 'most, ms', `goal: ${GOAL_MS} ms`, 'messages/s', 'their 99 %']);
    await table(line, { admin, load, isSteady: messages !== null });
  } finally {
    await load.stop();
    await gateway.stop('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }
}
