/** A new key: its secret, its limits and its budget, made in one step or not at all. */
import { z } from '@hono/zod-openapi';

import { generateKey, hintOfKey, newId } from '../key.js';
import type { ManagementCall } from './call.js';
import { Id, Instant, Models, Name, Usd } from './field.js';
import type { Change, Owner, Principal } from './forms.js';
import type { ApiKey } from './key_form.js';
import { OwnerForm } from './policy_forms.js';

const PerMinute = z.number().int().min(1).max(1_000_000_000_000);

const KEY = {
  name: Name,
  id: Id.max(48)
    .optional()
    .openapi({ description: 'A new one by default; the limits that come with it are named after it.' }),
  kind: z.enum(['caller', 'admin']).default('caller'),
  owner: OwnerForm.optional().openapi({
    description: 'By default the member who asks, or to whom the admin key belongs.',
  }),
  workspace_id: Id.nullable().optional(),
  role: Id.nullable().optional().openapi({ description: 'Cuts what the owner may do; never adds to it.' }),
  models: Models.nullable().optional(),
  expires_at: Instant.nullable().optional(),
  rate_limit: z
    .strictObject({ requests_per_minute: PerMinute.optional(), tokens_per_minute: PerMinute.optional() })
    .optional(),
};
const CAPPED = { monthly_cap_usd: Usd, alert_threshold_percent: z.number().int().min(1).max(1000).optional() };

/** The threshold is a part of the cap, and stands only beside one. */
export const NewKey = z.union([z.strictObject({ ...KEY, ...CAPPED }), z.strictObject(KEY)]).openapi('NewApiKey');

export async function createKey(
  call: ManagementCall,
  wanted: z.output<typeof NewKey>,
): Promise<{ made: ApiKey; key: string }> {
  const id = wanted.id ?? newId('apikey');
  const { key, sha256 } = await generateKey(call.organization);
  const set: Change = {
    type: 'key_set',
    key: {
      id,
      name: wanted.name,
      kind: wanted.kind,
      owner: wanted.owner ?? (await ownerOf(call)),
      project: wanted.workspace_id ?? null,
      role: wanted.role ?? null,
      models: wanted.models ?? null,
      expires_at: wanted.expires_at ?? null,
      hint: hintOfKey(key),
      secrets: [{ sha256, expires_at: null }],
    },
  };
  const changes: Change[] = [
    set,
    ...limit(id, 'requests', wanted.rate_limit?.requests_per_minute),
    ...limit(id, 'tokens', wanted.rate_limit?.tokens_per_minute),
    ...('monthly_cap_usd' in wanted ? budget(id, wanted.monthly_cap_usd, wanted.alert_threshold_percent) : []),
  ];
  const made = await call.change(
    'api_keys',
    changes.map((change) => ({ change, revision: 0 })),
    id,
  );
  return { made, key };
}

/** One minute's amount at once, and the same again in each minute. */
function limit(key: string, meter: 'requests' | 'tokens', amount: number | undefined): Change[] {
  if (amount === undefined) return [];
  const terms = { rate: amount, period_ms: 60_000, capacity: amount };
  return [{ type: 'limit_set', limit: { id: `${key}-${meter}`, scope: { key }, meter, ...terms } }];
}

function budget(key: string, cap_usd: string, percent: number | undefined): Change[] {
  const thresholds_percent = percent === undefined ? [] : [percent];
  return [
    {
      type: 'budget_set',
      budget: { id: `${key}-monthly`, scope: { key }, window: 'monthly', cap_usd, thresholds_percent },
    },
  ];
}

/** Whose a new key is where the request does not say. */
async function ownerOf(call: ManagementCall): Promise<Owner> {
  const { actor } = await call.ask({ type: 'whoami' });
  return 'key' in actor ? (await call.find('keys', actor.key, 'owner')).owner : ownerIn(actor);
}

function ownerIn(actor: Exclude<Principal, { key: string }>): Owner {
  return actor;
}
