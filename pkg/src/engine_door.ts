/// <reference lib="esnext.disposable" />
/**
 * The engine's door: one organization's state, whichever module it is in.
 *
 * Instants are whole milliseconds since 1970, and always the last argument. Money is a decimal string. A denial is an answer;
 * a caller's mistake throws a {@link TollgateError} and changes nothing.
 */
import { TollgateError, type Problem } from './error.js';
import { Instance } from './instance.js';
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

/** What an engine is asked for: positions of `ASKED` in `src/wasm/engine.rs`. */
const ASK = {
  line: 0,
  submit: 1,
  decide: 2,
  audit: 3,
  commit: 4,
  preview: 5,
  apply: 6,
  query: 7,
  firstEvents: 8,
  firstAudit: 9,
  auditFrom: 10,
} as const;

/** One organization's engine, as a module gives it. */
export interface RawEngine {
  ask(what: number, text: string, number: number): string;
  nextDeadlineMs(): number;
  seq(): number;
  snapshot(): Uint8Array;
  beginSnapshot(): void;
  snapshotPart(): Uint8Array | undefined;
  snapshotHeader(): Uint8Array;
  keyHandle(id: string): number;
  canKey(key: number, action: number, nowMs: number): boolean;
  free(): void;
}

/** What the glue of an engine's module exports. */
interface Glue {
  RawEngine: {
    create(policy: string, nowMs: number): RawEngine;
    fold(log: string): RawEngine;
    restore(snapshot: Uint8Array): RawEngine;
  };
  actionNames(): string;
  checkPolicy(policy: string): unknown;
  __wbg_reset_state(): void;
}

/** A module with an engine in it. */
export class EngineModule {
  readonly #glue: Glue;
  readonly instance: Instance;

  constructor(glue: Glue) {
    this.#glue = glue;
    this.instance = new Instance(() => glue.__wbg_reset_state());
  }

  create<E>(policy: Policy, nowMs: number, over: (raw: RawEngine) => E): { engine: E; events: string; audit: string } {
    return this.instance.guarded(() => {
      const raw = this.#glue.RawEngine.create(text(policy), instant(nowMs));
      return { engine: over(raw), events: raw.ask(ASK.firstEvents, '', 0), audit: raw.ask(ASK.firstAudit, '', 0) };
    });
  }

  fromLog<E>(events: string | readonly EventForm[], over: (raw: RawEngine) => E): E {
    return this.instance.guarded(() => over(this.#glue.RawEngine.fold(text(events))));
  }

  restore<E>(snapshot: Uint8Array, over: (raw: RawEngine) => E): E {
    return this.instance.guarded(() => over(this.#glue.RawEngine.restore(snapshot)));
  }

  checkPolicy(policy: Policy): Problem[] {
    return this.instance.guarded(() => this.#glue.checkPolicy(text(policy)) as Problem[]);
  }

  actionNames(): string[] {
    return this.#glue.actionNames().split(',');
  }
}

/** One organization's engine, whichever module it is in. */
export class EngineDoor {
  readonly #raw: RawEngine;
  readonly #module: EngineModule;
  readonly #born: number;
  #freed = false;
  /** How many snapshots in parts were begun. */
  #snapshots = 0;
  // Handles of keys and positions of actions, so that the hot path crosses with numbers only.
  readonly #keys = new Map<string, number>();
  #actions: Map<string, number> | undefined;

  protected constructor(raw: RawEngine, module: EngineModule) {
    this.#raw = raw;
    this.#module = module;
    this.#born = module.instance.number;
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
      this.#actions ??= new Map(this.#module.actionNames().map((name, position) => [name, position]));
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

  /**
   * The same bytes in parts, for a host that must not stand still for long: of the state as it is at the first part, whatever happens
   * between them. Some parts are empty. What stands before them all is returned at the end. One at a time: once another one has begun,
   * this one throws.
   */
  *snapshotParts(): Generator<Uint8Array, Uint8Array, void> {
    this.#call((raw) => raw.beginSnapshot());
    this.#snapshots += 1;
    const begun = this.#snapshots;
    for (;;) {
      if (this.#snapshots !== begun) {
        const message = 'another snapshot was begun meanwhile: take the parts of that one';
        throw new TollgateError('invalid_input', message, 'snapshot');
      }
      const part = this.#call((raw) => raw.snapshotPart());
      if (part === undefined) return this.#call((raw) => raw.snapshotHeader());
      yield part;
    }
  }

  /** `submit`, text in and text out. */
  submitText(command: string, nowMs: number): string {
    return this.#call((raw) => raw.ask(ASK.submit, command, instant(nowMs)));
  }

  /** Decides and applies nothing; once the events are stored, {@link Engine.commit} applies them. */
  decideText(command: string, nowMs: number): string {
    return this.#call((raw) => raw.ask(ASK.decide, command, instant(nowMs)));
  }

  /**
   * The audit log's entries of the last `decideText`, as a JSON list: a host stores them with the events. `number` and `hash`
   * are those of the last entry that it has stored; 0 and 64 zeros before the first.
   */
  auditText(number: number, hash: string): string {
    return this.#call((raw) => raw.ask(ASK.audit, hash, number));
  }

  /** Where the audit log stands before the events that are applied next: the query `audit_head` then tells where their entries lead. */
  auditFrom(number: number, hash: string): void {
    this.#call((raw) => raw.ask(ASK.auditFrom, hash, number));
  }

  /** Applies the events of the last `decideText`. */
  commit(): void {
    this.#call((raw) => raw.ask(ASK.commit, '', 0));
  }

  /** `preview`, text in and text out. */
  previewText(command: string, nowMs: number): string {
    return this.#call((raw) => raw.ask(ASK.preview, command, instant(nowMs)));
  }

  /** `query`, text in and text out. */
  queryText(query: string, nowMs: number): string {
    return this.#call((raw) => raw.ask(ASK.query, query, instant(nowMs)));
  }

  /** `apply`, of a JSON list. */
  applyText(events: string): void {
    this.#call((raw) => raw.ask(ASK.apply, events, 0));
  }

  /** Answers a line `{"now_ms": …, "command" | "preview" | "query": …}`; a mistake is an answer here too. */
  runLine(line: string): string {
    return this.#call((raw) => raw.ask(ASK.line, line, 0));
  }

  /** Frees the engine's memory at once; otherwise it is freed when the engine is collected. */
  free(): void {
    if (!this.#freed && this.#born === this.#module.instance.number) {
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
    if (this.#born !== this.#module.instance.number) {
      throw new TollgateError('engine_lost', 'the engine failed and was discarded: rebuild it from its log');
    }
    return this.#module.instance.guarded(() => call(this.#raw));
  }
}

/** Whether a decision lets a request through that was not let through before. */
export function mayBeSent(decision: DecisionForm): boolean {
  return (decision.type === 'allow' && !decision.replayed) || decision.type === 'counted';
}
