/** The part of the tour that manages the company over HTTP: as Ada by her admin key, as Ben by one of his, and by a key that may not. */
import { APIError, Tollgate } from 'tollgate/admin';

import { keyId } from './company.mjs';

/**
 * @typedef {import('./tour.mjs').Step} Step
 * @typedef {object} Walk what the tour lends
 * @property {string} url
 * @property {Record<import('./company.mjs').KeyName, string>} keys
 * @property {(line: string, right: boolean, problem: string) => void} check
 * @property {(step: Step) => Promise<void>} walk
 * @property {(apiKey: string) => ReturnType<Step['ask']>} message
 */

/** What Ada will have done by the end, in this order, as the audit log names it. */
const DONE = [
  'project.created',
  'service_account.created',
  'key.created',
  'limit.created',
  'budget.created',
  'key.rotated',
  'limit.updated',
  'key.created',
  'key.revoked',
  'denial.recorded',
  'member.invited',
  'member.removed',
  'key.revoked',
  'project.archived',
];

/** Nothing that comes after can be tried. */
class Stop extends Error {}

export class Managing {
  /** @param {Walk} tour */
  constructor(tour) {
    this.tour = tour;
    this.ada = this.#as(tour.keys.admin);
  }

  async walk() {
    try {
      await this.#walk();
    } catch (error) {
      // It has been told, with what was expected.
      if (!(error instanceof Stop)) throw error;
    }
  }

  async #walk() {
    const { ada, tour } = this;
    const before = await this.#step('the head of the audit log', () => ada.auditLogs.head(), ({ entries }) => `${entries} entries`);
    const project = await this.#step('Ada makes a project', () => ada.projects.create({ name: 'Tour' }), ({ id }) => id);
    const account = await this.#step('a service account in it', () => ada.serviceAccounts.set(`ci-${project.id}`, { project: project.id, role: 'developer' }), ({ id }) => id);
    const made = await this.#step('a key with a limit and a cap', () => this.#keyOf(account.id, project.id), ({ id }) => id);
    await this.#terms(made.id, 2);
    await tour.walk({ what: 'the key calls a model', ask: () => tour.message(made.key), expect: { status: 200, reason: 'within limits', outcome: 'settled' } });
    await tour.walk({ what: 'more than its limit permits', ask: () => tour.message(made.key), expect: { status: 429, reason: `limit_exceeded: ${made.id}-requests` }, until: 5 });
    await this.#step('Ada asks why', () => ada.denials.of(made.id), (denials) => {
      const [latest] = denials;
      const against = latest?.violated.map((each) => ('limit' in each ? each.limit : '')) ?? [];
      if (!against.includes(`${made.id}-requests`)) throw new Error(`the last denial is against \`${against.join(', ')}\``);
      return `${latest?.reason}: ${against.join(', ')}`;
    });
    const rotated = await this.#step('the key gets a new secret', () => ada.apiKeys.rotate(made.id, { overlap_ms: 0 }), ({ secrets }) => `${secrets.length} secret is taken`);
    await tour.walk({ what: 'the secret before', ask: () => tour.message(made.key), expect: { status: 401 } });
    await this.#step('its limit is raised', () => this.#raise(made.id, 600), ({ rate }) => `${rate} a minute`);
    await this.#asBen();
    await this.#refused('a key for calls manages nothing', () => this.#as(tour.keys.normal).members.list(), 'caller_key');
    await tour.walk({ what: 'an admin key calls no model', ask: () => tour.message(tour.keys.admin), expect: { status: 403, reason: 'forbidden_action' } });
    const { id: invitation } = await this.#step('Ada invites a member', () => ada.members.invite({ email: `${project.id}@acme.example`, role: 'viewer' }), ({ email }) => email);
    await this.#step('and takes the invitation back', () => ada.invites.delete(invitation), ({ id }) => id);
    await this.#step('the key is revoked', () => ada.apiKeys.revoke(made.id), ({ id }) => id);
    await tour.walk({ what: 'the revoked key', ask: () => tour.message(rotated.key), expect: { status: 401, reason: 'revoked_key' } });
    await this.#endOf(project.id, before.entries);
  }

  /** Ben is a developer: his own keys are his to manage, and nobody else's. */
  async #asBen() {
    const { id, key } = await this.#step('an admin key for Ben', () => this.ada.apiKeys.create({ name: 'Ben manages', kind: 'admin', owner: { member: 'ben' } }), (made) => made.id);
    const ben = this.#as(key);
    await this.#step('Ben lists keys, and sees his own', () => ben.apiKeys.list({ limit: 1000 }), ({ data }) => {
      const others = data.filter(({ owner }) => !('member' in owner) || owner.member !== 'ben');
      if (others.length > 0 || data.length === 0) throw new Error(`he sees ${data.length} keys, of which ${others.length} are not his`);
      return `${data.length} keys`;
    });
    await this.#refused('Ben invites nobody: his role forbids it', () => ben.members.invite({ email: 'friend@acme.example', role: 'viewer' }));
    await this.#step('the refusal is in the audit log', () => this.ada.auditLogs.list({ actor_id: id, action: 'denial.recorded' }), ({ data }) => {
      if (data.length !== 1) throw new Error(`${data.length} entries instead of 1`);
      return '1 entry';
    });
    await this.#step("Ben's admin key is revoked", () => this.ada.apiKeys.revoke(id), (revoked) => revoked.id);
  }

  /** @param {string} project @param {number} before how many entries the audit log had */
  async #endOf(project, before) {
    await this.#step('the project is archived', () => this.ada.projects.archive(project), ({ id }) => id);
    await this.#step('the audit log has all of it, once', () => this.#exported(), ({ entries, head }) => {
      const done = entries.filter(({ number, actor }) => number > before && actor?.key === keyId('admin')).map(({ action }) => action);
      if (done.join() !== DONE.join()) throw new Error(`it has ${done.join(', ')}`);
      const last = entries.at(-1);
      if (last?.number !== head.entries || last.hash !== head.hash) throw new Error(`it ends with entry ${last?.number}, ${last?.hash}, and the head is ${head.entries}, ${head.hash}`);
      return `${done.length} entries of Ada's key, ${head.entries} in all`;
    });
  }

  /** The head, and the entries up to it; what others are denied meanwhile comes behind it. */
  async #exported() {
    const head = await this.ada.auditLogs.head();
    const text = await (await this.ada.auditLogs.export()).text();
    const entries = text.trimEnd().split('\n').map((line) => /** @type {{ number: number, actor: { key?: string } | null, action: string, hash: string }} */ (JSON.parse(line)));
    return { head, entries: entries.filter(({ number }) => number <= head.entries) };
  }

  /** @param {string} account @param {string} project */
  #keyOf(account, project) {
    return this.ada.apiKeys.create({
      name: 'tour', owner: { service_account: account }, workspace_id: project, role: 'developer',
      rate_limit: { requests_per_minute: 2 }, monthly_cap_usd: '0.50',
    });
  }

  /** The key's limit and cap are what was asked for. @param {string} id @param {number} perMinute */
  async #terms(id, perMinute) {
    const both = async () => ({ limit: await this.ada.limits.retrieve(`${id}-requests`), budget: await this.ada.budgets.retrieve(`${id}-monthly`) });
    await this.#step('which are limits and budgets like others', both, ({ limit, budget }) => {
      if (limit.rate !== perMinute || Number(budget.cap_usd) !== 0.5) throw new Error(`the rate is ${limit.rate}, the cap ${budget.cap_usd}`);
      return `${limit.rate} a minute, ${budget.cap_usd} usd a month`;
    });
  }

  /** @param {string} id @param {number} perMinute */
  async #raise(id, perMinute) {
    const { revision } = await this.ada.limits.retrieve(`${id}-requests`);
    const limit = /** @type {const} */ ({ meter: 'requests', period_ms: 60_000 });
    return this.ada.limits.set(`${id}-requests`, { ...limit, scope: { key: id }, rate: perMinute, capacity: perMinute, revision });
  }

  /** @param {string} apiKey */
  #as(apiKey) {
    return new Tollgate({ apiKey, baseURL: this.tour.url });
  }

  /**
   * Does one thing, and tells what came of it; what is told may find it wrong.
   *
   * @template T
   * @param {string} what
   * @param {() => PromiseLike<T>} ask
   * @param {(answer: T) => string} told
   * @returns {Promise<T>}
   */
  async #step(what, ask, told) {
    try {
      const answer = await ask();
      this.tour.check(`${what.padEnd(44)}  200  ${told(answer)}`, true, '');
      return answer;
    } catch (error) {
      const status = error instanceof APIError ? `  ${error.status ?? 'no answer'}` : '';
      this.tour.check(`${what.padEnd(44)}${status}`, false, error instanceof Error ? error.message : String(error));
      throw new Stop();
    }
  }

  /**
   * One thing that must be refused with 403.
   *
   * @param {string} what
   * @param {() => PromiseLike<unknown>} ask
   * @param {string} [code]
   */
  async #refused(what, ask, code) {
    /** @type {unknown} */
    let thrown = null;
    try {
      await ask();
    } catch (error) {
      thrown = error;
    }
    const status = thrown instanceof APIError ? thrown.status : 200;
    const said = thrown instanceof APIError ? thrown.code : null;
    const right = status === 403 && (code === undefined || said === code);
    this.tour.check(`${what.padEnd(44)}  ${status}  deny${said == null ? '' : `   [${said}]`}`, right, `status ${status}, \`${said}\` instead of 403${code === undefined ? '' : `, \`${code}\``}`);
  }
}
