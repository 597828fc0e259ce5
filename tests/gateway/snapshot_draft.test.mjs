/** A snapshot's parts as rows of the draft: none is longer than a row may be, and together they are the snapshot. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Engine } from 'tollgate/management';
import { SnapshotDraft } from '../../pkg/dist/edge/snapshot_draft.js';

const LONGEST_ROW = 2_000_000;

test('a part that is longer than a row is written in several, in its order', () => {
  /** @type {[number, Uint8Array][]} */
  const rows = [];
  const sql = {
    exec: (/** @type {string} */ _query, /** @type {unknown[]} */ ...values) => {
      if (values.length === 2) rows.push(/** @type {[number, Uint8Array]} */ (/** @type {unknown} */ (values)));
    },
  };
  const storage = { sql, transactionSync: (/** @type {() => void} */ write) => write() };
  const draft = SnapshotDraft.begin(/** @type {any} */ (storage), { seq: 1, after: 0 });
  const part = Uint8Array.from({ length: 5_000_001 }, (_, index) => (index * 31) & 0xff);
  draft.add(part);
  draft.add(new Uint8Array());
  draft.add(Uint8Array.of(1));
  assert.ok(rows.every(([, bytes]) => bytes.length <= LONGEST_ROW));
  assert.deepEqual(rows.map(([number]) => number), rows.map((_, index) => index + 1));
  assert.deepEqual(Buffer.concat(rows.map(([, bytes]) => bytes)), Buffer.concat([part, Uint8Array.of(1)]));
});

test('a snapshot in parts that another one ends says so, and is not taken for one', () => {
  const policy = { schema_version: 1, organization: { id: 'acme' }, price_book: 'claude' };
  const { engine } = Engine.create(/** @type {any} */ (policy), 1_764_000_000_000);
  const first = engine.snapshotParts();
  first.next();
  const second = [...engine.snapshotParts()];
  assert.ok(second.length > 0);
  assert.throws(() => [...first], /another snapshot was begun/);
});
