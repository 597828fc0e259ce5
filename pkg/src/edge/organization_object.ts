/**
 * The Durable Object of one organization: the engine in memory, its log on disk, and one writer.
 *
 * A command is decided, its events are appended, and only then does the engine apply them. Where anything goes wrong in
 * between, the engine is thrown away and rebuilt from the log, and the caller hears 503: what is not recorded did not
 * happen. The runtime holds every answer back until what was written before it is durable.
 */
import { Batch } from './batch.js';
import { EngineLost, EnginePort, EngineRefusal, type Decided } from './engine_port.js';
import { logError } from './error_log.js';
import { EventLog } from './event_log.js';
import type { ManagementRequest, AddressSignIn, SignIn } from './management/store/ask.js';
import { AuditLog } from './management/store/audit_log.js';
import { outdated } from './management/store/outdated.js';
import { DenialBook } from './management/store/denial_book.js';
import { Desk, type Office } from './management/store/desk.js';
import { exportParts, readExport, type ExportedOrganization } from './management/store/export.js';
import { provenEngine } from './management/store/export_proof.js';
import { SessionStore } from './management/store/session_store.js';
import { signIn, signInByAddress } from './management/store/sign_in.js';
import type { ObjectState } from './object_state.js';
import type { AdmitCommand, CountTokensCommand, Deny, Operation, QueryForm, WireError } from './wire.js';

/** The bindings that the object reads. */
export interface OrganizationEnv {
  /** The policy file, as text or JSON. It seeds the organization that it names; afterwards the log wins. */
  POLICY?: unknown;
  /** How many events the log gathers before the snapshot is renewed (10,000). */
  SNAPSHOT_EVERY?: unknown;
}

interface Open {
  organization: string;
  engine: EnginePort;
  log: EventLog;
  audit: AuditLog;
  sessions: SessionStore;
}

/** An HTTP status, and a document as it is sent. */
interface Reply {
  status: number;
  text: string;
}

const DEFAULT_SNAPSHOT_EVERY = 10_000;
const MAX_PAGE = 1_000;

export class OrganizationObject {
  readonly #state: ObjectState;
  readonly #env: OrganizationEnv;
  #open: Open | null = null;
  // Not a part of what is open: a store that failed once must not forget who was denied.
  readonly #denials = new DenialBook();
  #alarmAtMs: number | null = null;
  readonly #batch: Batch;
  #compacting = false;
  /** Told once, and not again for every request that it stops. */
  #jumpTold = false;

  constructor(state: ObjectState, env: OrganizationEnv) {
    this.#state = state;
    this.#batch = new Batch(state.storage);
    this.#env = env;
  }

  /** One verb, with wire JSON; see `OrganizationDoor`. The answer is `{"status":200,"answer":{…}}`. */
  async ask(organization: string, verb: string, body: string): Promise<string> {
    const { status, text } = await this.#reply(organization, verb, body);
    return `{"status":${status},"answer":${text}}`;
  }

  /** The same by `POST /<organization>/<verb>`, for what is longer than the runtime lets a method take or give. */
  async fetch(request: Request): Promise<Response> {
    const [, organization = '', verb = ''] = new URL(request.url).pathname.split('/').map(decodeURIComponent);
    const { status, text } = await this.#reply(organization, verb, await request.text());
    return new Response(text, { status, headers: { 'content-type': 'application/json' } });
  }

  /** The engine's deadline, or a log that has grown long. */
  async alarm(): Promise<void> {
    this.#alarmAtMs = null;
    const log = EventLog.open(this.#state.storage);
    if (log === null) return;
    try {
      const open = this.#ready(log.organization);
      const nowMs = Date.now();
      const inTime = this.#expireDue(open, nowMs);
      if (inTime) this.#recordDenials(open, nowMs);
      if (this.#isLong(open)) await this.#compact(open);
      if (inTime && this.#open === open) this.#arm(open);
    } catch (error) {
      // Rebuilt on the runtime's next attempt at this alarm.
      this.#discard();
      throw error;
    }
  }

  async #reply(organization: string, verb: string, body: string): Promise<Reply> {
    try {
      // Proving a document takes digests, which are not made at once: before anything is read of what stands here.
      const exported = verb === 'restore' ? await readExport(body) : null;
      return await this.#batch.run(() => {
        try {
          if (exported !== null) return { status: 200, text: this.#restore(organization, exported) };
          return { status: 200, text: this.#answer(organization, verb, body) };
        } catch (error) {
          // Before anybody else's turn: what the engine holds may not be what the log says.
          return this.#failure(error);
        }
      });
    } catch (error) {
      return this.#failure(error);
    }
  }

  // Nothing below awaits but a compaction: from the first read to the last write no other request comes in between.

  #answer(organization: string, verb: string, body: string): string {
    const open = this.#ready(organization);
    const nowMs = Date.now();
    this.#expireDue(open, nowMs);
    switch (verb) {
      case 'decide':
        return this.#decide(open, body, nowMs);
      case 'submit':
        return this.#submit(open, body, nowMs).outcome;
      case 'preview':
        return open.engine.preview(body, nowMs);
      case 'query':
        return open.engine.query(body, nowMs);
      case 'events':
        return this.#events(open, body);
      case 'manage': {
        const request = JSON.parse(body) as ManagementRequest;
        return new Desk(this.#office(open, nowMs), request).answer(request.ask);
      }
      case 'sign_in':
        return JSON.stringify(signIn(this.#office(open, nowMs), JSON.parse(body) as SignIn));
      case 'sign_in_by_address':
        return JSON.stringify(signInByAddress(this.#office(open, nowMs), JSON.parse(body) as AddressSignIn));
      case 'export':
        return JSON.stringify(exportParts(this.#office(open, nowMs)));
      default:
        throw new EngineRefusal({
          code: 'invalid_input',
          message: `\`${verb}\` is not something that an organization does`,
        });
    }
  }

  /** A caller's command, and what the caller has left after it. */
  #decide(open: Open, command: string, nowMs: number): string {
    const { decision } = this.#submit(open, command, nowMs);
    const { type, credential, model } = JSON.parse(command) as AdmitCommand | CountTokensCommand;
    if (decision.type === 'deny') this.#noteDenial(open, { credential, type, model, deny: decision }, nowMs);
    // Counting has limits of its own, which are not those that a client plans its messages by: who is denied by them is told of them.
    const told = type === 'admit' || decision.type === 'deny';
    const operation = type === 'admit' ? 'messages' : 'count_tokens';
    const headroom = told ? this.#headroom(open, { credential, model, operation }, nowMs) : null;
    return `{"decision":${JSON.stringify(decision)},"headroom":${headroom}}`;
  }

  /** For the model, or for every model where the caller may not use it; null for a key that is not valid. */
  #headroom(
    open: Open,
    { model, ...asked }: Pick<AdmitCommand, 'credential' | 'model'> & { operation: Operation },
    nowMs: number,
  ): string | null {
    const queries: QueryForm[] = [
      { type: 'headroom', ...asked, model },
      { type: 'headroom', ...asked },
    ];
    for (const query of queries) {
      const headroom = open.engine.query(JSON.stringify(query), nowMs);
      if (headroom.startsWith('{"type":"headroom"')) return headroom;
    }
    return null;
  }

  #submit(open: Open, command: string, nowMs: number): Decided {
    const decided = this.#append(open, command, nowMs);
    this.#arm(open);
    return decided;
  }

  #append(open: Open, command: string, nowMs: number): Decided {
    const decided = open.engine.decide(command, nowMs);
    if (decided.events.length > 0) {
      const entries = decided.audited ? open.engine.auditAfter(open.audit.head()) : [];
      open.log.append(open.engine.seq(), decided.events, { log: open.audit, entries });
      open.engine.commit();
      this.#batch.wrote();
      for (const member of outdated(entries)) open.sessions.endAll(member);
    }
    return decided;
  }

  #office(open: Open, nowMs: number): Office {
    return {
      ...open,
      denials: this.#denials,
      submit: (command) => this.#submit(open, JSON.stringify(command), nowMs),
      recordDenials: () => this.#recordDenials(open, nowMs),
      nowMs,
    };
  }

  /** A caller who was denied, if it is one that is known. */
  #noteDenial(
    open: Open,
    denied: Pick<AdmitCommand, 'credential' | 'model'> & { type: 'admit' | 'count_tokens'; deny: Deny },
    nowMs: number,
  ): void {
    const identity = open.engine.identify(denied.credential, nowMs);
    if (identity === null) return;
    const { gate, reason, retry, violated } = denied.deny;
    const action = denied.type === 'admit' ? 'messages.create' : 'messages.count_tokens';
    const { key } = identity;
    this.#denials.count({ principal: { key }, gate, reason, action, source: null }, nowMs);
    this.#denials.keep(key, { at_ms: nowMs, action, model: denied.model, gate, reason, retry, violated });
    this.#recordDenials(open, nowMs);
    this.#arm(open);
  }

  #recordDenials(open: Open, nowMs: number): void {
    const denials = this.#denials.due(nowMs);
    if (denials.length === 0) return;
    this.#append(open, JSON.stringify({ type: 'record_denials', denials }), nowMs);
    this.#denials.recorded(denials, nowMs);
    // Only now: what was due is not what is due next.
    this.#arm(open);
  }

  /** False where the clock has jumped: then nothing happens until an operator's `advance_clock`, which must come through. */
  #expireDue(open: Open, nowMs: number): boolean {
    try {
      if (open.engine.nextDeadlineMs() <= nowMs) this.#submit(open, '{"type":"expire"}', nowMs);
      this.#jumpTold = false;
      return true;
    } catch (error) {
      if (!(error instanceof EngineRefusal) || error.wire.code !== 'clock_jump') throw error;
      this.#tellJump(open.organization, nowMs, error.wire.message);
      return false;
    }
  }

  #tellJump(organization: string, nowMs: number, cause: string): void {
    if (this.#jumpTold) return;
    this.#jumpTold = true;
    logError('the clock jumped: nothing is decided until it is corrected, or accepted with `advance_clock`', {
      organization,
      now_ms: nowMs,
      cause,
    });
  }

  #events(open: Open, body: string): string {
    const { after, limit } = pageOf(body);
    if (!isCount(after) || !isCount(limit) || limit < 1 || limit > MAX_PAGE) {
      throw new EngineRefusal({
        code: 'invalid_input',
        message: `give \`after\`, and a \`limit\` from 1 to ${MAX_PAGE}`,
      });
    }
    const events = open.log.page(after, limit).map(({ seq, event }) => `{"seq":${seq},"event":${event}}`);
    return `{"events":[${events.join(',')}],"compacted_seq":${open.log.compactedSeq},"last_seq":${open.log.lastSeq}}`;
  }

  /** The engine, from memory, from disk, or for an organization that starts now. */
  #ready(organization: string): Open {
    this.#open ??= unrefused(() => this.#load() ?? this.#found(organization));
    if (this.#open.organization !== organization) throw unknownOrganization(organization);
    return this.#open;
  }

  #load(): Open | null {
    const { storage } = this.#state;
    const log = EventLog.open(storage);
    if (log === null) return null;
    const engine = EnginePort.restore(log.snapshot());
    for (const page of log.tail()) engine.apply(page.map(({ event }) => event));
    if (engine.seq() !== log.lastSeq)
      throw new Error(`the engine is at \`${engine.seq()}\` and the log at \`${log.lastSeq}\``);
    return { organization: log.organization, engine, log, ...this.#tables() };
  }

  #tables(): Pick<Open, 'audit' | 'sessions'> {
    const { storage } = this.#state;
    return { audit: AuditLog.open(storage), sessions: SessionStore.open(storage) };
  }

  /** Only the organization that the policy names: a key of any other finds nothing here, and leaves nothing behind. */
  #found(organization: string): Open {
    const policy = this.#env.POLICY;
    const text = typeof policy === 'string' ? policy : JSON.stringify(policy ?? null);
    if (organizationOf(text) !== organization) throw unknownOrganization(organization);
    const { engine, events, audit } = EnginePort.found(text, Date.now());
    const tables = this.#tables();
    const log = EventLog.found(this.#state.storage, {
      organization,
      after: 0,
      events,
      snapshot: engine.snapshot(),
      snapshotSeq: events.length,
      audit: { log: tables.audit, entries: audit },
    });
    return { organization, engine, log, ...tables };
  }

  /** Starts from an export, where nothing stands yet. */
  #restore(organization: string, exported: ExportedOrganization): string {
    if (exported.organization !== organization) {
      throw new EngineRefusal({
        code: 'invalid_export',
        path: 'organization',
        message: `the export is of \`${exported.organization}\`, not of \`${organization}\``,
      });
    }
    if (EventLog.open(this.#state.storage) !== null) {
      throw new EngineRefusal({
        code: 'not_empty',
        message: `\`${organization}\` has begun here already: restore where no request has come yet`,
      });
    }
    const engine = provenEngine(exported, EnginePort.restore);
    const tables = this.#tables();
    const log = EventLog.found(this.#state.storage, {
      organization,
      after: exported.snapshotSeq,
      events: exported.log.map(({ event }) => event),
      snapshot: exported.snapshot,
      snapshotSeq: exported.snapshotSeq,
      audit: { log: tables.audit, entries: exported.audit },
    });
    this.#open = { organization, engine, log, ...tables };
    this.#arm(this.#open);
    return JSON.stringify({ organization, seq: engine.seq(), audit_entries: exported.audit.length });
  }

  #isLong({ engine, log }: Open): boolean {
    return !this.#compacting && engine.seq() - log.snapshotSeqSeen >= this.#snapshotEvery();
  }

  /**
   * Writes a newer snapshot beside the one in force, puts it in its place, and takes the events that it holds out of the log. All of
   * it in small steps between which others have their turn: the snapshot of a large organization takes longer than a caller should
   * wait. Where the object is lost in between, snapshot and log are what they were.
   */
  async #compact(open: Open): Promise<void> {
    this.#compacting = true;
    try {
      const steps = compaction(open);
      // Nothing is left to do either where the engine was thrown away meanwhile.
      while (await this.#batch.run(() => this.#open === open && steps.next().done !== true)) {
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
    } finally {
      this.#compacting = false;
    }
  }

  /** Wakes the object at the engine's next deadline, and at once when the log has grown long enough to compact. */
  #arm(open: Open): void {
    const long = this.#isLong(open);
    const deadlineMs = Math.min(open.engine.nextDeadlineMs(), this.#denials.nextDueMs() ?? Infinity);
    const atMs = long ? Date.now() : deadlineMs;
    // Only an earlier time is set: an alarm that comes too early costs one look, a write for every deadline costs more.
    if (this.#alarmAtMs !== null && this.#alarmAtMs <= atMs) return;
    this.#alarmAtMs = atMs;
    // Part of the same transaction as the append; the runtime resets the object if it cannot be written.
    this.#state.storage.setAlarm(atMs).catch(() => {
      this.#alarmAtMs = null;
    });
  }

  #snapshotEvery(): number {
    const every = Number(this.#env.SNAPSHOT_EVERY ?? DEFAULT_SNAPSHOT_EVERY);
    return Number.isSafeInteger(every) && every > 0 ? every : DEFAULT_SNAPSHOT_EVERY;
  }

  #failure(error: unknown): Reply {
    if (error instanceof EngineRefusal) {
      const status = error.wire.code === 'unknown_organization' ? 404 : 422;
      return { status, text: JSON.stringify({ error: error.wire }) };
    }
    this.#discard();
    logError('the store failed', { cause: describe(error) });
    const text = '{"error":{"code":"store_unavailable","message":"the store failed; nothing was decided"}}';
    return { status: 503, text };
  }

  /** What the engine holds may no longer be what the log says. */
  #discard(): void {
    const open = this.#open;
    this.#open = null;
    this.#alarmAtMs = null;
    try {
      open?.engine.free();
    } catch (error) {
      // An instance that panicked cannot be freed either; it goes with its memory.
      logError('an engine could not be freed', { cause: describe(error) });
    }
  }
}

/** Steps of a compaction, each of which is short. */
function* compaction({ engine, log }: Open): Generator<void, void, void> {
  const draft = log.draft(engine.seq());
  const parts = engine.snapshotParts();
  for (;;) {
    const { done, value } = parts.next();
    if (done === true) {
      log.adopt(draft, value, engine.seq());
      break;
    }
    draft.add(value);
    yield;
  }
  while (log.forget()) yield;
}

function unknownOrganization(organization: string): EngineRefusal {
  const wire: WireError = {
    code: 'unknown_organization',
    message: `no organization \`${organization}\` is served here`,
  };
  return new EngineRefusal(wire);
}

/** A policy or a snapshot that the engine refuses is no mistake of the caller who happens to ask first. */
function unrefused<T>(start: () => T): T {
  try {
    return start();
  } catch (error) {
    if (!(error instanceof EngineRefusal) || error.wire.code === 'unknown_organization') throw error;
    const { code, message, path } = error.wire;
    throw new Error(`the organization cannot start: ${code}: ${path === undefined ? '' : `${path}: `}${message}`);
  }
}

function organizationOf(policy: string): string | undefined {
  try {
    return (JSON.parse(policy) as { organization?: { id?: string } } | null)?.organization?.id;
  } catch {
    return undefined;
  }
}

function describe(error: unknown): string {
  return error instanceof EngineLost ? `${error.message}: ${String(error.cause)}` : String(error);
}

/** What an operator sends is not always JSON, and not always an object. */
function pageOf(body: string): { after?: unknown; limit?: unknown } {
  try {
    return Object(JSON.parse(body)) as { after?: unknown; limit?: unknown };
  } catch {
    return {};
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
