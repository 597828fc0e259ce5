/**
 * That the parts of an export tell one story: the log makes the entries of the audit log, and the state that comes out is what the audit
 * log says of each thing last.
 *
 * Neither needs the digest, so that a document that somebody altered must be altered everywhere alike. What is charged is not in the
 * audit log: of that only the digest tells.
 */
import { AUDITED, EngineRefusal, type EnginePort } from '../../engine_port.js';
import { NOUNS, formOf, formOfKey, type AuditEntry, type ConfiguredKind, type Listed, type ListedKey } from '../forms.js';
import { FIRST_PREVIOUS, named, type AuditHead } from './audit_log.js';
import { refusedExport, type ExportedOrganization } from './export.js';

const PAGE = 1_000;
/** No later than the log's own last event, whenever the document is restored. */
const THEN_MS = 0;

/** Of these there is one, whatever it is called. */
const ALONE: ReadonlySet<string> = new Set(['organization', 'settings', 'price_book']);

/** The engine of a document; refuses one whose parts do not belong together. */
export function provenEngine(
  exported: ExportedOrganization,
  restore: (snapshot: Uint8Array) => EnginePort,
): EnginePort {
  const engine = restore(exported.snapshot);
  try {
    if (engine.seq() !== exported.snapshotSeq) {
      throw refusedExport('snapshot_seq', `the snapshot is of \`${engine.seq()}\` events`);
    }
    replay(engine, exported);
    agree(engine, exported);
    return engine;
  } catch (error) {
    if (error instanceof EngineRefusal) engine.free();
    throw error;
  }
}

/** Applies the log, which must make the entries that the audit log ends with. */
function replay(engine: EnginePort, { log, audit }: ExportedOrganization): void {
  const audited = log.filter(({ event }) => AUDITED.has((JSON.parse(event) as { type: string }).type)).length;
  if (audited > audit.length) throw refusedExport('log', `it makes ${audited} entries, and the audit log has ${audit.length}`);
  engine.auditFrom(headOf(audit[audit.length - audited - 1]));
  for (let at = 0; at < log.length; at += PAGE) {
    engine.apply(log.slice(at, at + PAGE).map(({ event }) => event));
  }
  const [made, told] = [engine.auditHead(THEN_MS), headOf(audit.at(-1))];
  if (made.entries !== told.entries || made.hash !== told.hash) {
    throw refusedExport('log', 'its events do not make the entries that the audit log ends with');
  }
}

function headOf(last: string | undefined): AuditHead {
  if (last === undefined) return { entries: 0, hash: FIRST_PREVIOUS };
  const { number, hash } = JSON.parse(last) as AuditEntry;
  return { entries: number, hash };
}

/** What is configured is what the audit log tells of it last, and there is nothing else. */
function agree(engine: EnginePort, { organization, audit }: ExportedOrganization): void {
  const last = lastOfEach(audit);
  for (const [kind, noun] of Object.entries(NOUNS) as [ConfiguredKind, string][]) {
    for (const item of everything(engine, kind)) {
      const id = kind === 'price_books' ? (item as unknown as { hash: string }).hash : item.id;
      const place = placeOf(noun, id);
      const entry = JSON.parse(audit[last.get(place) ?? -1] ?? 'null') as AuditEntry | null;
      last.delete(place);
      if (entry === null || !tells(entry, kind, id, item)) {
        throw refusedExport('audit', `the state has another ${noun.replaceAll('_', ' ')} \`${id}\` than the audit log tells of`);
      }
      if (kind === 'organization' && id !== organization) throw refusedExport('organization', `the state is of \`${id}\``);
    }
  }
  for (const [place, index] of last) {
    const { target, after } = JSON.parse(audit[index] ?? 'null') as AuditEntry;
    // Of increase requests that were decided, those decided first are forgotten.
    if (after !== null && !('increase_request' in target)) {
      throw refusedExport('audit', `the state has no ${place.replaceAll('_', ' ')}, of which the audit log tells`);
    }
  }
}

/** Where in the audit log each thing comes last. */
function lastOfEach(audit: readonly string[]): Map<string, number> {
  const last = new Map<string, number>();
  const nouns = new Set(Object.values(NOUNS));
  audit.forEach((text, index) => {
    const { action, target } = JSON.parse(text) as AuditEntry;
    const [noun, id] = named(target);
    // An entry that is of no configuration names the organization in passing.
    if (noun !== null && nouns.has(noun) && action.startsWith(`${noun}.`)) last.set(placeOf(noun, id ?? ''), index);
  });
  return last;
}

function placeOf(noun: string, id: string): string {
  return ALONE.has(noun) ? noun : `${noun} \`${id}\``;
}

function tells({ target, after }: AuditEntry, kind: ConfiguredKind, id: string, item: Item): boolean {
  // The list tells of a book its hash, which is of all of it.
  if (kind === 'price_books') return named(target)[1] === id;
  const form = kind === 'keys' ? formOfKey(item as ListedKey) : formOf(item);
  return JSON.stringify(form) === JSON.stringify(after);
}

type Item = Listed & { id: string };

function* everything(engine: EnginePort, kind: ConfiguredKind): Generator<Item> {
  for (let after: string | undefined; ; ) {
    const fields = { limit: PAGE, ...(after !== undefined && { after }) };
    const page = engine.list(null, kind, fields, THEN_MS);
    // The host itself sees everything.
    if (page.type === 'deny') throw new Error(`a list of ${kind} was denied`);
    const items = page.items as unknown as Item[];
    yield* items;
    if (!page.has_more) return;
    after = items.at(-1)?.id;
  }
}
