/** Requests for a higher limit or cap: asked by whoever needs it, decided by whoever may. */
import { createRoute, z } from '@hono/zod-openapi';

import { ApiError } from '../api_error.js';
import { newId } from '../key.js';
import type { ManagementCall } from './call.js';
import { listById } from './collection.js';
import { about, answers, body, endpoint, type Endpoint } from './endpoint.js';
import { ById, Id, IfMatch, Revision, etag, given, revisionGiven } from './field.js';
import { rfc3339 } from '../instant.js';
import { formOf, type Change, type IncreaseRequestForm, type ListedKinds } from './forms.js';
import { AmountForm, PositiveUsd, PrincipalForm } from './policy_forms.js';
import { raisedBudget, raisedLimit } from './raise.js';
import type { Renamed } from './refusal.js';
import { withElsewhere } from './schema_place.js';

type ListedRequest = ListedKinds['increase_requests'];

const STATUSES = ['pending', 'approved', 'denied', 'withdrawn'] as const;
const Text = z.string().min(1).max(1000);

const RATE =
  'What the rate of the limit is to be, in what it counts: requests, tokens, or for `cost` US dollars; of a limit of open requests its capacity.';
const CAP = 'What the cap of the budget is to be, in US dollars.';

const RequestShown = z
  .strictObject({
    id: Id,
    type: z.literal('increase_request'),
    limit: Id.nullable(),
    rate: z.union([AmountForm, z.null()]).openapi({ description: RATE }),
    budget: Id.nullable(),
    cap_usd: z.string().nullable().openapi({ description: CAP }),
    reason: z.string(),
    status: z.enum(STATUSES),
    note: z.string().nullable(),
    requested_by: PrincipalForm,
    created_at: z.string(),
    revision: Revision,
  })
  .openapi('IncreaseRequest');

const ASKED = { reason: Text, id: Id.optional() };
const NewRequest = z
  .union([
    withElsewhere(z.strictObject({ limit: Id, rate: AmountForm.openapi({ description: RATE }), ...ASKED }), {
      amount: 'give `rate` for a limit, in what it counts, or `cap_usd` for a budget, in US dollars',
      capacity: 'give `rate`: of a limit of open requests it is the capacity',
      rate_limit: "give the limit's id as `limit`, and `rate`",
      spend_limit: 'give its id as `budget`, and `cap_usd` in US dollars',
    }),
    withElsewhere(z.strictObject({ budget: Id, cap_usd: PositiveUsd.openapi({ description: CAP }), ...ASKED }), {
      amount: 'give `cap_usd`, in US dollars and not in cents',
    }),
  ])
  .openapi('NewIncreaseRequest');

/** One amount to the engine, whatever it is of. */
const RENAMED: Renamed = [[/^amount$/, (body) => ('budget' in Object(body) ? 'cap_usd' : 'rate')]];

const Decision = z.strictObject({ note: Text.optional(), revision: Revision.optional() }).openapi('IncreaseDecision');

function shown(request: ListedRequest): z.infer<typeof RequestShown> {
  const { id, limit, budget, amount, reason, status, note, requested_by, created_at_ms, revision } = request;
  return {
    id,
    type: 'increase_request',
    limit: limit ?? null,
    rate: limit == null ? null : amount,
    budget: budget ?? null,
    cap_usd: budget == null ? null : String(amount),
    reason,
    status: status ?? 'pending',
    note: note ?? null,
    requested_by,
    created_at: rfc3339(created_at_ms),
    revision,
  };
}

/** Decides a request that is pending; an approval raises what it is about in the same step. */
async function decide(
  call: ManagementCall,
  id: string,
  ifMatch: number | null,
  status: 'approved' | 'denied' | 'withdrawn',
  note: string | undefined,
): Promise<ListedRequest> {
  const request = await call.find('increase_requests', id);
  call.checkRevision('increase_requests', request, ifMatch);
  if (request.status !== undefined && request.status !== 'pending') {
    throw new ApiError(409, 'conflict_error', `id: \`${id}\` is ${request.status} already: make a new request`, {
      details: { error_code: 'already_decided' },
      headers: { 'x-should-retry': 'false' },
    });
  }
  const decided = { ...formOf(request), status, ...(note !== undefined && { note }) };
  const changes: { change: Change; revision: number }[] = [
    { change: { type: 'increase_request_set', increase_request: decided }, revision: request.revision },
  ];
  if (status === 'approved') changes.push(await raise(call, request));
  return call.change('increase_requests', changes, id);
}

async function raise(
  call: ManagementCall,
  { limit, budget, amount }: ListedRequest,
): Promise<{ change: Change; revision: number }> {
  if (limit != null) {
    const found = await call.find('limits', limit, 'limit');
    return { change: { type: 'limit_set', limit: raisedLimit(formOf(found), amount) }, revision: found.revision };
  }
  const found = await call.find('budgets', budget ?? '', 'budget');
  return { change: { type: 'budget_set', budget: raisedBudget(formOf(found), amount) }, revision: found.revision };
}

const PATH = '/v1/organizations/increase_requests';

const DECISIONS = [
  ['approve', 'approved', 'increase_requests.decide', 'Approve a request, and raise what it is about'],
  ['deny', 'denied', 'increase_requests.decide', 'Deny a request'],
  ['withdraw', 'withdrawn', 'increase_requests.create', 'Take a request of your own back'],
] as const;

export const increaseRequests: Endpoint[] = [
  listById({
    path: PATH,
    of: 'increase_requests',
    tag: 'Increase requests',
    summary: 'The requests that the caller may see',
    read: 'increase_requests.read',
    told: 'A page of requests.',
    item: RequestShown,
    filters: { status: z.enum(STATUSES).optional() },
    narrowed: ({ status }) => given({ status }),
    shown: (items) => items.map(shown),
  }),
  endpoint(
    createRoute({
      method: 'post',
      path: PATH,
      ...about('Increase requests', 'increase_requests.create', 'Ask for a higher limit or cap'),
      request: { body: body(NewRequest) },
      responses: answers(RequestShown, 'The request.'),
    }),
    async (c) => {
      const asked = c.req.valid('json');
      const { id = newId('inc'), reason } = asked;
      const call = c.get('call');
      const { actor: requested_by } = await call.ask({ type: 'whoami' });
      const increase_request: IncreaseRequestForm = {
        id,
        ...('limit' in asked
          ? { limit: asked.limit, budget: null, amount: asked.rate }
          : { limit: null, budget: asked.budget, amount: asked.cap_usd }),
        reason,
        status: 'pending',
        note: null,
        requested_by,
      };
      const change = { type: 'increase_request_set', increase_request } as const;
      const made = await call.change('increase_requests', [{ change, revision: 0 }], id);
      return c.json(shown(made), 200, etag(made));
    },
    RENAMED,
  ),
  endpoint(
    createRoute({
      method: 'get',
      path: `${PATH}/{id}`,
      ...about('Increase requests', 'increase_requests.read', 'A request'),
      request: { params: ById },
      responses: answers(RequestShown, 'The request.'),
    }),
    async (c) => {
      const request = await c.get('call').find('increase_requests', c.req.valid('param').id);
      return c.json(shown(request), 200, etag(request));
    },
  ),
  ...DECISIONS.map(([verb, status, permission, summary]) =>
    endpoint(
      createRoute({
        method: 'post',
        path: `${PATH}/{id}/${verb}`,
        ...about('Increase requests', permission, summary),
        request: { params: ById, headers: IfMatch, body: body(Decision) },
        responses: answers(RequestShown, 'The request as it is now.'),
      }),
      async (c) => {
        const { note, revision } = c.req.valid('json');
        const ifMatch = revisionGiven(c.req.valid('header'), revision);
        const request = await decide(c.get('call'), c.req.valid('param').id, ifMatch, status, note);
        return c.json(shown(request), 200, etag(request));
      },
    ),
  ),
];
