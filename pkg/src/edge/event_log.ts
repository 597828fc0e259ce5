/**
 * An organization's log and snapshot in the Durable Object's SQLite.
 *
 * INVARIANT: the truth is the snapshot and the events after it. An event's sequence number is the log's primary key, and an
 * append names the number that it follows: whoever decided on an older state than the log's cannot append.
 */
import type { AuditLog } from './management/store/audit_log.js';
import type { ObjectStorage } from './object_state.js';
import { SnapshotDraft } from './snapshot_draft.js';

/** SQLite in a Durable Object takes rows of at most 2 MB. */
const CHUNK_BYTES = 1024 * 1024;
/** How many events a rebuild hands to the engine at a time. */
const PAGE = 1_000;

const SCHEMA = `
  CREATE TABLE log (seq INTEGER PRIMARY KEY, event TEXT NOT NULL);
  CREATE TABLE snapshot_chunk (number INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
  CREATE TABLE snapshot (only INTEGER PRIMARY KEY CHECK (only = 1), organization TEXT NOT NULL, seq INTEGER NOT NULL);
`;

/** One statement, since each is an object that the runtime has to clear away. */
const HEAD =
  'SELECT organization, seq, max(seq, ifnull((SELECT max(log.seq) FROM log), 0)) AS last FROM snapshot';

type Head = { organization: string; seq: number; last: number };

/** The log is not where the writer thought: another one has written. */
export class StaleWriter extends Error {
  constructor(expected: number, found: number) {
    super(`the log ends at \`${found}\`, not at \`${expected}\`: another writer has appended`);
  }
}

export interface StoredEvent {
  seq: number;
  event: string;
}

/** What a log begins with. */
export interface LogStart {
  organization: string;
  /** The number that the events follow, and the events. */
  after: number;
  events: readonly string[];
  snapshot: Uint8Array;
  snapshotSeq: number;
  audit: Audited;
}

/** Entries that belong to events, and the table that they are written to in the same transaction. */
export interface Audited {
  log: AuditLog;
  entries: readonly string[];
}

export class EventLog {
  readonly #storage: ObjectStorage;
  #snapshotSeqSeen: number | null = null;

  private constructor(storage: ObjectStorage) {
    this.#storage = storage;
  }

  /** The log of an organization that has one; null before its first start. Writes nothing. */
  static open(storage: ObjectStorage): EventLog | null {
    const [table] = storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'snapshot'").toArray();
    return table === undefined ? null : new EventLog(storage);
  }

  /** Starts the log of an organization, all or nothing: a new one, or one that is restored. */
  static found(storage: ObjectStorage, start: LogStart): EventLog {
    const log = new EventLog(storage);
    storage.transactionSync(() => {
      storage.sql.exec(SCHEMA);
      storage.sql.exec('INSERT INTO snapshot (only, organization, seq) VALUES (1, ?, 0)', start.organization);
      log.#insert(start.after, start.events);
      log.#replaceSnapshot(start.snapshot, start.snapshotSeq);
      start.audit.log.insert(start.audit.entries);
    });
    return log;
  }

  get organization(): string {
    return this.#head().organization;
  }

  /** Events up to this number are in the snapshot. */
  get snapshotSeq(): number {
    return this.#head().seq;
  }

  /** The same as it was when it was last read, which every append does. */
  get snapshotSeqSeen(): number {
    return this.#snapshotSeqSeen ?? this.snapshotSeq;
  }

  /** The last event's number. */
  get lastSeq(): number {
    return this.#head().last;
  }

  /** Appends after `seq`; throws, and changes nothing, when the log does not end there. */
  append(seq: number, events: readonly string[], audited: Audited): void {
    this.#storage.transactionSync(() => {
      // Compaction takes rows away, so that the key alone would not stop a writer from before it.
      const found = this.lastSeq;
      if (found !== seq) throw new StaleWriter(seq, found);
      this.#insert(seq, events);
      audited.log.insert(audited.entries);
    });
  }

  snapshot(): Uint8Array {
    const chunks = this.#storage.sql
      .exec<{ bytes: ArrayBuffer }>('SELECT bytes FROM snapshot_chunk ORDER BY number')
      .toArray()
      .map(({ bytes }) => new Uint8Array(bytes));
    const whole = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
    let at = 0;
    for (const chunk of chunks) {
      whole.set(chunk, at);
      at += chunk.length;
    }
    return whole;
  }

  /** The events after the snapshot, in pages. */
  *tail(): Generator<StoredEvent[]> {
    let after = this.snapshotSeq;
    for (;;) {
      const page = this.page(after, PAGE);
      const last = page.at(-1);
      if (last === undefined) return;
      yield page;
      after = last.seq;
    }
  }

  /** Events after a number, oldest first. */
  page(after: number, limit: number): StoredEvent[] {
    return this.#storage.sql
      .exec<{ seq: number; event: string }>(
        'SELECT seq, event FROM log WHERE seq > ? ORDER BY seq LIMIT ?',
        after,
        limit,
      )
      .toArray();
  }

  /** Events up to this number are no longer in the log. */
  get compactedSeq(): number {
    const [row] = this.#storage.sql.exec<{ first: number | null }>('SELECT min(seq) AS first FROM log').toArray();
    return row?.first == null ? this.snapshotSeq : row.first - 1;
  }

  /** A newer snapshot, which is written part by part: of the state after `seq`. */
  draft(seq: number): SnapshotDraft {
    return SnapshotDraft.begin(this.#storage, { seq, after: this.snapshotSeq });
  }

  /** Puts a draft that is whole in the place of the snapshot before, where nobody else has written: the log ends at `last`. */
  adopt(draft: SnapshotDraft, header: Uint8Array, last: number): void {
    this.#storage.transactionSync(() => {
      const { last: found, seq: snapshotSeq } = this.#head();
      if (found !== last) throw new StaleWriter(last, found);
      if (snapshotSeq !== draft.after) throw new StaleWriter(draft.after, snapshotSeq);
      draft.finish(header);
      this.#storage.sql.exec('UPDATE snapshot SET seq = ? WHERE only = 1', draft.seq);
      this.#snapshotSeqSeen = null;
    });
  }

  /** Takes some of the events out of the log that the snapshot holds, oldest first; false where none is left. */
  forget(): boolean {
    const { sql } = this.#storage;
    const first = this.compactedSeq + 1;
    const snapshotSeq = this.snapshotSeq;
    if (first > snapshotSeq) return false;
    sql.exec('DELETE FROM log WHERE seq < ?', Math.min(first + PAGE, snapshotSeq + 1));
    return true;
  }

  /** The snapshot, and the last event's number. */
  #head(): Head {
    const [head] = this.#storage.sql.exec<Head>(HEAD).toArray();
    if (head === undefined) throw new Error('the log has no snapshot: the storage is damaged');
    this.#snapshotSeqSeen = head.seq;
    return head;
  }

  #insert(seq: number, events: readonly string[]): void {
    events.forEach((event, index) => {
      this.#storage.sql.exec('INSERT INTO log (seq, event) VALUES (?, ?)', seq + index + 1, event);
    });
  }

  #replaceSnapshot(snapshot: Uint8Array, seq: number): void {
    this.#storage.sql.exec('DELETE FROM snapshot_chunk');
    for (let at = 0, number = 0; at < snapshot.length; at += CHUNK_BYTES, number += 1) {
      const chunk = snapshot.slice(at, at + CHUNK_BYTES);
      this.#storage.sql.exec('INSERT INTO snapshot_chunk (number, bytes) VALUES (?, ?)', number, chunk);
    }
    this.#storage.sql.exec('UPDATE snapshot SET seq = ? WHERE only = 1', seq);
  }
}
