/** A denial, told the way the provider tells its own, so that an unmodified client does the right thing. */
import { ApiError, type ErrorDetails } from './api_error.js';
import { rfc3339 } from './instant.js';
import type { BudgetViolation, Deny, LimitViolation, RetryForm } from './wire.js';

const NO_RETRY = { 'x-should-retry': 'false' };

const MESSAGES: ReadonlyMap<string, string> = new Map([
  ['forbidden_action', 'this key may not send this request: use a caller\'s key where it is an admin key, which only manages, and else ask an administrator for a role that permits it'],
  ['forbidden_model', 'this key may not use this model: ask for one of the models that `GET /v1/models` lists'],
  [
    'unpriced_model',
    'no price is known for this model, so it cannot be admitted: choose a model that `GET /v1/models` lists',
  ],
  [
    'unpriced_class',
    'this request can use something that has no price for this model (a cache write or a web search): leave it out',
  ],
  [
    'unpriced_context',
    'no price is known for this model at this speed and location: change `speed` or `inference_geo`',
  ],
  [
    'unboundable_request',
    'nothing limits what this request can cost: tools that run at the provider need `max_uses`, `allowed_callers` `["direct"]`, and a gateway whose operator has set `serverToolIterations`; containers and code execution need `codeExecutionMs` too',
  ],
]);

export function denialError(deny: Deny, nowMs: number): ApiError {
  if (deny.spending) return spending(deny);
  switch (deny.gate) {
    case 'authenticate':
      return ApiError.unauthenticated();
    case 'authorize':
      return new ApiError(403, 'permission_error', message(deny.reason), { details: { error_code: deny.reason } });
    case 'quote':
      return ApiError.invalidRequest(message(deny.reason), { error_code: deny.reason });
    case 'limit':
      return deny.reason === 'too_many_reservations' ? full(deny, nowMs) : limited(deny, nowMs);
    case 'budget':
      return spending(deny);
  }
}

/** Waiting does not help before the window ends, which is longer than any client should wait: it must not retry. */
function spending(deny: Deny): ApiError {
  const budgets = deny.violated.filter((each): each is BudgetViolation => each.type === 'budget');
  const named = budgets.map(({ budget, window_end_ms }) =>
    window_end_ms === null ? `\`${budget}\`` : `\`${budget}\` (until ${rfc3339(window_end_ms)})`,
  );
  const quote = budgets[0]?.quote_usd;
  const details: ErrorDetails = {
    error_code: 'budget_exceeded',
    budgets: budgets.map(({ budget, scope, window_end_ms }) => ({
      budget,
      scope,
      resets_at: window_end_ms === null ? null : rfc3339(window_end_ms),
    })),
  };
  return new ApiError(
    400,
    'invalid_request_error',
    `there is no room in the budget ${named.join(', ')} for this request, which can cost up to ${quote} usd: make it smaller or ask for a higher cap`,
    { details, headers: NO_RETRY },
  );
}

function limited(deny: Deny, nowMs: number): ApiError {
  const limits = deny.violated.filter((each): each is LimitViolation => each.type === 'limit');
  const named = limits.map(
    ({ limit, meter, needed, available }) =>
      `\`${limit}\` (${meter.replaceAll('_', ' ')}: ${needed} needed, ${available} available)`,
  );
  const advice =
    deny.retry.type === 'never' ? 'the request is larger than the limit: make it smaller' : tryAgain(deny.retry, nowMs);
  return new ApiError(429, 'rate_limit_error', `the rate limit ${named.join(', ')} is reached: ${advice}`, {
    details: {
      error_code: deny.reason,
      limits: limits.map(({ limit, meter, needed, available, retry }) => ({
        limit,
        meter,
        needed,
        available,
        passes_at: retry.type === 'never' ? null : rfc3339(retry.at_ms),
      })),
    },
    headers: retryHeaders(deny.retry, nowMs),
  });
}

function full(deny: Deny, nowMs: number): ApiError {
  return new ApiError(529, 'overloaded_error', `the organization has too many open requests: ${tryAgain(deny.retry, nowMs)}`, {
    details: { error_code: deny.reason },
    headers: deny.retry.type === 'never' ? {} : retryHeaders(deny.retry, nowMs),
  });
}

/** Whole seconds, rounded up: a client that waits them finds room. */
function retryHeaders(retry: RetryForm, nowMs: number): Record<string, string> {
  if (retry.type === 'never') return NO_RETRY;
  return { 'retry-after': String(secondsUntil(retry.at_ms, nowMs)) };
}

function tryAgain(retry: RetryForm, nowMs: number): string {
  if (retry.type === 'never') return 'try again later';
  const seconds = secondsUntil(retry.at_ms, nowMs);
  return `try again in ${seconds} second${seconds === 1 ? '' : 's'}`;
}

function secondsUntil(atMs: number, nowMs: number): number {
  return Math.max(1, Math.ceil((atMs - nowMs) / 1000));
}

function message(reason: string): string {
  return MESSAGES.get(reason) ?? `this request is denied: \`${reason}\``;
}
