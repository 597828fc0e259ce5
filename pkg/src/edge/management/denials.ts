/** "Why was this denied?": the last denials of a key, with everything that stood against each, what mends it, and when it passes. */
import { createRoute, z } from '@hono/zod-openapi';

import { about, answers, endpoint, type Endpoint } from './endpoint.js';
import { Id } from './field.js';
import { rfc3339 } from '../instant.js';
import type { Scope } from './forms.js';
import { ScopeForm } from './policy_forms.js';
import type { RecentDenial } from './store/denial_book.js';

const Violation = z
  .union([
    z.strictObject({
      type: z.literal('limit'),
      limit: Id,
      scope: ScopeForm,
      meter: z.string(),
      needed: z.string(),
      available: z.string(),
      passes_at: z.string().nullable(),
      remedy: z.string(),
    }),
    z.strictObject({
      type: z.literal('budget'),
      budget: Id,
      scope: ScopeForm,
      cap_usd: z.string(),
      settled_usd: z.string(),
      assumed_usd: z.string(),
      held_usd: z.string(),
      quote_usd: z.string(),
      passes_at: z.string().nullable(),
      remedy: z.string(),
    }),
  ])
  .openapi('Violation');

const Denial = z
  .strictObject({
    at: z.string(),
    action: z.string().nullable(),
    model: z.string().nullable(),
    gate: z.string(),
    reason: z.string(),
    passes_at: z
      .string()
      .nullable()
      .openapi({ description: 'When the same request would pass; null: not by waiting.' }),
    remedy: z.string(),
    violated: z.array(Violation),
  })
  .openapi('Denial');

const REMEDIES: ReadonlyMap<string, string> = new Map([
  ['revoked_key', 'make a new key: a revoked one stays so'],
  ['inactive_key', 'make the key active again, with its `status`'],
  ['expired_key', "move the key's `expires_at`, or rotate it where the secret itself has expired"],
  ['owner_removed', 'make a key of an active member or service account'],
  ['project_archived', 'make a key in a workspace that is in use'],
  [
    'forbidden_action',
    "give the key's owner a role that grants the action, and take the key's own `role` away if it cuts it",
  ],
  ['forbidden_change', 'ask somebody who holds what it would grant; of an admin who is the last one, let another be admin first'],
  ['forbidden_model', 'add the model to the `models` of the key and of its workspace, or ask for another one'],
  ['unpriced_model', 'add a card for the model to the price book, or set `fallback_model` in the settings'],
  ['unpriced_class', "add the rate to the model's card, or leave out what it is for"],
  ['unpriced_context', "add the tier, speed or place to the model's card, or change it in the request"],
  ['unboundable_request', 'bound the request: see what the gateway assumes of tools, in its settings'],
  ['limit_exceeded', 'wait, spread the load over keys, or raise the limits that are listed'],
  ['too_many_reservations', 'wait until open requests end, or raise `max_reservations` in the settings'],
  ['budget_exceeded', 'raise the caps that are listed, or wait for their next window'],
]);

type Violated = RecentDenial['violated'][number];

function passesAt(retry: RecentDenial['retry']): string | null {
  return retry.type === 'at' ? rfc3339(retry.at_ms) : null;
}

function shownViolation(violation: Violated): z.infer<typeof Violation> {
  const passes_at = passesAt(violation.retry);
  const scope: Scope = violation.scope;
  if (violation.type === 'limit') {
    const { type, limit, meter, needed, available } = violation;
    const remedy =
      passes_at === null
        ? 'the request is larger than a full bucket: make it smaller, or raise `capacity`'
        : 'wait, or raise `rate`';
    return { type, limit, scope, meter, needed, available, passes_at, remedy };
  }
  const { type, budget, cap_usd, settled_usd, assumed_usd, held_usd, quote_usd } = violation;
  const remedy =
    passes_at === null
      ? 'raise `cap_usd`: the request does not fit in a whole window'
      : 'raise `cap_usd`, or wait for the next window';
  return { type, budget, scope, cap_usd, settled_usd, assumed_usd, held_usd, quote_usd, passes_at, remedy };
}

function shown(denial: RecentDenial): z.infer<typeof Denial> {
  const { at_ms, action, model, gate, reason, retry, violated } = denial;
  return {
    at: rfc3339(at_ms),
    action,
    model,
    gate,
    reason,
    passes_at: passesAt(retry),
    remedy: REMEDIES.get(reason) ?? 'look at what is listed',
    violated: violated.map(shownViolation),
  };
}

export const denials: Endpoint[] = [
  endpoint(
    createRoute({
      method: 'get',
      path: '/v1/organizations/denials',
      ...about('Denials', 'keys.read', 'Why the last requests of a key were denied'),
      request: { query: z.strictObject({ api_key_id: Id }) },
      responses: answers(
        z.strictObject({ data: z.array(Denial) }),
        'The last 20 denials since the organization was started on its machine, newest first.',
      ),
    }),
    async (c) => {
      const { denials: found } = await c.get('call').ask({ type: 'denials', key: c.req.valid('query').api_key_id });
      return c.json({ data: found.map(shown) }, 200);
    },
  ),
];
