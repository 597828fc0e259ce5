/** What the management plane asks of an organization's Durable Object, and what it answers. */
import type { Action, ChangeRequest, ListFields, ListKind, Principal, RevisionForm } from '../forms.js';
import type { Problem } from '../../../error.js';
import type { AuditFilter, AuditHead, AuditPage } from './audit_log.js';
import type { RecentDenial } from './denial_book.js';
import type { ExportParts } from './export.js';
import type { NewCode, NewSession, Session } from './session_store.js';

/** Who asks, by what the request carried. Only digests come this far. */
export type Caller = { secret_sha256: string } | { session_sha256: string };

export interface ManagementRequest {
  caller: Caller;
  /** The address that the request came from, where the host knows it. */
  source: string | null;
  /** The permission that the endpoint is about: what a denial is recorded as. Null: whoever is known may ask. */
  action: Action | null;
  ask: Ask | PageAsk;
}

export type Ask =
  | { type: 'whoami' }
  /** Whether the action may be done at all. */
  | { type: 'check'; action: Action | null }
  /** With `by_id` the page begins behind an id that the caller has given, or ends before one: of something that is or was on the list. */
  | ({ type: 'list'; of: ListKind; by_id?: true } & ListFields)
  /**
   * The code is kept if the changes are made, for the member that they invite. `read` is what the caller changed, as it is afterwards:
   * a change may well take away what one would read it by.
   */
  | { type: 'manage'; changes: ChangeRequest[]; code?: NewCode; read?: { of: ListKind; id?: string } }
  | { type: 'preview'; changes: ChangeRequest[] }
  | { type: 'balances' }
  | { type: 'audit'; filter: AuditFilter }
  | { type: 'audit_head' }
  /** When things that the caller may see were last changed, or had one action done to them. */
  | { type: 'last_at'; target: string; ids: string[]; action: string | null }
  | { type: 'denials'; key: string }
  | { type: 'sign_in_code'; code: NewCode }
  | { type: 'sessions' }
  | { type: 'end_session'; id: string }
  | { type: 'export' };

/** A page of a list as it is shown, to be passed on unread: the answer has nothing beside it, not even who asked. */
export type PageAsk = { type: 'page'; of: 'api_keys'; by_id?: true } & ListFields;

/** What opens a session: no caller is known yet, only a code that works once. */
export interface SignIn {
  purpose: 'sign_in' | 'invite';
  code_sha256: string;
  session: NewSession;
  source: string | null;
}

/** What opens a session for whoever a provider says has an address. */
export interface AddressSignIn {
  email: string;
  session: NewSession;
  source: string | null;
}

export type PreviewResult =
  | { outcome: 'allowed'; changes: RevisionForm[] }
  | { outcome: 'denied'; reason: string }
  | { outcome: 'refused'; code: string; message: string; path: string | null; problems: readonly Problem[] };

interface Results {
  whoami: Record<string, never>;
  check: Record<string, never>;
  list: { items: unknown[]; has_more: boolean };
  manage: { changes: RevisionForm[]; item: unknown };
  preview: PreviewResult;
  balances: { budgets: BudgetBalance[] };
  audit: AuditPage;
  audit_head: AuditHead;
  last_at: { at_ms: Record<string, number> };
  denials: { denials: RecentDenial[] };
  sign_in_code: Record<string, never>;
  sessions: { sessions: Session[]; current: string | null };
  end_session: Record<string, never>;
  export: ExportParts;
}

/** Of the query `balances`, what reports of budgets need. */
export interface BudgetBalance {
  budget: string;
  settled_usd: string;
  assumed_usd: string;
}

export type AskResult<T extends Ask['type']> = Results[T] & { actor: Principal };
