/** What the gateway uses of a Durable Object's state, so that the package needs no runtime's types. */

export type SqlValue = ArrayBuffer | string | number | null;

export interface SqlCursor<Row> extends Iterable<Row> {
  toArray(): Row[];
}

export interface SqlStorage {
  exec<Row extends Record<string, SqlValue>>(query: string, ...bindings: (SqlValue | Uint8Array)[]): SqlCursor<Row>;
}

export interface ObjectStorage {
  readonly sql: SqlStorage;
  transactionSync<T>(work: () => T): T;
  setAlarm(atMs: number): Promise<void>;
  /** Resolves once what was written is durable. */
  sync(): Promise<void>;
}

export interface ObjectState {
  readonly storage: ObjectStorage;
}
