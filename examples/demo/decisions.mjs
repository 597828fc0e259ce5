/** What the gateway has decided since the demo started, put together from what it tells. */
import { EventEmitter, once } from 'node:events';
import { KEY_NAMES } from './company.mjs';

/**
 * @typedef {import('./observer.mjs').Observation} Observation
 * @typedef {import('./observer.mjs').Decision} Decision
 * @typedef {{
 *   reservation: string | null, atMs: number, key: string, model: string, operation: 'messages' | 'count_tokens', allowed: boolean,
 *   reason: string, holdUsd: string | null, outcome: 'held' | 'settled' | 'voided' | 'assumed' | 'none', costUsd: string | null, estimated: boolean,
 *   deadlineMs: number,
 * }} Row
 */

const KEPT = 1_000;

/** Emits `row` when a row is new or changed, and `alarm` when balances may have moved without one. */
export class Decisions extends EventEmitter {
  /** @type {Row[]} the newest last */
  rows = [];
  /** @type {Map<string, { allowed: number, denied: number }>} */
  counts = new Map();

  /** @param {Record<import('./company.mjs').KeyName, string>} digests */
  constructor(digests) {
    super();
    this.names = new Map(KEY_NAMES.map((name) => [digests[name], name]));
  }

  /**
   * Takes what the gateway says on its output; false: it is not of a decision.
   *
   * @param {string} line
   */
  hear(line) {
    if (!line.startsWith('{"observed":')) return false;
    this.observe(/** @type {{ observed: Observation }} */ (JSON.parse(line)).observed);
    return true;
  }

  /** @param {Observation} observed */
  observe(observed) {
    if (observed.verb === 'decide' && observed.decision !== null) this.#decided(observed, observed.decision);
    else if (observed.verb === 'submit' && observed.decision !== null) this.#followed(observed, observed.decision);
    else this.#expired(observed.at_ms);
  }

  /**
   * The row of a reservation, once it says what `done` waits for; null where that does not come in time.
   *
   * @param {string} reservation
   * @param {(row: Row) => boolean} done
   * @param {number} limitMs
   * @returns {Promise<Row | null>}
   */
  async settled(reservation, done, limitMs) {
    const signal = AbortSignal.timeout(limitMs);
    for (;;) {
      const row = this.rows.findLast((each) => each.reservation === reservation);
      if (row !== undefined && done(row)) return row;
      try {
        await once(this, 'row', { signal });
      } catch (error) {
        if (signal.aborted) return null;
        throw error;
      }
    }
  }

  /**
   * @param {Observation} observed
   * @param {Decision} decision
   */
  #decided({ at_ms, reservation, model, secret_sha256 }, decision) {
    const allowed = decision.type !== 'deny';
    /** @type {Row} */
    const row = {
      reservation,
      atMs: at_ms,
      key: this.names.get(secret_sha256 ?? '') ?? 'unknown',
      model: model ?? '',
      operation: reservation === null ? 'count_tokens' : 'messages',
      allowed,
      reason: reasonOf(decision),
      holdUsd: decision.hold_usd ?? null,
      outcome: decision.type === 'allow' ? 'held' : 'none',
      costUsd: null,
      estimated: false,
      deadlineMs: decision.deadline_ms ?? 0,
    };
    const counts = this.counts.get(row.key) ?? { allowed: 0, denied: 0 };
    counts[allowed ? 'allowed' : 'denied'] += 1;
    this.counts.set(row.key, counts);
    this.rows.push(row);
    if (this.rows.length > KEPT) this.rows.shift();
    this.emit('row', row);
  }

  /**
   * @param {Observation} observed
   * @param {Decision} decision
   */
  #followed({ reservation }, decision) {
    const row = this.rows.findLast((each) => each.reservation === reservation);
    if (row === undefined || (decision.type !== 'settled' && decision.type !== 'voided')) {
      this.emit('alarm');
      return;
    }
    row.outcome = decision.type;
    row.costUsd = decision.charge_usd ?? '0';
    row.estimated = decision.estimated === true;
    this.emit('row', row);
  }

  /** A hold whose deadline has passed is an assumed charge. @param {number} nowMs */
  #expired(nowMs) {
    for (const row of this.rows.filter((each) => each.outcome === 'held' && each.deadlineMs <= nowMs)) {
      row.outcome = 'assumed';
      row.costUsd = row.holdUsd;
      this.emit('row', row);
    }
    this.emit('alarm');
  }
}

/** @param {Decision} decision */
function reasonOf({ type, reason, violated = [], shadow_violated = [] }) {
  const names = (/** @type {import('./observer.mjs').Violated[]} */ list) => list.map((each) => each.limit ?? each.budget).join(', ');
  if (type !== 'deny') return shadow_violated.length > 0 ? `within limits; beyond ${names(shadow_violated)} (shadow)` : 'within limits';
  return violated.length > 0 ? `${reason}: ${names(violated)}` : (reason ?? '');
}
