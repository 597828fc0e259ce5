// What someone who installs the package writes. It is compiled strictly, with the package's own declarations checked too.
import { checkPolicy, Engine, mayBeSent, TollgateError } from 'tollgate';
import type { OutcomeForm, PolicyForm, Problem } from 'tollgate';
import { PriceBookImport } from 'tollgate/import';
import type { ImportReport } from 'tollgate/import';
import { Engine as ManagedEngine } from 'tollgate/management';
import { PriceBook } from 'tollgate/prices';

const policy: PolicyForm = {
  schema_version: 1,
  organization: { id: 'acme' },
  price_book: 'claude',
  members: [{ id: 'ada', email: 'ada@acme.example', role: 'admin' }],
  keys: [{ id: 'key_1', owner: { member: 'ada' } }],
};

export function firstDecision(nowMs: number): string {
  const problems: Problem[] = checkPolicy(policy);
  if (problems.length > 0) return problems.map((problem) => problem.path).join();
  const { engine } = Engine.create(policy, nowMs);
  const outcome: OutcomeForm = engine.admit(
    {
      reservation: 'r1',
      credential: { key: 'key_1' },
      model: 'claude-sonnet-5',
      request: { max_tokens: 1024, input: { bytes: 2048 }, cache_write: 'none' },
    },
    nowMs,
  );
  const { decision } = outcome;
  if (decision.type === 'deny') return decision.violated.map((violation) => violation.type).join();
  return decision.type === 'allow' && mayBeSent(decision) ? decision.hold_usd : decision.type;
}

export function mistake(engine: Engine): string {
  try {
    engine.void('r9', 0);
  } catch (error) {
    if (error instanceof TollgateError) return `${error.code} at ${error.path}: ${error.message}`;
  }
  return '';
}

export function managed(nowMs: number): string {
  const { engine, audit } = ManagedEngine.create(policy, nowMs);
  const { decision } = engine.submit(
    {
      type: 'manage',
      actor: { member: 'ada' },
      changes: [{ change: { type: 'key_set', key: { id: 'key_2', owner: { member: 'ada' } } }, revision: 0 }],
    },
    nowMs,
  );
  if (decision.type !== 'managed') return audit;
  const listed = engine.query({ type: 'list', actor: { member: 'ada' }, of: 'keys' }, nowMs);
  return listed.type === 'list' ? listed.items.map((item) => item.revision).join() : listed.type;
}

export function priced(): string {
  const row = { model: 'claude-sonnet-5', usage: { input_tokens: 1, output_tokens: 1 }, at: 0 };
  return PriceBook.claude().quote(row).usd;
}

export function imported(catalogue: string | object): string {
  const { book, report }: PriceBookImport = PriceBookImport.of('litellm', catalogue);
  const { models, reasons, notes }: ImportReport = report;
  const snapped: number = reasons.snapped ?? 0;
  const first = notes.find((note) => note.reason === 'no_price');
  return `${book.cards.length} cards, ${models.left_out} left out, ${snapped} snapped, ${first?.path ?? ''}`;
}

// These must not compile: where they did, a type would have become `any`.
export function refused(engine: Engine): void {
  // @ts-expect-error a reservation id is a string
  engine.void(9, 0);
  // @ts-expect-error a request says how much input it brings
  engine.quote('claude-sonnet-5', { max_tokens: 5 }, 0);
  // @ts-expect-error money is a decimal string
  engine.submit({ type: 'adjust', actor: { member: 'ada' }, reservation: 'r1', charge_usd: 0.5, reason: 'x' }, 0);
  // @ts-expect-error a decision has no such field
  engine.expire(0).decision.hold;
  // @ts-expect-error there is no such catalogue
  PriceBookImport.of('openrouter', '{}');
  // @ts-expect-error a catalogue is text or an object
  PriceBookImport.of('litellm', 5);
  // @ts-expect-error there is no such reason
  PriceBookImport.of('litellm', '{}').report.reasons.dislike;
  // @ts-expect-error there is no such action
  engine.can({ member: 'ada' }, 'messages.destroy', {}, 0);
}
