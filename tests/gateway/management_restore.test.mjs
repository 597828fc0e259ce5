/** What a restore proves of a document: that nothing in it was changed, and that its log, its state and its audit log tell one story. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';

import { until } from '../clients/until.mjs';
import { message } from './company.mjs';
import { TestGateway } from './gateway.mjs';
import { ask, done, managedPolicy } from './management.mjs';
import { servingWith } from './serving.mjs';

/** @type {any} */
let document;
/** @type {TestGateway} */
let elsewhere;

before(async () => {
  await servingWith({ given: managedPolicy() }, async (gateway) => {
    await done(gateway, 'POST /v1/organizations/workspaces', { body: { id: 'shop', name: 'Shop' } });
    await done(gateway, 'PUT /v1/organizations/service_accounts/till', { body: { project: 'shop', role: 'developer' } });
    await (await gateway.post(message())).text();
    await until('the message is settled', async () => (await gateway.balances()).held_usd === '0');
    await done(gateway, 'PUT /v1/organizations/limits/last', {
      body: { scope: { project: 'shop' }, meter: 'requests', rate: 60, period_ms: 60000, capacity: 60 },
    });
    document = await done(gateway, 'GET /v1/organizations/export');
  });
  elsewhere = await TestGateway.start({
    upstream: 'http://127.0.0.1:1',
    policy: { schema_version: 1, organization: { id: 'none' } },
  });
});
after(() => elsewhere.stop());

const sha256 = (/** @type {string} */ text) => createHash('sha256').update(text).digest('hex');

/** The digest as whoever knows how would compute it anew. @param {any} altered */
function sealed({ audit, digest: _digest, ...rest }) {
  return { ...rest, digest: sha256(JSON.stringify(rest)), audit };
}

/** The audit log written anew from some entry on, chained and with its head. @param {any} altered */
function chained({ audit, audit_head: _head, ...rest }) {
  let previous = '0'.repeat(64);
  const entries = audit.map((/** @type {any} */ { hash: _hash, ...entry }, /** @type {number} */ index) => {
    const line = { ...entry, number: index + 1, previous };
    previous = sha256(JSON.stringify(line));
    return { ...line, hash: previous };
  });
  const { format, organization, exported_at, snapshot_seq, snapshot, log } = rest;
  const audit_head = { entries: entries.length, hash: previous };
  return sealed({ format, organization, exported_at, snapshot_seq, snapshot, audit_head, log, audit: entries });
}

/** A copy in which something is changed. @param {(copy: any) => void} change */
function changed(change) {
  const copy = structuredClone(document);
  change(copy);
  return copy;
}

const eventOf = (/** @type {any} */ copy, /** @type {(event: any) => boolean} */ is) =>
  copy.log.find((/** @type {any} */ { event }) => is(event)).event;
const projectOf = (/** @type {any} */ copy) => eventOf(copy, ({ change }) => change?.project?.id === 'shop').change.project;
const settledOf = (/** @type {any} */ copy) => eventOf(copy, ({ type }) => type === 'settled');

/** Refused at a place, with nothing begun. @param {any} wrong @param {string} path @param {RegExp} told @param {string} name */
async function refused(wrong, path, told, name) {
  await assert.rejects(
    elsewhere.operator('restore', wrong),
    (/** @type {any} */ { answer }) => {
      assert.equal(answer.error.path ?? '', path, `${name}: ${JSON.stringify(answer)}`);
      assert.match(answer.error.message, told, name);
      return true;
    },
    name,
  );
  assert.equal((await ask(elsewhere, 'GET /v1/organizations/me')).status, 401, `${name}: nothing was begun`);
}

test('the digest is of everything before it, as anybody can compute it', () => {
  assert.equal(document.format, 'tollgate-export-2');
  const { audit: _audit, digest, ...before } = document;
  assert.equal(digest, sha256(JSON.stringify(before)));
  assert.deepEqual(sealed(document), document);
  assert.deepEqual(chained(document), document);
});

test('whatever was changed is refused, were it one letter', async () => {
  /** @type {[name: string, change: (copy: any) => void][]} */
  const changes = [
    ['a charge', (copy) => (settledOf(copy).charge_usd = '0.000001')],
    ['the id of a project', (copy) => (projectOf(copy).id = 'shop2')],
    ['the last event is gone', (copy) => copy.log.pop()],
    ['when it was exported', (copy) => (copy.exported_at = '2026-01-01T00:00:00.000Z')],
    ['whose it is', (copy) => (copy.organization = 'other')],
    ['a letter of the snapshot', (copy) => (copy.snapshot = flipped(copy.snapshot))],
    ['the digest', (copy) => (copy.digest = '0'.repeat(64))],
    ['no digest', (copy) => delete copy.digest],
  ];
  for (const [name, change] of changes) {
    await refused(changed(change), 'digest', /something was changed: take another copy/, name);
  }
  await refused({ ...document, note: 'x' }, 'note', /not known here/, 'a field that is not known');
  await refused({ ...document, format: 'tollgate-export-1' }, 'format', /tollgate-export-2/, 'an older form');
});

/** @param {string} base64 */
function flipped(base64) {
  const at = base64.length >> 1;
  return base64.slice(0, at) + (base64[at] === 'A' ? 'B' : 'A') + base64.slice(at + 1);
}

test('a digest that was computed anew hides nothing that log, state and audit log contradict each other in', async () => {
  /** @type {[name: string, wrong: any, path: string, told: RegExp][]} */
  const wrongs = [
    [
      'a project by another id, which an account still names',
      sealed(changed((copy) => (projectOf(copy).id = 'shop2'))),
      '',
      /no project `shop`/,
    ],
    [
      'a project by another name',
      sealed(changed((copy) => (projectOf(copy).name = 'Other'))),
      'log',
      /do not make the entries/,
    ],
    ['the last event is gone, and its entry is not', sealed(changed((copy) => copy.log.pop())), 'log', /do not make the entries/],
    [
      'all that the log has is gone, and its entries are not',
      sealed(changed((copy) => (copy.log = []))),
      'audit',
      /the state has no project `shop`, of which the audit log tells/,
    ],
    [
      'the last entry is gone, and its event is not',
      chained(changed((copy) => copy.audit.pop())),
      'log',
      /do not make the entries/,
    ],
    [
      'an entry tells something else, and all that follow were chained anew',
      chained(changed((copy) => (copy.audit[5].after.role = 'admin'))),
      'audit',
      /the state has another member `ben` than the audit log tells of/,
    ],
    [
      'more events than entries',
      chained(changed((copy) => (copy.audit = copy.audit.slice(0, 1)))),
      'log',
      /it makes 3 entries, and the audit log has 1/,
    ],
    ['a charge without its overrun', sealed(changed((copy) => (settledOf(copy).charge_usd = '9'))), '', /is not charged `9`/],
    [
      'a charge that no reservation has',
      sealed(changed((copy) => (settledOf(copy).reservation = 'none'))),
      '',
      /no reservation `none`/,
    ],
    ['the snapshot is of another moment', sealed(changed((copy) => renumbered(copy, 1))), 'snapshot_seq', /the snapshot is of/],
  ];
  for (const [name, wrong, path, told] of wrongs) await refused(wrong, path, told, name);
});

/** @param {any} copy @param {number} by */
function renumbered(copy, by) {
  copy.snapshot_seq += by;
  for (const logged of copy.log) logged.seq += by;
}

test('a charge within its hold is told by the digest only: whoever computes that anew is not found out', async () => {
  const less = changed((copy) => (settledOf(copy).charge_usd = '0.000001'));
  await refused(less, 'digest', /something was changed/, 'as it is');
  const { organization, audit_entries } = await elsewhere.operator('restore', sealed(less));
  assert.deepEqual([organization, audit_entries], ['acme', document.audit_head.entries]);
});
