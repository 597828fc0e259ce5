/** Limits, as the provider lists its rate limits: by group of models, in amounts a minute. */
import { createRoute, z } from '@hono/zod-openapi';

import { fixedPoint } from '../fixed_point.js';
import type { ManagementCall } from './call.js';
import { CURSOR_PAGE, Cursors, cursorPageOf, cut } from './cursor.js';
import { about, answers, endpoint, type Endpoint } from './endpoint.js';
import { ById, Id } from './field.js';
import type { LimitForm, ModelClassForm, Scope } from './forms.js';

const GROUP_TYPES = ['model_group', 'batch', 'token_count', 'files', 'skills', 'web_search'] as const;

const Group = z.union([
  z.strictObject({ id: z.string(), type: z.literal('model_group'), display_name: z.string() }),
  z.strictObject({ id: z.string(), type: z.literal('token_count') }),
]);
const Models = z.array(z.string()).nullable();

const OrganizationLimit = z
  .strictObject({
    id: z.string(),
    type: z.literal('rate_limit'),
    group: Group,
    models: Models,
    limits: z.array(z.strictObject({ type: z.string(), value: z.number().int() })),
  })
  .openapi('RateLimit');

const WorkspaceLimit = z
  .strictObject({
    rate_limit_id: z.string(),
    type: z.literal('workspace_rate_limit'),
    workspace_id: Id,
    group: Group,
    models: Models,
    limits: z.array(
      z.strictObject({
        type: z.string(),
        value: z.number().int(),
        org_limit: z.number().int().nullable(),
        source: z.strictObject({ type: z.literal('workspace') }),
      }),
    ),
  })
  .openapi('WorkspaceRateLimit');

const Query = z.strictObject({ ...CURSOR_PAGE, group_type: z.enum(GROUP_TYPES).optional() });

interface Limiter {
  type: string;
  value: number;
}

interface Listed {
  id: string;
  group: z.infer<typeof Group>;
  models: string[] | null;
  limits: Limiter[];
}

/** The provider's name of what a limit counts; undefined for what it has no name for: money, and open requests. */
function limiterOf({ meter, count_cache_reads }: LimitForm): string | undefined {
  switch (meter) {
    case 'requests':
      return 'requests_per_minute';
    case 'input_tokens':
      return count_cache_reads ? 'input_tokens_per_minute' : 'input_tokens_per_minute_cache_aware';
    case 'output_tokens':
      return 'output_tokens_per_minute';
    case 'tokens':
      return 'tokens_per_minute';
    case 'cost':
    case 'concurrent_requests':
      return undefined;
  }
}

function perMinute({ rate, period_ms }: LimitForm): number {
  return Number((fixedPoint(String(rate ?? 0), 0) * 60_000n) / BigInt(period_ms ?? 60_000));
}

/** The enforced limits of one scope, by group; of several that count the same, the tightest. */
function grouped(limits: readonly LimitForm[], classes: readonly ModelClassForm[]): Listed[] {
  const groups = new Map<string, Listed>();
  for (const limit of limits) {
    const type = limiterOf(limit);
    if (type === undefined || limit.mode === 'shadow') continue;
    const counting = limit.operation === 'count_tokens';
    const id = counting ? 'token_count' : (limit.model_class ?? 'all_models');
    const models = classes.find((each) => each.id === limit.model_class)?.models ?? ['*'];
    const group = counting
      ? { id, type: 'token_count' as const }
      : { id, type: 'model_group' as const, display_name: limit.model_class ?? 'All models' };
    const listed = groups.get(id) ?? { id, group, models: counting ? null : models, limits: [] };
    const value = perMinute(limit);
    const same = listed.limits.find((each) => each.type === type);
    if (same === undefined) listed.limits.push({ type, value });
    else same.value = Math.min(same.value, value);
    groups.set(id, listed);
  }
  return [...groups.values()];
}

async function groupsOf(call: ManagementCall, wanted: Scope, project?: string): Promise<Listed[]> {
  const limits = await call.everything('limits', project === undefined ? {} : { project });
  const classes = await call.everything('model_classes');
  const scope = JSON.stringify(wanted);
  return grouped(
    limits.filter((limit) => JSON.stringify(limit.scope) === scope),
    classes,
  );
}

/** A page of the groups of a type, by id. */
function paged(
  groups: readonly Listed[],
  asked: z.output<typeof Query>,
  cursors: Cursors,
): { items: Listed[]; next_page: string | null } {
  const after = cursors.behind(asked);
  const found = groups
    .filter(({ group }) => asked.group_type === undefined || group.type === asked.group_type)
    .filter(({ id }) => after === undefined || id > after)
    .sort((one, other) => (one.id < other.id ? -1 : 1));
  const page = cut(found, asked.limit);
  return { items: page.items, next_page: cursors.next(page, ({ id }) => id) };
}

export const rateLimits: Endpoint[] = [
  endpoint(
    createRoute({
      method: 'get',
      path: '/v1/organizations/rate_limits',
      ...about('Rate limits', 'limits.read', "The organization's rate limits, in the provider's groups"),
      request: { query: Query },
      responses: answers(cursorPageOf(OrganizationLimit), 'A page of groups, by id.'),
    }),
    async (c) => {
      const call = c.get('call');
      const cursors = new Cursors(call.organization, 'rate_limits');
      const { items, next_page } = paged(await groupsOf(call, 'organization'), c.req.valid('query'), cursors);
      return c.json({ data: items.map((group) => ({ type: 'rate_limit' as const, ...group })), next_page }, 200);
    },
  ),
  endpoint(
    createRoute({
      method: 'get',
      path: '/v1/organizations/workspaces/{id}/rate_limits',
      ...about('Rate limits', 'limits.read', "A workspace's own rate limits, in the provider's groups"),
      request: { params: ById, query: Query },
      responses: answers(cursorPageOf(WorkspaceLimit), 'A page of groups, by id.'),
    }),
    async (c) => {
      const call = c.get('call');
      const { id: workspace_id } = c.req.valid('param');
      await call.find('projects', workspace_id);
      const own = await groupsOf(call, { project: workspace_id }, workspace_id);
      const whole = await groupsOf(call, 'organization');
      const orgLimit = (id: string, type: string) =>
        whole.find((group) => group.id === id)?.limits.find((limit) => limit.type === type)?.value ?? null;
      const cursors = new Cursors(call.organization, `rate_limits of ${workspace_id}`);
      const { items, next_page } = paged(own, c.req.valid('query'), cursors);
      const data = items.map(({ id, group, models, limits }) => ({
        rate_limit_id: id,
        type: 'workspace_rate_limit' as const,
        workspace_id,
        group,
        models,
        limits: limits.map(({ type, value }) => ({
          type,
          value,
          org_limit: orgLimit(id, type),
          source: { type: 'workspace' as const },
        })),
      }));
      return c.json({ data, next_page }, 200);
    },
  ),
];
