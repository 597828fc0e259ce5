/**
 * A newer snapshot, which is written part by part beside the one in force.
 *
 * INVARIANT: nothing reads a draft. It becomes the snapshot in one transaction, with its header, without which it would be refused; a
 * draft that was left behind is thrown away by the next one.
 */
import type { ObjectStorage } from './object_state.js';

/** A row is at most 2 MB. */
const ROW = 1 << 20;

export class SnapshotDraft {
  readonly #storage: ObjectStorage;
  /** Events up to this number are in the draft. */
  readonly seq: number;
  /** Events up to this number are in the snapshot that it follows. */
  readonly after: number;
  #parts = 0;

  private constructor(storage: ObjectStorage, { seq, after }: { seq: number; after: number }) {
    this.#storage = storage;
    this.seq = seq;
    this.after = after;
  }

  static begin(storage: ObjectStorage, follows: { seq: number; after: number }): SnapshotDraft {
    storage.transactionSync(() => {
      storage.sql.exec('DROP TABLE IF EXISTS snapshot_draft');
      storage.sql.exec('CREATE TABLE snapshot_draft (number INTEGER PRIMARY KEY, bytes BLOB NOT NULL)');
    });
    return new SnapshotDraft(storage, follows);
  }

  /** The next part, in rows: those of a large organization's limits and balances are longer than one. */
  add(part: Uint8Array): void {
    for (let start = 0; start < part.length; start += ROW) {
      this.#parts += 1;
      this.#insert(this.#parts, part.subarray(start, start + ROW));
    }
  }

  /** Takes the place of the snapshot before; only within the transaction that says so. */
  finish(header: Uint8Array): void {
    this.#insert(0, header);
    this.#storage.sql.exec('DROP TABLE snapshot_chunk');
    this.#storage.sql.exec('ALTER TABLE snapshot_draft RENAME TO snapshot_chunk');
  }

  #insert(number: number, bytes: Uint8Array): void {
    this.#storage.sql.exec('INSERT INTO snapshot_draft (number, bytes) VALUES (?, ?)', number, bytes);
  }
}
