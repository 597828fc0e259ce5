/**
 * The management desk of an organization: who asks, whether they may, and the answer.
 *
 * It lives in the Durable Object, so that between the look at who asks and the change that they make nothing else happens. The
 * engine decides about everything that it knows; only what the object itself keeps is guarded here, by the same permissions.
 */
import { EngineRefusal, type Decided, type EnginePort } from '../../engine_port.js';
import type { EventLog } from '../../event_log.js';
import type { Deny } from '../../wire.js';
import { NOUNS, type Action, type ListFields, type ListKind, type Principal, type RevisionForm } from '../forms.js';
import { AuditLog, type AuditFilter } from './audit_log.js';
import type { Ask, ManagementRequest, PageAsk, PreviewResult } from './ask.js';
import type { Denial, DenialBook } from './denial_book.js';
import { NO_PLACE } from '../field.js';
import { exportParts } from './export.js';
import { SessionStore, type NewCode, type Session } from './session_store.js';

/** What the desk works with, for one request. */
export interface Office {
  organization: string;
  engine: EnginePort;
  log: EventLog;
  audit: AuditLog;
  sessions: SessionStore;
  denials: DenialBook;
  /** Decides, appends and applies a command. */
  submit(command: object): Decided;
  /** Writes the denials that are due. */
  recordDenials(): void;
  nowMs: number;
}

/** What a list begins with, as the engine writes it. */
const LIST = '{"type":"list",';
/** And what the items stand behind. */
const ITEMS = '"items":';

export class Desk {
  readonly #office: Office;
  readonly #source: string | null;
  readonly #action: Action | null;
  readonly #session: Session | null;
  readonly #actor: Principal;

  /** Throws where nobody is known who may ask here. */
  constructor(office: Office, { caller, source, action }: ManagementRequest) {
    this.#office = office;
    this.#source = source;
    this.#action = action;
    if ('session_sha256' in caller) {
      this.#session = office.sessions.find(caller.session_sha256, office.nowMs);
      if (this.#session === null) throw unauthenticated();
      this.#actor = { member: this.#session.member };
    } else {
      this.#session = null;
      this.#actor = this.#adminKey(caller.secret_sha256);
    }
  }

  /** As JSON. */
  answer(ask: Ask | PageAsk): string {
    if (ask.type === 'page') return `{"data":${this.#page(ask).slice(ITEMS.length)}`;
    const result = this.#answer(ask);
    const rest = typeof result === 'string' ? result : JSON.stringify(result).slice(1);
    return `{"actor":${JSON.stringify(this.#actor)}${rest === '}' ? '' : ','}${rest}`;
  }

  /** What stands behind the actor: an object, or its text without the first brace. */
  #answer(ask: Ask): object | string {
    const { audit, engine, nowMs, sessions } = this.#office;
    switch (ask.type) {
      case 'whoami':
        return {};
      case 'check':
        this.#require(ask.action);
        return {};
      case 'list':
        return this.#page(ask);
      case 'manage': {
        // Before anything is changed: what cannot be read afterwards would hide what was made, such as a secret.
        if (ask.read !== undefined && !isListed(ask.read.of)) throw unknownAsk(ask.read.of);
        const changes = managed(this.#submit(this.#actor, ask.changes));
        if (ask.code !== undefined) sessions.addCode(ask.code, this.#actor, nowMs);
        return { changes, item: ask.read === undefined ? null : this.#readAfter(ask.read) };
      }
      case 'preview':
        return this.#preview(ask.changes);
      case 'balances': {
        this.#require();
        const { budgets } = engine.ask({ type: 'balances' }, nowMs);
        return { budgets };
      }
      case 'audit':
        this.#require();
        this.#requireEntries(ask.filter);
        return audit.page(ask.filter);
      case 'audit_head':
        this.#require();
        return audit.head();
      case 'last_at':
        return { at_ms: audit.lastAt(ask.target, ask.ids, ask.action) };
      case 'denials':
        if (isEmpty(this.#list('keys', { id: ask.key }))) throw notFound('api_key_id', ask.key);
        return { denials: this.#office.denials.recent(ask.key) };
      case 'sign_in_code':
        this.#require();
        this.#addSignInCode(ask.code);
        return {};
      case 'sessions': {
        const own = 'member' in this.#actor ? this.#actor.member : null;
        const all = this.#may(this.#actor, 'members.read');
        if (!all && own === null) throw this.#denied('authorize', 'forbidden_action');
        return { sessions: sessions.list(all ? null : own, nowMs), current: this.#session?.id ?? null };
      }
      case 'end_session':
        this.#endSession(ask.id);
        return {};
      case 'export':
        this.#require();
        return exportParts(this.#office);
      default:
        // A worker of another version asks.
        throw unknownAsk((ask as { type: string }).type);
    }
  }

  #adminKey(secret_sha256: string): Principal {
    const identity = this.#office.engine.identify({ secret_sha256 }, this.#office.nowMs);
    // Who is not known leaves no trace, so that nobody can fill the log from outside.
    if (identity === null) throw unauthenticated();
    const key = { key: identity.key };
    if (identity.refused !== null) {
      this.#record({ principal: key, gate: 'authenticate', reason: identity.refused });
      throw unauthenticated();
    }
    if (identity.kind !== 'admin') {
      this.#record({ principal: key, gate: 'authorize', reason: 'forbidden_action' });
      throw new EngineRefusal({ code: 'caller_key', message: 'a key that calls models manages nothing' });
    }
    return key;
  }

  #page({ type: _type, of, by_id, ...fields }: PageAsk | Extract<Ask, { type: 'list' }>): string {
    const list = this.#list(of, fields);
    if (by_id === true) this.#requirePlaces(of, fields);
    return list;
  }

  /** A list as the engine wrote it, from its items on. */
  #list(of: ListKind, fields: ListFields): string {
    const { engine, nowMs } = this.#office;
    const text = engine.listText(this.#actor, of, fields, nowMs);
    if (!text.startsWith(LIST)) throw this.#deny(JSON.parse(text) as Deny);
    const list = text.slice(LIST.length);
    // What may not be seen is told like what does not exist; that somebody tried is told to the auditors.
    if (fields.id !== undefined && isEmpty(list)) {
      const all = engine.list(null, of, { id: fields.id }, nowMs);
      if (all.type !== 'deny' && all.items.length > 0) this.#record({ principal: this.#actor, gate: 'authorize', reason: 'forbidden_action' });
    }
    return list;
  }

  /**
   * A page begins behind something that the caller sees, or that was taken out meanwhile, which the audit log tells. What is neither would
   * look like the end of the list.
   */
  #requirePlaces(of: ListKind, { after, before }: ListFields): void {
    const { audit, engine, nowMs } = this.#office;
    for (const [path, id] of [['after_id', after] as const, ['before_id', before] as const]) {
      if (id === undefined || !isEmpty(this.#list(of, { id }))) continue;
      const there = engine.list(null, of, { id }, nowMs);
      const isThere = there.type === 'deny' || there.items.length > 0;
      if (isThere || !(id in audit.lastAt(NOUNS[of === 'api_keys' ? 'keys' : of], [id], null))) throw noPlace(path, id);
    }
  }

  /** The id of an entry that is not there yet would look like the beginning of the log, or like its end. */
  #requireEntries({ after, before }: AuditFilter): void {
    const { entries } = this.#office.audit.head();
    for (const [path, number] of [['after_id', after] as const, ['before_id', before] as const]) {
      if (number !== undefined && number > entries) throw noPlace(path, String(number));
    }
  }

  #readAfter({ of, id }: { of: ListKind; id?: string }): unknown {
    const { engine, nowMs } = this.#office;
    const result = engine.list(null, of, id === undefined ? {} : { id }, nowMs);
    return result.type === 'deny' ? null : (result.items[0] ?? null);
  }

  /** A command whose denial is recorded before the caller hears of it. */
  #submit(actor: Principal, changes: Extract<Ask, { type: 'manage' }>['changes']): Decided['decision'] {
    let decision: Decided['decision'];
    try {
      decision = this.#office.submit({ type: 'manage', actor, source: this.#source, changes }).decision;
    } catch (error) {
      if (error instanceof EngineRefusal && isEscalation(error)) {
        this.#record({ principal: this.#actor, gate: 'authorize', reason: 'forbidden_change' });
      }
      throw error;
    }
    if (decision.type === 'deny') throw this.#deny(decision);
    return decision;
  }

  /** Nothing is attempted by a preview, so that nothing is recorded either. */
  #preview(changes: Extract<Ask, { type: 'preview' }>['changes']): PreviewResult {
    const { engine, nowMs } = this.#office;
    const command = { type: 'manage', actor: this.#actor, source: this.#source, changes };
    try {
      const decision = engine.previewDecision(JSON.stringify(command), nowMs);
      if (decision.type === 'deny') return { outcome: 'denied', reason: decision.reason };
      return { outcome: 'allowed', changes: managed(decision) };
    } catch (error) {
      if (!(error instanceof EngineRefusal)) throw error;
      const { code, message, path, problems } = error.wire;
      return { outcome: 'refused', code, message, path: path ?? null, problems: problems ?? [] };
    }
  }

  #addSignInCode(code: NewCode): void {
    const { engine, nowMs, sessions } = this.#office;
    const target = engine.list(null, 'members', { id: code.member }, nowMs);
    const [member] = target.type === 'deny' ? [] : target.items;
    if (member === undefined || member.status === 'removed') throw notFound('member_id', code.member);
    if (member.status === 'invited') {
      throw new EngineRefusal({
        code: 'invalid_input',
        path: 'member_id',
        message: `\`${code.member}\` has not accepted the invitation yet: invite the member again for a new code`,
      });
    }
    // Whoever has the code acts as the member, so its maker must hold whatever the member holds.
    if (!engine.holds(this.#actor, code.member, nowMs)) {
      throw this.#denied(
        'authorize',
        'forbidden_action',
        `whoever signs \`${code.member}\` in must hold what that member holds`,
      );
    }
    sessions.addCode(code, this.#actor, nowMs);
  }

  #endSession(id: string): void {
    const { nowMs, sessions } = this.#office;
    const session = id === 'current' ? this.#session : sessions.get(id, nowMs);
    const own = session !== null && 'member' in this.#actor && session.member === this.#actor.member;
    if (!own && !this.#may(this.#actor, 'members.update')) throw this.#denied('authorize', 'forbidden_action');
    if (session === null) throw notFound('id', id);
    sessions.end(session.id);
  }

  /** The endpoint's own permission, on whatever the organization has. */
  #require(action = this.#action): void {
    if (action !== null && !this.#may(this.#actor, action)) {
      throw this.#denied('authorize', 'forbidden_action');
    }
  }

  #may(
    principal: Principal,
    action: Action,
    resource: { project?: string | null; owner?: { member: string } | null } = {},
  ): boolean {
    return this.#office.engine.can({ principal, action, ...resource }, this.#office.nowMs);
  }

  #deny(deny: Deny): EngineRefusal {
    return this.#denied(deny.gate, deny.reason);
  }

  #denied(gate: Deny['gate'], reason: Deny['reason'], why?: string): EngineRefusal {
    this.#record({ principal: this.#actor, gate, reason });
    const action = this.#action === null ? 'this' : `\`${this.#action}\``;
    return new EngineRefusal({ code: reason, message: why ?? `the caller's roles do not permit ${action} here` });
  }

  #record({ principal, gate, reason }: Pick<Denial, 'principal' | 'gate' | 'reason'>): void {
    const { denials, nowMs, recordDenials } = this.#office;
    const action = this.#action;
    denials.count({ principal, gate, reason, action, source: this.#source }, nowMs);
    if ('key' in principal) {
      const never = { type: 'never' } as const;
      denials.keep(principal.key, { at_ms: nowMs, action, model: null, gate, reason, retry: never, violated: [] });
    }
    recordDenials();
  }
}

function isListed(kind: string): kind is ListKind {
  return kind === 'api_keys' || Object.hasOwn(NOUNS, kind);
}

function unknownAsk(what: string): EngineRefusal {
  return new EngineRefusal({ code: 'invalid_input', message: `\`${what}\` is nothing that the desk answers` });
}

function isEmpty(list: string): boolean {
  return list.startsWith(`${ITEMS}[],`);
}

function managed(decision: Decided['decision']): RevisionForm[] {
  if (decision.type === 'managed') return decision.changes;
  throw new Error(`the engine answered \`manage\` with \`${decision.type}\``);
}

function isEscalation({ wire }: EngineRefusal): boolean {
  return wire.code === 'forbidden_change';
}

/** One message for every cause: a caller who is not known learns nothing. */
function unauthenticated(): EngineRefusal {
  return new EngineRefusal({ code: 'unauthenticated', message: 'the caller is not known' });
}

/** A cursor that is none. */
function noPlace(path: string, id: string): EngineRefusal {
  const { message, remedy } = NO_PLACE;
  const problem = { path, value: JSON.stringify(id), message, remedy };
  return new EngineRefusal({ code: 'unknown_page', path, message: `\`${id}\`: ${message}: ${remedy}`, problems: [problem] });
}

function notFound(path: string, id: string): EngineRefusal {
  return new EngineRefusal({ code: 'not_found', path, message: `no \`${id}\` is known here` });
}
