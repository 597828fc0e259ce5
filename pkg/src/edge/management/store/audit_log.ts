/**
 * The audit log's table: one row for each entry that the engine made, beside what it is searched by.
 *
 * INVARIANT: an entry is written in the transaction that appends its event, and never changed. The engine chains the entries by
 * their hashes, so that whoever has them all can prove that none is missing and none was altered.
 */
import type { ObjectStorage, SqlValue } from '../../object_state.js';
import type { AuditEntry } from '../forms.js';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS audit (
    number INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, actor_type TEXT, actor_id TEXT, action TEXT NOT NULL,
    target_type TEXT, target_id TEXT, entry TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS audit_by_actor ON audit (actor_id, number);
  CREATE INDEX IF NOT EXISTS audit_by_action ON audit (action, number);
  CREATE INDEX IF NOT EXISTS audit_by_target ON audit (target_id, number);
  CREATE INDEX IF NOT EXISTS audit_by_actor_type ON audit (actor_type, number);
  CREATE INDEX IF NOT EXISTS audit_by_target_type ON audit (target_type, number);
  CREATE INDEX IF NOT EXISTS audit_by_time ON audit (at_ms, number);
`;

/** What a page is narrowed by. Newest first, unless `oldest_first`. */
export interface AuditFilter {
  actor_type?: string;
  actor_id?: string;
  action?: string;
  target_type?: string;
  target_id?: string;
  starting_at_ms?: number;
  ending_at_ms?: number;
  /** Entries that come after this number in the order of the page; `before`: those that come before it. */
  after?: number;
  before?: number;
  oldest_first?: boolean;
  limit: number;
}

/** How many entries there are, and the hash of the last. */
export interface AuditHead {
  entries: number;
  hash: string;
}

/** What the first entry follows. */
export const FIRST_PREVIOUS = '0'.repeat(64);

export interface AuditPage {
  /** Canonical JSON, one text each. */
  entries: string[];
  has_more: boolean;
}

export class AuditLog {
  readonly #storage: ObjectStorage;

  private constructor(storage: ObjectStorage) {
    this.#storage = storage;
  }

  static open(storage: ObjectStorage): AuditLog {
    storage.sql.exec(SCHEMA);
    return new AuditLog(storage);
  }

  /** Only within the transaction that appends the events which the entries are of. */
  insert(entries: readonly string[]): void {
    for (const text of entries) {
      const { number, at_ms, actor, action, target } = JSON.parse(text) as AuditEntry;
      const [actorType, actorId] = named(actor);
      const [targetType, targetId] = named(target);
      this.#storage.sql.exec(
        'INSERT INTO audit (number, at_ms, actor_type, actor_id, action, target_type, target_id, entry) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
        number,
        at_ms,
        actorType,
        actorId,
        action,
        targetType,
        targetId,
        text,
      );
    }
  }

  /** The last entry: what the next one follows. */
  head(): AuditHead {
    const [row] = this.#storage.sql
      .exec<{ entry: string }>('SELECT entry FROM audit ORDER BY number DESC LIMIT 1')
      .toArray();
    if (row === undefined) return { entries: 0, hash: FIRST_PREVIOUS };
    const { number, hash } = JSON.parse(row.entry) as AuditEntry;
    return { entries: number, hash };
  }

  /** When each of some things was last changed, or had one action done to it. */
  lastAt(target: string, ids: readonly string[], action: string | null): Record<string, number> {
    const rows = this.#storage.sql
      .exec<{ id: string; at_ms: number | null }>(
        `SELECT value AS id, (
           SELECT at_ms FROM audit WHERE target_id = value AND +target_type = ? AND (? IS NULL OR action = ?)
           ORDER BY number DESC LIMIT 1) AS at_ms
         FROM json_each(?)`,
        target,
        action,
        action,
        JSON.stringify(ids),
      )
      .toArray();
    return Object.fromEntries(rows.flatMap(({ id, at_ms }) => (at_ms === null ? [] : [[id, at_ms]])));
  }

  page(filter: AuditFilter): AuditPage {
    const { where, bindings } = conditions(filter);
    const newestFirst = filter.oldest_first !== true;
    // The page before a number is read backwards from it, and turned round.
    const backwards = filter.before !== undefined;
    const order = newestFirst === backwards ? 'ASC' : 'DESC';
    const rows = this.#storage.sql
      .exec<{ entry: string }>(
        `SELECT entry FROM audit ${where} ORDER BY number ${order} LIMIT ?`,
        ...bindings,
        filter.limit + 1,
      )
      .toArray();
    const page = rows.slice(0, filter.limit).map(({ entry }) => entry);
    return { entries: backwards ? page.reverse() : page, has_more: rows.length > filter.limit };
  }
}

/** A principal or a target as the pair that it is searched by. */
export function named(one: object | null): [type: string | null, id: string | null] {
  const [field] = one === null ? [] : Object.entries(one);
  return field === undefined ? [null, null] : [field[0], String(field[1])];
}

/** The number of the first entry since an instant; beyond every number where there is none. */
const FIRST_SINCE = `coalesce((SELECT number FROM audit WHERE at_ms >= ? ORDER BY at_ms, number LIMIT 1), ${Number.MAX_SAFE_INTEGER})`;

function conditions(filter: AuditFilter): { where: string; bindings: SqlValue[] } {
  const later = filter.oldest_first === true;
  // A `+` keeps a column's index from being taken: of a type there is more than of anything else that narrows.
  const narrowed = (filter.actor_id ?? filter.action ?? filter.target_id) !== undefined;
  const [actorType, targetType] = narrowed ? ['+actor_type', '+target_type'] : ['actor_type', 'target_type'];
  const all: [condition: string, value: string | number | undefined][] = [
    [`${actorType} = ?`, filter.actor_type],
    ['actor_id = ?', filter.actor_id],
    ['action = ?', filter.action],
    [`${targetType} = ?`, filter.target_type],
    ['target_id = ?', filter.target_id],
    // Later entries have higher numbers, so that a time is a place in the log, and what lies beyond it is not looked at.
    [`number >= ${FIRST_SINCE}`, filter.starting_at_ms],
    [`number < ${FIRST_SINCE}`, filter.ending_at_ms],
    [later ? 'number > ?' : 'number < ?', filter.after],
    [later ? 'number < ?' : 'number > ?', filter.before],
  ];
  const given = all.filter((each): each is [string, string | number] => each[1] !== undefined);
  const where = given.length === 0 ? '' : `WHERE ${given.map(([condition]) => condition).join(' AND ')}`;
  return { where, bindings: given.map(([, value]) => value) };
}
