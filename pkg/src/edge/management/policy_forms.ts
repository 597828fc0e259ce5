/** The policy file's forms, strictly: what a role, a limit, a budget is. */
import { z } from '@hono/zod-openapi';

import { BUILT_IN_ROLES } from '../../built_in_roles.js';
import { Id, Models, Name, Revision, Usd } from './field.js';

export const ScopeForm = z
  .union([
    z.literal('organization'),
    z.strictObject({ project: Id }),
    z.strictObject({ member: Id }),
    z.strictObject({ key: Id }),
  ])
  .openapi('Scope');

export const PrincipalForm = z
  .union([z.strictObject({ member: Id }), z.strictObject({ service_account: Id }), z.strictObject({ key: Id })])
  .openapi('Principal');

export const OwnerForm = z
  .union([z.strictObject({ member: Id }), z.strictObject({ service_account: Id })])
  .openapi('Owner');

const POSITIVE_USD = 'give US dollars above 0 as a decimal string, such as `"5.00"`';
/** More than nothing. */
export const PositiveUsd = z
  .string(POSITIVE_USD)
  .regex(
    /^(?:[1-9]\d{0,11}(?:\.\d{1,18})?|0\.(?=\d{1,18}$)0*[1-9]\d*)$/,
    POSITIVE_USD,
  );
const Count = z.number().int().min(1).max(1_000_000_000_000);

/** A count, or for the meter `cost` US dollars. */
export const AmountForm = z.union([Count, PositiveUsd]).openapi('Amount');

/** Everything that can be permitted, which is what the first built-in role permits. */
const ACTIONS = (BUILT_IN_ROLES[0]?.permissions ?? []).map(({ action }) => action);
const Action = z
  .enum(ACTIONS, 'give an action that `GET /v1/organizations/roles/admin` lists')
  .openapi('Action', { example: 'keys.create' });

export const RoleFields = z.strictObject({
  permissions: z
    .array(
      z.strictObject({
        action: Action,
        scope: z.enum(['any', 'own']),
      }),
    )
    .max(200),
});

export const ModelClassFields = z.strictObject({ models: Models.min(1) });

export const ServiceAccountFields = z.strictObject({
  name: Name.nullable().optional(),
  project: Id,
  role: Id,
  status: z.enum(['active', 'removed']).optional(),
});

const METERS = ['requests', 'input_tokens', 'output_tokens', 'tokens', 'cost', 'concurrent_requests'] as const;
const period_ms = z.number().int().min(1).max(86_400_000);
const counted = { rate: Count, period_ms, capacity: Count };
const onMessages = { operation: z.literal('messages').optional() };
const noCacheReads = { count_cache_reads: z.literal(false).optional() };
const cacheReads = { count_cache_reads: z.boolean().optional() };
const noOutput = { output: z.literal('settle').optional() };
const output = { output: z.enum(['reserve', 'settle']).optional() };
const LIMITED = {
  scope: ScopeForm,
  model_class: Id.nullable().optional(),
  mode: z.enum(['enforce', 'shadow']).optional(),
  revision: Revision.optional(),
};

/** What is counted, what it is counted in, and what may stand beside it. */
export const LimitPut = z
  .discriminatedUnion('meter', [
    z.strictObject({
      meter: z.literal('requests'),
      operation: z.enum(['messages', 'count_tokens']).optional(),
      ...counted,
      ...noCacheReads,
      ...noOutput,
      ...LIMITED,
    }),
    z.strictObject({
      meter: z.literal('input_tokens'),
      ...counted,
      ...onMessages,
      ...cacheReads,
      ...noOutput,
      ...LIMITED,
    }),
    z.strictObject({
      meter: z.literal('output_tokens'),
      ...counted,
      ...onMessages,
      ...noCacheReads,
      ...output,
      ...LIMITED,
    }),
    z.strictObject({ meter: z.literal('tokens'), ...counted, ...onMessages, ...cacheReads, ...output, ...LIMITED }),
    z.strictObject({
      meter: z.literal('cost'),
      rate: PositiveUsd,
      period_ms,
      capacity: PositiveUsd,
      ...onMessages,
      ...noCacheReads,
      ...noOutput,
      ...LIMITED,
    }),
    z.strictObject({
      meter: z.literal('concurrent_requests'),
      rate: z.null().optional(),
      period_ms: z.null().optional(),
      capacity: Count,
      ...onMessages,
      ...noCacheReads,
      ...noOutput,
      ...LIMITED,
    }),
  ])
  .openapi('LimitPut');

/** A limit as it is shown: with every default filled in. */
export const LimitFields = z.strictObject({
  scope: ScopeForm,
  meter: z.enum(METERS),
  rate: z.union([Count, PositiveUsd, z.null()]),
  period_ms: period_ms.nullable(),
  capacity: AmountForm,
  model_class: Id.nullable(),
  operation: z.enum(['messages', 'count_tokens']),
  count_cache_reads: z.boolean(),
  output: z.enum(['reserve', 'settle']),
  mode: z.enum(['enforce', 'shadow']),
});

export const BudgetFields = z.strictObject({
  scope: ScopeForm,
  window: z.enum(['daily', 'weekly', 'monthly', 'total']),
  cap_usd: Usd,
  utc_offset: z
    .string()
    .regex(/^[+-](?:0\d|1[0-4]):[0-5]\d$/, 'give hours and minutes, such as `+01:00`')
    .optional()
    .openapi({ example: '+01:00' }),
  week_start: z.enum(['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']).optional(),
  anchor_day: z.number().int().min(1).max(31).optional(),
  thresholds_percent: z.array(z.number().int().min(1).max(1000)).max(16).optional(),
  mode: z.enum(['enforce', 'shadow']).optional(),
});

const revision = Revision.optional();
export const RolePut = RoleFields.extend({ revision }).openapi('RolePut');
export const ModelClassPut = ModelClassFields.extend({ revision }).openapi('ModelClassPut');
export const ServiceAccountPut = ServiceAccountFields.extend({ revision }).openapi('ServiceAccountPut');
export const BudgetPut = BudgetFields.extend({ revision }).openapi('BudgetPut');
