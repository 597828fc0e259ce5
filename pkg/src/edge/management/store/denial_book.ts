/**
 * Denials of principals that are known, counted in memory.
 *
 * A flood of them must not fill the log: each kind of denial (who, which gate, why, what) is written at most once a minute, as a
 * count. The last few of each key are kept whole, for whoever asks why. Unknown keys are not counted at all.
 */
import type { Action, Principal } from '../forms.js';
import type { Deny, RetryForm } from '../../wire.js';

/** The most kinds that are counted between two writings, the most in one command, and how long a kind waits. */
const MAX_KINDS = 10_000;
const MAX_RECORDED = 100;
const EVERY_MS = 60_000;
/** The last denials of so many keys, those of the key that was denied longest ago going first. */
const MAX_KEYS = 1_000;
const MAX_RECENT = 20;

export interface Denial {
  principal: Principal;
  gate: Deny['gate'];
  reason: Deny['reason'];
  action: Action | null;
  source: string | null;
}

/** One item of the command `record_denials`. */
export interface DenialCount extends Omit<Denial, 'gate'> {
  count: number;
  first_at_ms: number;
  last_at_ms: number;
}

/** A denial of a key, with everything that stood against it. */
export interface RecentDenial {
  at_ms: number;
  action: Action | null;
  model: string | null;
  gate: Deny['gate'];
  reason: Deny['reason'];
  retry: RetryForm;
  violated: Deny['violated'];
}

interface Kind {
  counted: DenialCount;
  dueAtMs: number;
}

export class DenialBook {
  readonly #kinds = new Map<string, Kind>();
  readonly #recent = new Map<string, RecentDenial[]>();
  /** When the first of them is due that waits; asked for with every request, so that nothing is looked through for it. */
  #nextDueMs: number | null = null;

  /**
   * Counts a denial. The first of its kind is due at once, before the caller hears of it. The audit log tells of gates that ask who
   * may: what a limit or a budget refuses is no attempt at anything.
   */
  count({ gate, ...denial }: Denial, nowMs: number): void {
    if (gate !== 'authenticate' && gate !== 'authorize') return;
    const name = JSON.stringify([denial.principal, denial.reason, denial.action]);
    const known = this.#kinds.get(name);
    if (known !== undefined) {
      const { counted } = known;
      known.counted = {
        ...counted,
        source: denial.source,
        count: counted.count + 1,
        first_at_ms: counted.count === 0 ? nowMs : counted.first_at_ms,
        // The host's clock may step back between the two.
        last_at_ms: counted.count === 0 ? nowMs : Math.max(nowMs, counted.last_at_ms),
      };
      this.#waits(known);
      return;
    }
    this.#forgetQuiet(nowMs);
    if (this.#kinds.size >= MAX_KINDS) return;
    const counted = { ...denial, count: 1, first_at_ms: nowMs, last_at_ms: nowMs };
    const kind = { counted, dueAtMs: nowMs };
    this.#kinds.set(name, kind);
    this.#waits(kind);
  }

  #waits({ dueAtMs }: Kind): void {
    this.#nextDueMs = Math.min(this.#nextDueMs ?? dueAtMs, dueAtMs);
  }

  /** Keeps a key's denial whole. */
  keep(key: string, denial: RecentDenial): void {
    const denials = this.#recent.get(key) ?? [];
    this.#recent.delete(key);
    this.#recent.set(key, [denial, ...denials].slice(0, MAX_RECENT));
    if (this.#recent.size > MAX_KEYS) {
      const [oldest] = this.#recent.keys();
      if (oldest !== undefined) this.#recent.delete(oldest);
    }
  }

  /** The last denials of a key, newest first. */
  recent(key: string): RecentDenial[] {
    return this.#recent.get(key) ?? [];
  }

  /** What is to be recorded now; `recorded` says that it was. */
  due(nowMs: number): DenialCount[] {
    if (this.#nextDueMs === null || this.#nextDueMs > nowMs) return [];
    const due = [...this.#kinds.values()].filter(({ counted, dueAtMs }) => counted.count > 0 && dueAtMs <= nowMs);
    return due.slice(0, MAX_RECORDED).map(({ counted }) => counted);
  }

  recorded(denials: readonly DenialCount[], nowMs: number): void {
    const written = new Set(denials);
    this.#nextDueMs = null;
    for (const kind of this.#kinds.values()) {
      if (written.has(kind.counted)) {
        kind.counted = { ...kind.counted, count: 0 };
        kind.dueAtMs = nowMs + EVERY_MS;
      } else if (kind.counted.count > 0) this.#waits(kind);
    }
  }

  /** When something is due next; null where nothing waits. */
  nextDueMs(): number | null {
    return this.#nextDueMs;
  }

  #forgetQuiet(nowMs: number): void {
    if (this.#kinds.size < MAX_KINDS) return;
    for (const [name, { counted, dueAtMs }] of this.#kinds) {
      if (counted.count === 0 && dueAtMs <= nowMs) this.#kinds.delete(name);
    }
  }
}
