/**
 * An organization in one document, and back.
 *
 * It holds the snapshot, the log after it and the whole audit log: the same balances, holds and audit head stand again wherever it
 * is restored. No secret is in it: keys are digests, and neither sessions nor codes are taken along.
 *
 * Its digest is of all that stands before it, the end of the audit log among that, so that nothing in it changes unnoticed. It is no
 * signature: whoever alters a document on purpose can compute it anew.
 */
import { encode, decode } from '../../../base64.js';
import { EngineRefusal } from '../../engine_port.js';
import type { EventLog, StoredEvent } from '../../event_log.js';
import { encodeUtf8 } from '../../utf8.js';
import type { AuditEntry } from '../forms.js';
import { FIRST_PREVIOUS, type AuditLog } from './audit_log.js';

export const EXPORT_FORMAT = 'tollgate-export-2';
const PAGE = 1_000;

/** What a document has, in its order. */
const FIELDS = ['format', 'organization', 'exported_at', 'snapshot_seq', 'snapshot', 'audit_head', 'log', 'digest', 'audit'];

/** A document before it has its digest, which takes a while: all before it, and the entries of the audit log, as JSON. */
export interface ExportParts {
  before: string;
  audit: string;
}

/** What a document holds, read and checked as far as it can be without an engine. */
export interface ExportedOrganization {
  organization: string;
  snapshot: Uint8Array;
  snapshotSeq: number;
  log: StoredEvent[];
  audit: string[];
}

export function exportParts(parts: { organization: string; log: EventLog; audit: AuditLog; nowMs: number }): ExportParts {
  const { organization, log, audit, nowMs } = parts;
  const head = {
    format: EXPORT_FORMAT,
    organization,
    exported_at: new Date(nowMs).toISOString(),
    snapshot_seq: log.snapshotSeq,
    snapshot: encode(log.snapshot()),
    audit_head: audit.head(),
  };
  const events = [...log.tail()].flat().map(({ seq, event }) => `{"seq":${seq},"event":${event}}`);
  const entries = [...auditEntries(audit)];
  return {
    before: `${JSON.stringify(head).slice(0, -1)},"log":[${events.join(',')}]}`,
    audit: `[${entries.join(',')}]`,
  };
}

/** The document, as JSON text. */
export async function sealed({ before, audit }: ExportParts): Promise<string> {
  return `${before.slice(0, -1)},"digest":"${await sha256(before)}","audit":${audit}}`;
}

function* auditEntries(audit: AuditLog): Generator<string> {
  for (let after = 0; ; after += PAGE) {
    const { entries, has_more } = audit.page({ oldest_first: true, after, limit: PAGE });
    yield* entries;
    if (!has_more) return;
  }
}

/** Reads a document, and proves that its audit log is whole and that all the rest is what the digest is of. */
export async function readExport(text: string): Promise<ExportedOrganization> {
  const document = parsed(text);
  if (document.format !== EXPORT_FORMAT) throw refusedExport('format', `expected \`${EXPORT_FORMAT}\``);
  const unknown = Object.keys(document).find((name) => !FIELDS.includes(name));
  if (unknown !== undefined) throw refusedExport(unknown, 'the field is not known here');
  const { format, organization, exported_at, snapshot_seq, snapshot, audit_head, log, digest, audit } = document;
  if (typeof organization !== 'string') throw refusedExport('organization', 'expected the id of the organization');
  if (typeof snapshot !== 'string') throw refusedExport('snapshot', 'expected the snapshot in base64');
  if (!isSeq(snapshot_seq)) throw refusedExport('snapshot_seq', 'expected the number of the last event in the snapshot');
  if (!Array.isArray(log) || !log.every(isLogged)) throw refusedExport('log', 'expected events with their numbers');
  if (!Array.isArray(audit) || !audit.every(isEntry)) throw refusedExport('audit', 'expected the entries of the audit log');
  log.forEach(({ seq }, index) => {
    if (seq !== snapshot_seq + index + 1)
      throw refusedExport(`log[${index}].seq`, `expected \`${snapshot_seq + index + 1}\``);
  });
  const proven = await provenAudit(audit, audit_head);
  const before = JSON.stringify({ format, organization, exported_at, snapshot_seq, snapshot, audit_head, log });
  if ((await sha256(before)) !== digest) {
    throw refusedExport('digest', 'it is not of this document, of which something was changed: take another copy of the export');
  }
  return {
    organization,
    snapshot: bytesOf(snapshot),
    snapshotSeq: snapshot_seq,
    log: log.map(({ seq, event }) => ({ seq, event: JSON.stringify(event) })),
    audit: proven,
  };
}

/** Every entry's hash is of the entry, and names the one before; the last is the one that the document says. */
async function provenAudit(entries: readonly AuditEntry[], head: unknown): Promise<string[]> {
  let previous = FIRST_PREVIOUS;
  const audit: string[] = [];
  for (const [index, entry] of entries.entries()) {
    const { hash, ...hashed } = entry;
    const line = JSON.stringify(hashed);
    if (entry.number !== index + 1 || entry.previous !== previous || (await sha256(line)) !== hash) {
      throw refusedExport(`audit[${index}]`, 'the entry is not the one that was written: take another copy of the export');
    }
    audit.push(JSON.stringify(entry));
    previous = hash;
  }
  if (!isRecord(head) || head['entries'] !== entries.length || head['hash'] !== previous) {
    throw refusedExport('audit_head', `the ${entries.length} entries end with \`${previous}\``);
  }
  return audit;
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', encodeUtf8(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function parsed(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    throw refusedExport('document', 'it is not JSON');
  }
}

function bytesOf(base64: string): Uint8Array {
  try {
    return decode(base64);
  } catch {
    throw refusedExport('snapshot', 'it is not base64');
  }
}

function isSeq(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isLogged(value: unknown): value is { seq: number; event: object } {
  return isRecord(value) && isSeq(value['seq']) && isRecord(value['event']);
}

function isEntry(value: unknown): value is AuditEntry {
  return (
    isRecord(value) &&
    isSeq(value['number']) &&
    typeof value['previous'] === 'string' &&
    typeof value['hash'] === 'string' &&
    isRecord(value['target'])
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function refusedExport(path: string, message: string): EngineRefusal {
  return new EngineRefusal({ code: 'invalid_export', path, message: `the export cannot be restored: ${message}` });
}
