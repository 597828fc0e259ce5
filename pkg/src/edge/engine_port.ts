/**
 * The engine, as a store uses it: decide, append, and only then commit.
 *
 * The only file that knows the engine's own interface.
 */
import { Engine, TollgateError } from 'tollgate/management';

import type { AuditHead } from './management/store/audit_log.js';
import type { Action, ListFields, ListKind, ListResult, Owner, Principal } from './management/forms.js';
import type { AdmitCommand, Deny, OutcomeForm, QueryForm, Result, ResultForm, WireError } from './wire.js';

/** The engine could not take a command or a query; nothing was changed. */
export class EngineRefusal extends Error {
  readonly wire: WireError;

  constructor(wire: WireError) {
    super(wire.message);
    this.wire = wire;
  }
}

/** The instance failed. Whatever it would say next is not to be believed. */
export class EngineLost extends Error {}

export interface Decided {
  /** The whole outcome, as the engine wrote it. */
  outcome: string;
  decision: OutcomeForm['decision'];
  /** What is to be appended, one JSON text each. */
  events: string[];
  /** Whether the audit log tells of any of them. */
  audited: boolean;
}

/** Queries whose answer is always their own. */
type Undenied = Extract<QueryForm, { type: 'can' | 'balances' | 'audit_head' }>;

/** The events that the audit log tells of; the others are most, and are not asked about. */
export const AUDITED: ReadonlySet<string> = new Set(['configured', 'adjusted', 'clock_advanced', 'denied']);

export class EnginePort {
  readonly #engine: Engine;

  private constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** A new organization's engine, and the first events of its log. */
  static found(policy: string, nowMs: number): { engine: EnginePort; events: string[]; audit: string[] } {
    return guarded(() => {
      const { engine, events, audit } = Engine.create(policy, nowMs);
      return { engine: new EnginePort(engine), events: texts(events), audit: texts(audit) };
    });
  }

  static restore(snapshot: Uint8Array): EnginePort {
    return guarded(() => new EnginePort(Engine.restore(snapshot)));
  }

  /** Decides and applies nothing; `commit` does, once the events are stored. */
  decide(command: string, nowMs: number): Decided {
    return guarded(() => {
      const outcome = this.#engine.decideText(command, nowMs);
      const { decision, events } = JSON.parse(outcome) as OutcomeForm;
      const audited = events.some(({ type }) => AUDITED.has(type));
      return { outcome, decision, events: events.map((event) => JSON.stringify(event)), audited };
    });
  }

  /** The entries that what was decided last makes in the audit log, one JSON text each; before `commit`. */
  auditAfter({ entries, hash }: AuditHead): string[] {
    return guarded(() => texts(this.#engine.auditText(entries, hash)));
  }

  /** Where the audit log stands before the events that are applied next. */
  auditFrom({ entries, hash }: AuditHead): void {
    guarded(() => this.#engine.auditFrom(entries, hash));
  }

  /** Where it stands after them. */
  auditHead(nowMs: number): AuditHead {
    const { entries, hash } = this.ask({ type: 'audit_head' }, nowMs);
    return { entries, hash };
  }

  /** Applies what was decided last. */
  commit(): void {
    guarded(() => this.#engine.commit());
  }

  /** Applies events of the log. */
  apply(events: readonly string[]): void {
    guarded(() => this.#engine.applyText(`[${events.join(',')}]`));
  }

  preview(command: string, nowMs: number): string {
    return guarded(() => this.#engine.previewText(command, nowMs));
  }

  query(query: string, nowMs: number): string {
    return guarded(() => this.#engine.queryText(query, nowMs));
  }

  /** What a command would decide. */
  previewDecision(command: string, nowMs: number): OutcomeForm['decision'] {
    return (JSON.parse(this.preview(command, nowMs)) as OutcomeForm).decision;
  }

  /** The answer to a query that is never denied. */
  ask<Q extends Undenied>(query: Q, nowMs: number): Result<Q['type']> {
    const result = JSON.parse(this.query(JSON.stringify(query), nowMs)) as ResultForm;
    if (result.type !== query.type)
      throw new EngineLost(`the engine answered \`${query.type}\` with \`${result.type}\``);
    return result as Result<Q['type']>;
  }

  can(
    question: { principal: Principal; action: Action; project?: string | null; owner?: Owner | null },
    nowMs: number,
  ): boolean {
    return this.ask({ type: 'can', ...question }, nowMs).allowed;
  }

  /** Whether a principal holds all that a member holds, so that it may let somebody in as that member. */
  holds(principal: Principal, member: string, nowMs: number): boolean {
    const result = JSON.parse(this.query(JSON.stringify({ type: 'holds', principal, member }), nowMs)) as ResultForm;
    if (result.type !== 'can') throw new EngineLost(`the engine answered \`holds\` with \`${result.type}\``);
    return result.allowed;
  }

  /** Whose a credential is; null where no such key was ever made. */
  identify(credential: AdmitCommand['credential'], nowMs: number): Result<'identity'> | null {
    const query: QueryForm = { type: 'identify', credential };
    const result = JSON.parse(this.query(JSON.stringify(query), nowMs)) as Result<'identity'> | Deny;
    return result.type === 'deny' ? null : result;
  }

  /** What an actor may see of a kind; the host itself, which is no actor, sees all of it. */
  list<K extends ListKind>(
    actor: Principal | null,
    of: K,
    fields: ListFields,
    nowMs: number,
  ): ({ type: 'list' } & ListResult<K>) | Deny {
    return JSON.parse(this.listText(actor, of, fields, nowMs)) as ({ type: 'list' } & ListResult<K>) | Deny;
  }

  /** The same, as the engine wrote it: a page of a thousand is not read by who only passes it on. */
  listText(actor: Principal | null, of: ListKind, fields: ListFields, nowMs: number): string {
    const query: QueryForm = { type: 'list', actor, of, ...fields };
    return this.query(JSON.stringify(query), nowMs);
  }

  nextDeadlineMs(): number {
    return guarded(() => this.#engine.nextDeadline());
  }

  snapshot(): Uint8Array {
    return guarded(() => this.#engine.snapshot());
  }

  /** The same in parts, of what is applied by now; what stands before them all is returned at the end. */
  *snapshotParts(): Generator<Uint8Array, Uint8Array, void> {
    const parts = this.#engine.snapshotParts();
    for (;;) {
      const { done, value } = guarded(() => parts.next());
      if (done === true) return value;
      yield value;
    }
  }

  /** How many events were applied. */
  seq(): number {
    return guarded(() => this.#engine.seq());
  }

  free(): void {
    this.#engine.free();
  }
}

/** A caller's mistake has a code of its own; anything else that comes out of the engine is its end. */
function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof TollgateError) || error.code === 'engine_lost' || error.code === 'engine_freed') {
      throw new EngineLost('the engine failed', { cause: error });
    }
    const { code, message, path, problems } = error;
    throw new EngineRefusal({
      code,
      message,
      ...(path !== '' && { path }),
      ...(problems.length > 0 && { problems }),
    });
  }
}

/** The items of a JSON list, one text each. */
function texts(list: string): string[] {
  return (JSON.parse(list) as unknown[]).map((item) => JSON.stringify(item));
}
