/** How much room a caller has left, in the provider's headers and in the IETF `RateLimit` fields. */
import { fixedPoint } from './fixed_point.js';
import type { HeaderFields } from './headers.js';
import { rfc3339 } from './instant.js';
import type { Headroom, LimitHeadroom } from './wire.js';

/** The provider's four groups. `tokens` shows whichever token limit is the most restrictive. */
const GROUPS: readonly { name: string; meters: readonly string[] }[] = [
  { name: 'requests', meters: ['requests'] },
  { name: 'tokens', meters: ['tokens', 'input_tokens', 'output_tokens'] },
  { name: 'input-tokens', meters: ['input_tokens'] },
  { name: 'output-tokens', meters: ['output_tokens'] },
];

/** The quota unit of each meter, in the `qu` parameter; `requests` is the default and stays unsaid. */
const UNITS: ReadonlyMap<string, string> = new Map([
  ['input_tokens', 'input-tokens'],
  ['output_tokens', 'output-tokens'],
  ['tokens', 'tokens'],
  ['cost', 'micro-usd'],
  ['concurrent_requests', 'concurrent-requests'],
]);

const MAX_STRUCTURED_INTEGER = 999_999_999_999_999n; // RFC 9651: an integer has at most 15 digits

/** Adds the fields to `headers`. A limit in shadow never blocks, so it is nothing that a caller should wait for. */
export function setRateHeaders(headers: HeaderFields, headroom: Headroom, nowMs: number): void {
  const limits = headroom.limits.filter(({ mode }) => mode === 'enforce');
  for (const { name, meters } of GROUPS) {
    const tightest = mostRestrictive(limits.filter(({ meter }) => meters.includes(meter)));
    if (tightest === undefined) continue;
    headers[`anthropic-ratelimit-${name}-limit`] = tightest.capacity;
    headers[`anthropic-ratelimit-${name}-remaining`] = String(remaining(tightest));
    headers[`anthropic-ratelimit-${name}-reset`] = rfc3339(tightest.full_at_ms ?? nowMs);
  }
  if (limits.length > 0) {
    headers['ratelimit-policy'] = limits.map(policyItem).join(', ');
    headers['ratelimit'] = limits.map((limit) => usageItem(limit, nowMs)).join(', ');
  }
}

function mostRestrictive(limits: LimitHeadroom[]): LimitHeadroom | undefined {
  return limits.reduce<LimitHeadroom | undefined>(
    (least, limit) => (least === undefined || remaining(limit) < remaining(least) ? limit : least),
    undefined,
  );
}

/** A level may be below zero; what remains for a caller may not. */
function remaining(limit: LimitHeadroom): bigint {
  const whole = quantity(limit, limit.remaining);
  return whole < 0n ? 0n : whole;
}

function policyItem(limit: LimitHeadroom): string {
  const unit = UNITS.get(limit.meter);
  const window = fillSeconds(limit);
  return `"${limit.limit}";q=${structured(quantity(limit, limit.capacity))}${unit === undefined ? '' : `;qu="${unit}"`}${window === null ? '' : `;w=${structured(window)}`}`;
}

function usageItem(limit: LimitHeadroom, nowMs: number): string {
  const seconds = limit.full_at_ms === null ? null : Math.max(0, Math.ceil((limit.full_at_ms - nowMs) / 1000));
  return `"${limit.limit}";r=${structured(remaining(limit))}${seconds === null ? '' : `;t=${structured(BigInt(seconds))}`}`;
}

/** How long an empty bucket takes to fill: the window in which the quota can be used once. */
function fillSeconds(limit: LimitHeadroom): bigint | null {
  if (limit.rate === null || limit.period_ms === null) return null;
  const rate = quantity(limit, limit.rate);
  if (rate <= 0n) return null;
  const perSecond = rate * 1000n;
  return (quantity(limit, limit.capacity) * BigInt(limit.period_ms) + perSecond - 1n) / perSecond;
}

/** In whole units; money in millionths, for the field takes integers only. */
function quantity(limit: LimitHeadroom, value: string): bigint {
  return fixedPoint(value, limit.meter === 'cost' ? 6 : 0);
}

function structured(value: bigint): string {
  return String(value > MAX_STRUCTURED_INTEGER ? MAX_STRUCTURED_INTEGER : value);
}
