/** What each member can spend in a period, and has spent: the provider's report over budgets. */
import { createRoute, z } from '@hono/zod-openapi';

import { fixedPoint } from '../fixed_point.js';
import { CURSOR_PAGE, Cursors, cursorPageOf, cut } from './cursor.js';
import { about, answers, endpoint, type Endpoint } from './endpoint.js';
import { Id } from './field.js';
import type { ListedKinds } from './forms.js';
import { CENTS, PERIODS, Period, ScopeShown, scopeShown } from './spend_limits.js';
import type { BudgetBalance } from './store/ask.js';

type ListedBudget = ListedKinds['budgets'];

/** Thousandths of a cent: the provider tells spending that exactly. */
const MILLICENTS = 5;

const Effective = z
  .strictObject({
    spend_limit_id: Id,
    actor: z.strictObject({
      type: z.literal('user_actor'),
      user_id: Id,
      email_address: z.string(),
      name: z.string().nullable(),
      deleted: z.boolean(),
    }),
    amount: z.string(),
    currency: z.literal('USD'),
    period: Period,
    period_to_date_spend: z.string().openapi({
      description:
        "What was spent of the budget that `source` names, in cents. Where that is the organization's it is everybody's spending: what one member spends is counted only where the member has a budget of its own.",
    }),
    scope: ScopeShown,
    source: ScopeShown,
  })
  .openapi('EffectiveSpendLimit');

/** A parameter that may stand several times. */
const several = <S extends z.ZodType>(one: S) => z.union([one, z.array(one)]).optional();
const EffectiveQuery = z.strictObject({
  ...CURSOR_PAGE,
  'period[]': several(Period),
  'user_ids[]': several(Id),
});

/** Null: it was not given, so that nothing is left out. */
function all<T extends string>(given: T | T[] | undefined): T[] | null {
  if (given === undefined) return null;
  return Array.isArray(given) ? given : [given];
}

/** Cents with up to three decimals, never through a float. */
function spentCents({ settled_usd, assumed_usd }: BudgetBalance): string {
  const spent = fixedPoint(settled_usd, MILLICENTS) + fixedPoint(assumed_usd, MILLICENTS);
  const digits = String(spent < 0n ? 0n : spent).padStart(4, '0');
  return `${digits.slice(0, -3)}.${digits.slice(-3)}`.replace(/\.?0+$/, '') || '0';
}

/** What a member can spend in a period; nothing where no budget bounds it. */
function effective(
  member: ListedKinds['members'],
  period: (typeof PERIODS)[number],
  budgets: readonly ListedBudget[],
  balances: readonly BudgetBalance[],
): z.infer<typeof Effective>[] {
  const inForce = budgets.filter(({ window, mode }) => window === period && mode !== 'shadow');
  const own = inForce.filter(
    ({ scope }) => typeof scope === 'object' && 'member' in scope && scope.member === member.id,
  );
  const budget = tightest(own) ?? tightest(inForce.filter(({ scope }) => scope === 'organization'));
  const balance = balances.find((found) => found.budget === budget?.id);
  if (budget === undefined || balance === undefined) return [];
  return [
    {
      spend_limit_id: budget.id,
      actor: {
        type: 'user_actor',
        user_id: member.id,
        email_address: member.email,
        name: member.name ?? null,
        deleted: false,
      },
      amount: String(fixedPoint(budget.cap_usd, CENTS)),
      currency: 'USD',
      period,
      period_to_date_spend: spentCents(balance),
      scope: { type: 'user', user_id: member.id },
      source: scopeShown(budget.scope),
    },
  ];
}

const PATH = '/v1/organizations/spend_limits/effective';

export const effectiveSpend: Endpoint[] = [
  endpoint(
    createRoute({
      method: 'get',
      path: PATH,
      ...about('Spend limits', 'members.read', 'What each member can spend, and has spent'),
      request: { query: EffectiveQuery },
      responses: answers(
        cursorPageOf(Effective),
        "One row for each member and period: of the member's own budget, or else of the organization's, whose spending is everybody's.",
      ),
    }),
    async (c) => {
      const call = c.get('call');
      const asked = c.req.valid('query');
      const [periods, users] = [all(asked['period[]']), all(asked['user_ids[]'])];
      const cursors = new Cursors(call.organization, PATH);
      const [member = '', period] = cursors.behind(asked)?.split('/') ?? [];
      const [members, budgets] = [
        await call.everything('members', { status: 'active' }),
        await call.everything('budgets'),
      ];
      const balances = (await call.ask({ type: 'balances' })).budgets;
      const rows: z.infer<typeof Effective>[] = [];
      for (const each of members) {
        if (rows.length > asked.limit) break;
        if (each.id < member || (users !== null && !users.includes(each.id))) continue;
        const seen = each.id === member ? PERIODS.findIndex((known) => known === period) + 1 : 0;
        const wanted = PERIODS.slice(seen).filter((known) => periods === null || periods.includes(known));
        rows.push(...wanted.flatMap((known) => effective(each, known, budgets, balances)));
      }
      const page = cut(rows, asked.limit);
      const next_page = cursors.next(page, (row) => `${row.actor.user_id}/${row.period}`);
      return c.json({ data: page.items, next_page }, 200);
    },
  ),
];

/** Of several budgets of one period, all of which apply, the one with the lowest cap. */
function tightest(budgets: readonly ListedBudget[]): ListedBudget | undefined {
  return budgets.reduce<ListedBudget | undefined>(
    (least, budget) =>
      least === undefined || fixedPoint(budget.cap_usd, 18) < fixedPoint(least.cap_usd, 18) ? budget : least,
    undefined,
  );
}
