/** Budgets, as the provider's spend limits: amounts in cents, by day, week or month. */
import { createRoute, z } from '@hono/zod-openapi';

import { fixedPoint } from '../fixed_point.js';
import { newId } from '../key.js';
import type { ManagementCall } from './call.js';
import { CURSOR_PAGE, Cursors, cursorPageOf, cut } from './cursor.js';
import { about, answers, body, endpoint, type Endpoint } from './endpoint.js';
import { ById, Id, IfMatch, LARGEST_PAGE, Revision, etag, revisionGiven } from './field.js';
import { rfc3339 } from '../instant.js';
import { formOf, type BudgetForm, type ListedKinds, type Scope } from './forms.js';
import { notFound, type Renamed } from './refusal.js';

type ListedBudget = ListedKinds['budgets'];

export const PERIODS = ['daily', 'weekly', 'monthly'] as const;
/** The provider counts in cents. */
export const CENTS = 2;

export const ScopeShown = z
  .union([
    z.strictObject({ type: z.literal('organization') }),
    z.strictObject({ type: z.literal('workspace'), workspace_id: Id }),
    z.strictObject({ type: z.literal('user'), user_id: Id }),
    z.strictObject({ type: z.literal('api_key'), api_key_id: Id }),
  ])
  .openapi('SpendLimitScope');

const AMOUNT = 'give whole cents, 0 or more, such as `"50000"` for 500 US dollars';
const Amount = z
  .string(AMOUNT)
  .regex(/^(?:0|[1-9]\d{0,13})$/, AMOUNT)
  .openapi({ description: 'whole cents', example: '50000' });
export const Period = z.enum(PERIODS);

const SpendLimit = z
  .strictObject({
    id: Id,
    type: z.literal('spend_limit'),
    amount: z.string(),
    currency: z.literal('USD'),
    period: Period,
    scope: ScopeShown,
    is_enabled: z.boolean(),
    created_at: z.string(),
    updated_at: z.string(),
    revision: Revision,
  })
  .openapi('SpendLimit');

const NewSpendLimit = z
  .strictObject({ amount: Amount, period: Period, scope: ScopeShown, id: Id.optional() })
  .openapi('NewSpendLimit');
const SpendLimitChange = z
  .strictObject({ amount: Amount.optional(), is_enabled: z.boolean().optional(), revision: Revision.optional() })
  .openapi('SpendLimitChange');
const Deleted = z.strictObject({ id: Id, type: z.literal('spend_limit_deleted') });

export function scopeShown(scope: Scope): z.infer<typeof ScopeShown> {
  if (scope === 'organization') return { type: 'organization' };
  if ('project' in scope) return { type: 'workspace', workspace_id: scope.project };
  return 'member' in scope ? { type: 'user', user_id: scope.member } : { type: 'api_key', api_key_id: scope.key };
}

function scopeOf(shown: z.infer<typeof ScopeShown>): Scope {
  switch (shown.type) {
    case 'organization':
      return 'organization';
    case 'workspace':
      return { project: shown.workspace_id };
    case 'user':
      return { member: shown.user_id };
    case 'api_key':
      return { key: shown.api_key_id };
  }
}

function usdOf(cents: string): string {
  const digits = cents.padStart(CENTS + 1, '0');
  return `${digits.slice(0, -CENTS)}.${digits.slice(-CENTS)}`;
}

/** A budget over all time has no place among the provider's periods. */
function periodOf({ window }: BudgetForm): (typeof PERIODS)[number] | null {
  return window === 'total' ? null : window;
}

function shown(budget: ListedBudget, changedAtMs: number | undefined): z.infer<typeof SpendLimit>[] {
  const period = periodOf(budget);
  if (period === null) return [];
  return [
    {
      id: budget.id,
      type: 'spend_limit',
      amount: String(fixedPoint(budget.cap_usd, CENTS)),
      currency: 'USD',
      period,
      scope: scopeShown(budget.scope),
      is_enabled: budget.mode !== 'shadow',
      created_at: rfc3339(budget.created_at_ms),
      updated_at: rfc3339(changedAtMs ?? budget.created_at_ms),
      revision: budget.revision,
    },
  ];
}

/** So many budgets with a period, where there are so many: a page that came out short would be taken for the last one. */
async function periodic(call: ManagementCall, most: number, after: string | undefined): Promise<ListedBudget[]> {
  const found: ListedBudget[] = [];
  for (let behind = after; ; ) {
    const { items, has_more } = await call.list('budgets', {
      limit: LARGEST_PAGE,
      ...(behind !== undefined && { after: behind }),
    });
    found.push(...items.filter((budget) => periodOf(budget) !== null));
    behind = items.at(-1)?.id;
    if (!has_more || found.length >= most) return found.slice(0, most);
  }
}

async function one(call: ManagementCall, budget: ListedBudget): Promise<z.infer<typeof SpendLimit>> {
  const changedAt = await call.lastAt('budget', [budget.id]);
  const [limit] = shown(budget, changedAt[budget.id]);
  if (limit === undefined)
    throw notFound('id', `\`${budget.id}\` is a budget over all time: see \`/v1/organizations/budgets\``);
  return limit;
}

const PATH = '/v1/organizations/spend_limits';
const RENAMED: Renamed = [
  [/^scope\.project$/, 'scope.workspace_id'],
  [/^scope\.member$/, 'scope.user_id'],
  [/^scope\.key$/, 'scope.api_key_id'],
  [/^cap_usd$/, 'amount'],
  [/^window$/, 'period'],
];

export const spendLimits: Endpoint[] = [
  endpoint(
    createRoute({
      method: 'get',
      path: PATH,
      ...about('Spend limits', 'budgets.read', 'Budgets by day, week or month'),
      request: { query: z.strictObject(CURSOR_PAGE) },
      responses: answers(cursorPageOf(SpendLimit), 'A page of spend limits, by id.'),
    }),
    async (c) => {
      const call = c.get('call');
      const asked = c.req.valid('query');
      const cursors = new Cursors(call.organization, PATH);
      const page = cut(await periodic(call, asked.limit + 1, cursors.behind(asked)), asked.limit);
      const ids = page.items.map(({ id }) => id);
      const changedAt = await call.lastAt('budget', ids);
      const data = page.items.flatMap((budget) => shown(budget, changedAt[budget.id]));
      return c.json({ data, next_page: cursors.next(page, ({ id }) => id) }, 200);
    },
  ),
  endpoint(
    createRoute({
      method: 'post',
      path: PATH,
      ...about('Spend limits', 'budgets.write', 'Make a spend limit'),
      request: { body: body(NewSpendLimit) },
      responses: answers(SpendLimit, 'The spend limit.'),
    }),
    async (c) => {
      const { amount, period: window, scope, id = newId('spl') } = c.req.valid('json');
      const budget = { id, scope: scopeOf(scope), window, cap_usd: usdOf(amount) };
      const made = await c.get('call').change('budgets', [{ change: { type: 'budget_set', budget }, revision: 0 }], id);
      return c.json(await one(c.get('call'), made), 200, etag(made));
    },
    RENAMED,
  ),
  endpoint(
    createRoute({
      method: 'get',
      path: `${PATH}/{id}`,
      ...about('Spend limits', 'budgets.read', 'A spend limit'),
      request: { params: ById },
      responses: answers(SpendLimit, 'The spend limit.'),
    }),
    async (c) => {
      const budget = await c.get('call').find('budgets', c.req.valid('param').id);
      return c.json(await one(c.get('call'), budget), 200, etag(budget));
    },
  ),
  endpoint(
    createRoute({
      method: 'post',
      path: `${PATH}/{id}`,
      ...about('Spend limits', 'budgets.write', 'Change a spend limit'),
      request: { params: ById, headers: IfMatch, body: body(SpendLimitChange) },
      responses: answers(SpendLimit, 'The spend limit as it is now; what was spent in its period stays.'),
    }),
    async (c) => {
      const { amount, is_enabled, revision } = c.req.valid('json');
      const given = revisionGiven(c.req.valid('header'), revision);
      const budget = await c.get('call').edit('budgets', c.req.valid('param').id, given, (found) => ({
        type: 'budget_set',
        budget: {
          ...formOf(found),
          ...(amount !== undefined && { cap_usd: usdOf(amount) }),
          ...(is_enabled !== undefined && { mode: is_enabled ? 'enforce' : 'shadow' }),
        },
      }));
      return c.json(await one(c.get('call'), budget), 200, etag(budget));
    },
    RENAMED,
  ),
  endpoint(
    createRoute({
      method: 'delete',
      path: `${PATH}/{id}`,
      ...about('Spend limits', 'budgets.write', 'Take a spend limit out'),
      request: { params: ById, headers: IfMatch },
      responses: answers(Deleted, 'It is gone.'),
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const call = c.get('call');
      await one(call, await call.find('budgets', id));
      const revision = revisionGiven(c.req.valid('header'), undefined);
      await call.manage([{ change: { type: 'budget_removed', id }, revision }]);
      return c.json({ id, type: 'spend_limit_deleted' as const }, 200);
    },
  ),
];
