/// <reference lib="esnext.disposable" />
/**
 * The engine: one organization's state behind one door.
 *
 * Instants are whole milliseconds since 1970, and always the last argument. Money is a decimal string. A denial is an answer;
 * a caller's mistake throws a {@link TollgateError} and changes nothing.
 */
import { RawEngine, actionNames, checkPolicy as rawCheckPolicy } from './core.js';
import { TollgateError, type Problem } from './error.js';
import { guarded, instance } from './instance.js';
import type {
  Action,
  CommandForm,
  DecisionForm,
  EventForm,
  OutcomeForm,
  PolicyForm,
  Principal,
  QueryForm,
  ResultForm,
} from './types.js';

export type * from './types.js';
export { TollgateError, type Problem } from './error.js';

/** The fields of one command or query, without its tag. */
type Fields<Union, Tag> = Omit<Extract<Union, { type: Tag }>, 'type'>;

/** What `admit` asks. */
export type AdmitForm = Fields<CommandForm, 'admit'>;
/** What was used. */
export type UsageForm = Extract<CommandForm, { type: 'settle' }>['usage'];
/** The shape of a request. */
export type RequestShape = Extract<QueryForm, { type: 'quote' }>['request'];
/** Where a resource belongs. */
export type Resource = Pick<Extract<QueryForm, { type: 'can' }>, 'project' | 'owner'>;

/** A policy, as JSON text or as an object. */
export type Policy = string | PolicyForm;

const text = (value: string | object): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Anything else would become another instant on its way into the module: `NaN` the year 1970. */
function instant(nowMs: number): number {
  if (Number.isSafeInteger(nowMs)) return nowMs;
  const message = `\`${String(nowMs)}\` is no instant: give whole milliseconds since 1970`;
  throw new TollgateError('invalid_input', message, 'now_ms');
}

/** Reports every problem of a policy; an empty list where there is none. */
export function checkPolicy(policy: Policy): Problem[] {
  return guarded(() => rawCheckPolicy(text(policy)) as Problem[]);
}

export class Engine {
  readonly #raw: RawEngine;
  readonly #instance = instance();
  #freed = false;
  // Handles of keys and positions of actions, so that the hot path crosses with numbers only.
  readonly #keys = new Map<string, number>();
  #actions: Map<string, number> | undefined;

  private constructor(raw: RawEngine) {
    this.#raw = raw;
  }

  /** A new organization's engine, the first events of its log as a JSON list, and the first entries of its audit log. */
  static create(policy: Policy, nowMs: number): { engine: Engine; events: string; audit: string } {
    return guarded(() => {
      const raw = RawEngine.create(text(policy), instant(nowMs));
      return { engine: new Engine(raw), events: raw.takeLog(), audit: raw.takeAudit() };
    });
  }

  /** The engine of a log, from its first event. */
  static fromLog(events: string | readonly EventForm[]): Engine {
    return guarded(() => new Engine(RawEngine.fold(text(events))));
  }

  /** The engine of a snapshot. */
  static restore(snapshot: Uint8Array): Engine {
    return guarded(() => new Engine(RawEngine.restore(snapshot)));
  }

  /** Decides and applies a command. */
  submit(command: CommandForm, nowMs: number): OutcomeForm {
    return JSON.parse(this.submitText(text(command), nowMs)) as OutcomeForm;
  }

  /** What `submit` would answer; applies nothing. */
  preview(command: CommandForm, nowMs: number): OutcomeForm {
    return JSON.parse(this.previewText(text(command), nowMs)) as OutcomeForm;
  }

  /** Reads. */
  query(query: QueryForm, nowMs: number): ResultForm {
    return JSON.parse(this.queryText(text(query), nowMs)) as ResultForm;
  }

  /** Asks whether a request may be sent, and reserves for it. */
  admit(request: AdmitForm, nowMs: number): OutcomeForm {
    return this.submit({ type: 'admit', ...request }, nowMs);
  }

  /** Charges a reservation. */
  settle(reservation: string, usage: UsageForm, nowMs: number): OutcomeForm {
    return this.submit({ type: 'settle', reservation, usage }, nowMs);
  }

  /** Gives a reservation back: its request never reached the model. */
  void(reservation: string, nowMs: number): OutcomeForm {
    return this.submit({ type: 'void', reservation }, nowMs);
  }

  /** Applies what is due. */
  expire(nowMs: number): OutcomeForm {
    return this.submit({ type: 'expire' }, nowMs);
  }

  /** Whether a principal may do an action, on a resource of a project and an owner. */
  can(principal: Principal, action: Action, resource: Resource, nowMs: number): boolean {
    const result = this.query({ type: 'can', principal, action, ...resource }, nowMs);
    return result.type === 'can' && result.allowed;
  }

  /** Whether a key may do an action on its owner's own resource: the same answer, in a hundredth of the time. */
  canKey(key: string, action: Action, nowMs: number): boolean {
    return this.#call((raw) => {
      this.#actions ??= new Map(actionNames().map((name, position) => [name, position]));
      let handle = this.#keys.get(key);
      if (handle === undefined) {
        handle = raw.keyHandle(key);
        // Keys are never taken away, only revoked, so that a handle stays.
        if (handle >= 0) {
          this.#keys.set(key, handle);
        }
      }
      return raw.canKey(handle, this.#actions.get(action) ?? 0xffff, instant(nowMs));
    });
  }

  /** The most that a request can cost, or the denial. */
  quote(model: string, request: RequestShape, nowMs: number): ResultForm {
    return this.query({ type: 'quote', model, request }, nowMs);
  }

  /** Applies events of the log: all of them, or none. */
  apply(events: readonly EventForm[]): void {
    this.applyText(text(events));
  }

  /** When to submit `expire` next. */
  nextDeadline(): number {
    return this.#call((raw) => raw.nextDeadlineMs());
  }

  /** The sequence number of the next event: how many were applied. */
  seq(): number {
    return this.#call((raw) => raw.seq());
  }

  /** The state as bytes, from which {@link Engine.restore} goes on. */
  snapshot(): Uint8Array {
    return this.#call((raw) => raw.snapshot());
  }

  /** `submit`, text in and text out. */
  submitText(command: string, nowMs: number): string {
    return this.#call((raw) => raw.submit(command, instant(nowMs)));
  }

  /** Decides and applies nothing; once the events are stored, {@link Engine.commit} applies them. */
  decideText(command: string, nowMs: number): string {
    return this.#call((raw) => raw.decide(command, instant(nowMs)));
  }

  /** The audit log's entries of the last `decideText`, as a JSON list: a host stores them with the events. */
  auditText(): string {
    return this.#call((raw) => raw.audit());
  }

  /** Applies the events of the last `decideText`. */
  commit(): void {
    this.#call((raw) => raw.commit());
  }

  /** `preview`, text in and text out. */
  previewText(command: string, nowMs: number): string {
    return this.#call((raw) => raw.preview(command, instant(nowMs)));
  }

  /** `query`, text in and text out. */
  queryText(query: string, nowMs: number): string {
    return this.#call((raw) => raw.query(query, instant(nowMs)));
  }

  /** `apply`, of a JSON list. */
  applyText(events: string): void {
    this.#call((raw) => raw.apply(events));
  }

  /** Answers a line `{"now_ms": …, "command" | "preview" | "query": …}`; a mistake is an answer here too. */
  runLine(line: string): string {
    return this.#call((raw) => raw.runLine(line));
  }

  /** Frees the engine's memory at once; otherwise it is freed when the engine is collected. */
  free(): void {
    if (!this.#freed && this.#instance === instance()) {
      this.#raw.free();
    }
    this.#freed = true;
  }

  [Symbol.dispose](): void {
    this.free();
  }

  #call<T>(call: (raw: RawEngine) => T): T {
    if (this.#freed) {
      throw new TollgateError('engine_freed', 'the engine was freed: make another from its log or a snapshot');
    }
    if (this.#instance !== instance()) {
      throw new TollgateError('engine_lost', 'the engine failed and was discarded: rebuild it from its log');
    }
    return guarded(() => call(this.#raw));
  }
}

/** Whether a decision lets a request through that was not let through before. */
export function mayBeSent(decision: DecisionForm): boolean {
  return (decision.type === 'allow' && !decision.replayed) || decision.type === 'counted';
}
