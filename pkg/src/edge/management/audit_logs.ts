/** The audit log: who changed what, from where, and what somebody was refused. */
import { createRoute, z } from '@hono/zod-openapi';

import { ActorType, AuditAction, TargetType } from './audit_words.js';
import type { ManagementCall } from './call.js';
import { about, answers, endpoint, type Endpoint } from './endpoint.js';
import { withoutSecrets } from '../secret_mask.js';
import { encodeUtf8 } from '../utf8.js';
import { REFUSALS } from './error_form.js';
import { Id, Instant, PAGE, pageOf } from './field.js';
import { rfc3339 } from '../instant.js';
import type { AuditEntry } from './forms.js';
import { named, type AuditFilter } from './store/audit_log.js';

/** How many entries a download asks the organization for at a time. */
const BATCH = 500;

const Number_ = z
  .string()
  .regex(/^[1-9]\d{0,14}$/, 'give the number of an entry, such as `812`')
  .openapi({ description: 'the id of an entry' });

const FILTERS = {
  actor_type: ActorType.optional(),
  actor_id: Id.optional(),
  action: AuditAction.optional(),
  target_type: TargetType.optional(),
  target_id: Id.optional(),
  starting_at: Instant.optional(),
  ending_at: Instant.optional(),
};
const Query = z.strictObject({ ...PAGE, ...FILTERS, after_id: Number_.optional(), before_id: Number_.optional() });
const ExportQuery = z.strictObject(FILTERS);
type Filters = z.output<typeof ExportQuery>;

const Actor = z.union([
  z.strictObject({ type: z.literal('user_actor'), user_id: Id, ip_address: z.string().nullable() }),
  z.strictObject({
    type: z.literal('service_account_actor'),
    service_account_id: Id,
    ip_address: z.string().nullable(),
  }),
  z.strictObject({ type: z.literal('api_key_actor'), api_key_id: Id, ip_address: z.string().nullable() }),
  z.strictObject({ type: z.literal('system_actor'), ip_address: z.string().nullable() }),
]);

const Entry = z
  .strictObject({
    id: z.string(),
    type: z.string(),
    created_at: z.string(),
    organization_id: Id,
    actor: Actor,
    target: z.strictObject({ type: z.string(), id: z.string() }).nullable(),
    before: z.unknown(),
    after: z.unknown(),
    previous: z.string(),
    hash: z.string(),
  })
  .openapi('AuditLogEntry');

const Head = z
  .strictObject({ type: z.literal('audit_head'), entries: z.number().int(), hash: z.string() })
  .openapi('AuditHead');

function filterOf({ starting_at, ending_at, ...same }: Filters): Omit<AuditFilter, 'limit'> {
  const given = Object.entries(same).filter(([, value]) => value !== undefined);
  return {
    ...Object.fromEntries(given),
    ...(starting_at !== undefined && { starting_at_ms: Date.parse(starting_at) }),
    ...(ending_at !== undefined && { ending_at_ms: Date.parse(ending_at) }),
  };
}

function shown(organization: string, text: string): z.infer<typeof Entry> {
  const { number, at_ms, actor, source, action, target, before, after, previous, hash } = JSON.parse(
    text,
  ) as AuditEntry;
  const [type, id] = named(target);
  return {
    id: String(number),
    type: action,
    created_at: rfc3339(at_ms),
    organization_id: organization,
    actor: actorShown(actor, source),
    target: type === null ? null : { type, id: id ?? '' },
    before: withoutDigests(before),
    after: withoutDigests(after),
    previous,
    hash,
  };
}

function actorShown(actor: AuditEntry['actor'], ip_address: string | null): z.infer<typeof Actor> {
  if (actor === null) return { type: 'system_actor', ip_address };
  if ('member' in actor) return { type: 'user_actor', user_id: actor.member, ip_address };
  if ('key' in actor) return { type: 'api_key_actor', api_key_id: actor.key, ip_address };
  return { type: 'service_account_actor', service_account_id: actor.service_account, ip_address };
}

/** No answer shows a digest of a secret, or one that somebody wrote where a name belongs. The download has the entries as they are, for the hashes are of them. */
function withoutDigests(value: unknown): unknown {
  if (typeof value === 'string') return withoutSecrets(value);
  if (Array.isArray(value)) return value.map(withoutDigests);
  if (typeof value !== 'object' || value === null) return value ?? null;
  const shown = Object.entries(value).filter(([name]) => name !== 'sha256');
  return Object.fromEntries(shown.map(([name, inner]) => [name, withoutDigests(inner)]));
}

/** Every entry that fits, oldest first, a line each; read as it is sent. */
function lines(
  call: ManagementCall,
  filter: Omit<AuditFilter, 'limit'>,
  first: readonly string[],
  more: boolean,
): ReadableStream<Uint8Array> {
  let [entries, has_more] = [first, more];
  return new ReadableStream({
    async pull(controller) {
      if (entries.length > 0) controller.enqueue(encodeUtf8(entries.map((entry) => `${entry}\n`).join('')));
      if (!has_more) return controller.close();
      const last = JSON.parse(entries.at(-1) ?? '{}') as AuditEntry;
      ({ entries, has_more } = await call.ask({
        type: 'audit',
        filter: { ...filter, after: last.number, limit: BATCH },
      }));
    },
  });
}

export const auditLogs: Endpoint[] = [
  endpoint(
    createRoute({
      method: 'get',
      path: '/v1/organizations/audit-logs',
      ...about('Audit log', 'audit.read', 'Who changed what, newest first'),
      request: { query: Query },
      responses: answers(pageOf(Entry), 'A page of entries. `after_id` goes on to older ones.'),
    }),
    async (c) => {
      const { limit, after_id, before_id, ...filters } = c.req.valid('query');
      const call = c.get('call');
      const { entries, has_more } = await call.ask({
        type: 'audit',
        filter: {
          ...filterOf(filters),
          limit,
          ...(after_id !== undefined && { after: Number(after_id) }),
          ...(before_id !== undefined && { before: Number(before_id) }),
        },
      });
      const data = entries.map((entry) => shown(call.organization, entry));
      return c.json({ data, has_more, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null }, 200);
    },
  ),
  endpoint(
    createRoute({
      method: 'get',
      path: '/v1/organizations/audit-logs/head',
      ...about('Audit log', 'audit.read', 'How many entries there are, and the hash of the last'),
      responses: answers(Head, 'Noted elsewhere, it proves later that none was taken away from the end.'),
    }),
    async (c) => {
      const { entries, hash } = await c.get('call').ask({ type: 'audit_head' });
      return c.json({ type: 'audit_head' as const, entries, hash }, 200);
    },
  ),
  endpoint(
    createRoute({
      method: 'get',
      path: '/v1/organizations/audit-logs/export',
      ...about('Audit log', 'audit.read', 'The entries as they were written, oldest first'),
      request: { query: ExportQuery },
      responses: {
        200: {
          description:
            'A line of JSON for each entry. Without filters the chain of hashes is whole: `tollgate audit verify` proves it.',
          content: { 'application/jsonl': { schema: z.string() } },
        },
        ...REFUSALS,
      },
    }),
    async (c) => {
      const call = c.get('call');
      const filter = { ...filterOf(c.req.valid('query')), oldest_first: true };
      const { entries, has_more } = await call.ask({ type: 'audit', filter: { ...filter, limit: BATCH } });
      // A stream of lines, which the framework's types take for one JSON value.
      return new Response(lines(call, filter, entries, has_more), {
        headers: { 'content-type': 'application/jsonl', 'content-disposition': 'attachment; filename="audit.jsonl"' },
      }) as never;
    },
  ),
];
