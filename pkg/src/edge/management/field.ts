/** Fields that many forms share. */
import { z } from '@hono/zod-openapi';

import type { ApiError } from '../api_error.js';
import { malformed } from '../problem.js';
import { holdsSecret } from '../secret_mask.js';
import { differing } from './refusal.js';

const ID = /^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$/;
/** By which the API description knows an id. */
export const ID_PATTERN = ID.source;

/** As the policy file takes them. */
export const Id = z
  .string()
  .regex(
    ID,
    'give 1 to 64 of `A-Z a-z 0-9 . _ : @ -`, beginning with a letter or a digit',
  )
  // Ids are shown to everybody and kept in the audit log.
  .refine((id) => !holdsSecret(id), 'give an id that looks like no secret')
  .openapi({ description: '1 to 64 of `A-Z a-z 0-9 . _ : @ -`, beginning with a letter or a digit' });

export const Name = z.string().min(1).max(200);
const EMAIL = 'give an address such as `ben@acme.example`';
export const Email = z
  .string(EMAIL)
  .min(3)
  .max(254)
  .regex(/^[^\s@]+@[^\s@]+$/, EMAIL)
  .openapi({ example: 'ben@acme.example' });
/** Addresses are compared as people write them: the case of letters says nothing. The engine lets no two members share one. */
export function sameAddress(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

const INSTANT = 'give an instant such as `2027-01-01T00:00:00Z`, from 1970 on';
/** From 1970 to the year 9999, as the engine counts. */
export const Instant = z
  .string(INSTANT)
  .regex(
    /^(?:19[7-9]\d|[2-9]\d{3})-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)$/,
    INSTANT,
  )
  .openapi({ format: 'date-time' });
const USD = 'give US dollars as a decimal string, such as `"500.00"`';
export const Usd = z
  .string(USD)
  .regex(/^(?:0|[1-9]\d{0,11})(?:\.\d{1,18})?$/, USD)
  .openapi({ description: 'US dollars as a decimal string', example: '500.00' });
/** Model names, or prefixes that end in `*`. */
export const Models = z.array(z.string().min(1).max(128)).max(1000);

/** What a change was made from. The header `if-match` says the same. */
export const Revision = z
  .number()
  .int()
  .min(0)
  .max(Number.MAX_SAFE_INTEGER)
  .openapi({ description: 'The revision that was read; a change that somebody else made since is a 409.' });

export const IfMatch = z.object({
  'if-match': z
    .string()
    // An empty one never arrives: the runtime takes it for none.
    .regex(/^(?:\*|"\d{1,15}")?$/, 'give the `etag` that was read, in its quotes, such as `"812"`')
    .optional()
    .openapi({
      description: 'The `etag` that was read: a change that somebody else made since is a 409.',
      example: '"812"',
    }),
});

export const ById = z.object({ id: Id });

const Limit = z
  .string()
  .regex(/^(?:[1-9]\d{0,2}|1000)$/, 'give an integer from 1 to 1000')
  .transform(Number)
  .default(20)
  .openapi({ type: 'integer', minimum: 1, maximum: 1000, default: 20 });

/** Which page of a list: what comes after the one and before the other. With `before_id` it is the last of that. */
export const PAGE = { limit: Limit, after_id: Id.optional(), before_id: Id.optional() };
export const PageQuery = z.strictObject(PAGE);

export interface PageAsked {
  limit: number;
  after_id?: string | undefined;
  before_id?: string | undefined;
}

/** The page in the engine's words. */
export function pageAsked({ limit, after_id, before_id }: PageAsked): {
  limit: number;
  after?: string;
  before?: string;
} {
  return {
    limit,
    ...(after_id !== undefined && { after: after_id }),
    ...(before_id !== undefined && { before: before_id }),
  };
}

export function pageOf<S extends z.ZodType>(item: S) {
  return z.strictObject({
    data: z.array(item),
    has_more: z.boolean(),
    first_id: z.string().nullable(),
    last_id: z.string().nullable(),
  });
}

export function page<T extends { id: string }>(data: T[], has_more: boolean) {
  return { data, has_more, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
}

/** What is said of a cursor that is the id of nothing on its list: an empty page would look like the end. */
export const NO_PLACE = {
  message: 'it is not on this list',
  remedy: 'give the `last_id` or `first_id` of a page, or nothing for the first page',
};

export function noPlace(path: string, id: string): ApiError {
  return malformed([{ path, value: JSON.stringify(id), ...NO_PLACE }], 'unknown_page');
}

/** A page of what is here already, in the order that it has; what is not here is no place in it. */
export function pageWithin<T>(
  all: readonly T[],
  asked: PageAsked,
  idOf: (item: T) => string,
): { items: T[]; has_more: boolean } {
  const { limit, after, before } = pageAsked(asked);
  for (const [path, id] of [['after_id', after] as const, ['before_id', before] as const]) {
    if (id !== undefined && !all.some((item) => idOf(item) === id)) throw noPlace(path, id);
  }
  const start = after === undefined ? 0 : all.findIndex((item) => idOf(item) === after) + 1;
  const end = before === undefined ? all.length : all.findIndex((item) => idOf(item) === before);
  const within = all.slice(start, Math.max(end, start));
  const items = before === undefined ? within.slice(0, limit) : within.slice(-limit);
  return { items, has_more: items.length < within.length };
}

/** The revision that a change was made from, by the header or the body; null where neither says. */
export function revisionGiven(header: { 'if-match'?: string | undefined }, inBody: number | undefined): number | null {
  const match = header['if-match'];
  const inHeader = match === undefined || match === '' || match === '*' ? undefined : Number(match.slice(1, -1));
  if (inHeader !== undefined && inBody !== undefined && inHeader !== inBody) {
    throw differing(inHeader, inBody);
  }
  return inHeader ?? inBody ?? null;
}

/** The header of a single object. */
export function etag({ revision }: { revision: number }): Record<string, string> {
  return { etag: `"${revision}"` };
}

/** The most that a page of the engine's lists holds. */
export const LARGEST_PAGE = 1_000;

/** The fields that were given: what is absent is not there, rather than undefined. */
export function given<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
