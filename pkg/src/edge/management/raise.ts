/** What an approved request makes of a limit or a budget: more, and nothing else. */
import { ApiError } from '../api_error.js';
import { fixedPoint } from '../fixed_point.js';
import type { BudgetForm, LimitForm } from './forms.js';

/** The ledger's scale. */
const PLACES = 18;

/** The rate becomes the amount; the burst keeps its share of it, and never shrinks. Of a gauge the amount is the capacity. */
export function raisedLimit(limit: LimitForm, amount: number | string): LimitForm {
  if (limit.meter === 'concurrent_requests') return { ...limit, capacity: higher(limit.id, limit.capacity, amount) };
  const before = limit.rate ?? limit.capacity;
  const rate = higher(limit.id, before, amount);
  return { ...limit, rate, capacity: scaled(limit.capacity, before, rate) };
}

export function raisedBudget(budget: BudgetForm, amount: number | string): BudgetForm {
  return { ...budget, cap_usd: String(higher(budget.id, budget.cap_usd, amount)) };
}

/** Somebody may have raised it in between: an approval lowers nothing. */
function higher(id: string, before: number | string, amount: number | string): number | string {
  if (exact(amount) > exact(before)) return amount;
  throw new ApiError(
    409,
    'conflict_error',
    `id: \`${id}\` is at \`${before}\` already: withdraw or deny the request`,
    {
      details: { error_code: 'already_higher' },
      headers: { 'x-should-retry': 'false' },
    },
  );
}

function scaled(capacity: number | string, before: number | string, rate: number | string): number | string {
  const raised = (exact(capacity) * exact(rate)) / exact(before);
  // At most what was asked for: a burst that was longer than a period stays as long as it is.
  const most = exact(capacity) > exact(rate) ? exact(capacity) : exact(rate);
  const bounded = raised < most ? raised : most;
  return typeof capacity === 'number' ? Number(bounded / 10n ** BigInt(PLACES)) : decimal(bounded);
}

function exact(amount: number | string): bigint {
  return fixedPoint(String(amount), PLACES);
}

function decimal(value: bigint): string {
  const digits = String(value).padStart(PLACES + 1, '0');
  const fraction = digits.slice(-PLACES).replace(/0+$/, '');
  return fraction === '' ? digits.slice(0, -PLACES) : `${digits.slice(0, -PLACES)}.${fraction}`;
}
