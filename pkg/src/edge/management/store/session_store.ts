/**
 * Sessions of the console and the codes that open them.
 *
 * Only digests are kept: whoever reads the tables can neither sign in nor take a session over. Both are bounded for each member.
 */
import type { ObjectStorage } from '../../object_state.js';
import type { Principal } from '../forms.js';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS session (
    id TEXT PRIMARY KEY, token_sha256 TEXT NOT NULL UNIQUE, member TEXT NOT NULL, created_at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL, source TEXT, user_agent TEXT);
  CREATE INDEX IF NOT EXISTS session_by_member ON session (member, created_at_ms);
  CREATE TABLE IF NOT EXISTS one_time_code (
    code_sha256 TEXT PRIMARY KEY, purpose TEXT NOT NULL, member TEXT NOT NULL, made_by TEXT NOT NULL,
    expires_at_ms INTEGER NOT NULL);
  CREATE INDEX IF NOT EXISTS session_by_time ON session (created_at_ms);
  CREATE INDEX IF NOT EXISTS session_by_end ON session (expires_at_ms);
  CREATE INDEX IF NOT EXISTS code_by_member ON one_time_code (member);
  CREATE INDEX IF NOT EXISTS code_by_end ON one_time_code (expires_at_ms);
`;

/** The oldest of a member's go when there are more. */
const MAX_SESSIONS = 20;
const MAX_CODES = 5;

export interface NewCode {
  code_sha256: string;
  purpose: 'sign_in' | 'invite';
  member: string;
  expires_at_ms: number;
}

export interface NewSession {
  id: string;
  token_sha256: string;
  created_at_ms: number;
  expires_at_ms: number;
  user_agent: string | null;
}

export interface Session extends Record<string, string | number | null> {
  id: string;
  member: string;
  created_at_ms: number;
  expires_at_ms: number;
  source: string | null;
  user_agent: string | null;
}

const COLUMNS = 'id, member, created_at_ms, expires_at_ms, source, user_agent';

export class SessionStore {
  readonly #storage: ObjectStorage;

  private constructor(storage: ObjectStorage) {
    this.#storage = storage;
  }

  static open(storage: ObjectStorage): SessionStore {
    storage.sql.exec(SCHEMA);
    return new SessionStore(storage);
  }

  /** Keeps a code; what has expired, and a member's oldest beyond the bound, goes. */
  addCode(code: NewCode, madeBy: Principal, nowMs: number): void {
    const { sql } = this.#storage;
    this.#storage.transactionSync(() => {
      sql.exec('DELETE FROM one_time_code WHERE expires_at_ms <= ?', nowMs);
      // A new invitation replaces the one before: of the two codes only the later one was meant.
      if (code.purpose === 'invite') this.forgetInvite(code.member);
      sql.exec(
        'INSERT INTO one_time_code (code_sha256, purpose, member, made_by, expires_at_ms) VALUES (?, ?, ?, ?, ?)',
        code.code_sha256,
        code.purpose,
        code.member,
        JSON.stringify(madeBy),
        code.expires_at_ms,
      );
      sql.exec(
        `DELETE FROM one_time_code WHERE member = ? AND rowid NOT IN
         (SELECT rowid FROM one_time_code WHERE member = ? ORDER BY rowid DESC LIMIT ${MAX_CODES})`,
        code.member,
        code.member,
      );
    });
  }

  forgetInvite(member: string): void {
    this.#storage.sql.exec("DELETE FROM one_time_code WHERE member = ? AND purpose = 'invite'", member);
  }

  /** Whose code it is, and who made it; null for one that is unknown, used, expired or made for something else. */
  findCode(codeSha256: string, purpose: NewCode['purpose'], nowMs: number): { member: string; madeBy: Principal } | null {
    const [row] = this.#storage.sql
      .exec<{ member: string; made_by: string }>(
        'SELECT member, made_by FROM one_time_code WHERE code_sha256 = ? AND purpose = ? AND expires_at_ms > ?',
        codeSha256,
        purpose,
        nowMs,
      )
      .toArray();
    return row === undefined ? null : { member: row.member, madeBy: JSON.parse(row.made_by) as Principal };
  }

  /** A code works once. */
  useCode(codeSha256: string): void {
    this.#storage.sql.exec('DELETE FROM one_time_code WHERE code_sha256 = ?', codeSha256);
  }

  open(member: string, session: NewSession, source: string | null, nowMs: number): void {
    const { sql } = this.#storage;
    this.#storage.transactionSync(() => {
      sql.exec('DELETE FROM session WHERE expires_at_ms <= ?', nowMs);
      sql.exec(
        'INSERT INTO session (id, token_sha256, member, created_at_ms, expires_at_ms, source, user_agent) VALUES (?, ?, ?, ?, ?, ?, ?)',
        session.id,
        session.token_sha256,
        member,
        session.created_at_ms,
        session.expires_at_ms,
        source,
        session.user_agent,
      );
      sql.exec(
        `DELETE FROM session WHERE member = ? AND rowid NOT IN
         (SELECT rowid FROM session WHERE member = ? ORDER BY rowid DESC LIMIT ${MAX_SESSIONS})`,
        member,
        member,
      );
    });
  }

  /** The session of a token; null for one that is unknown, ended or expired. */
  find(tokenSha256: string, nowMs: number): Session | null {
    const [row] = this.#storage.sql
      .exec<Session>(`SELECT ${COLUMNS} FROM session WHERE token_sha256 = ? AND expires_at_ms > ?`, tokenSha256, nowMs)
      .toArray();
    return row ?? null;
  }

  /** The sessions that are open, of one member or of all; newest first, and no more than a page can show. */
  list(member: string | null, nowMs: number): Session[] {
    // `+` keeps to the index by which the page is in order: nearly all sessions that are there are open.
    return this.#storage.sql
      .exec<Session>(
        `SELECT ${COLUMNS} FROM session WHERE +expires_at_ms > ? ${member === null ? '' : 'AND member = ?'}
         ORDER BY created_at_ms DESC, id LIMIT 1000`,
        nowMs,
        ...(member === null ? [] : [member]),
      )
      .toArray();
  }

  get(id: string, nowMs: number): Session | null {
    const [row] = this.#storage.sql
      .exec<Session>(`SELECT ${COLUMNS} FROM session WHERE id = ? AND expires_at_ms > ?`, id, nowMs)
      .toArray();
    return row ?? null;
  }

  /** A member's sessions and codes, where somebody else may have made them for less than the member has now. */
  endAll(member: string): void {
    const { sql } = this.#storage;
    sql.exec('DELETE FROM session WHERE member = ?', member);
    sql.exec('DELETE FROM one_time_code WHERE member = ?', member);
  }

  end(id: string): void {
    this.#storage.sql.exec('DELETE FROM session WHERE id = ?', id);
  }
}
