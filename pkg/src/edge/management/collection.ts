/**
 * What the organization has many of, each by its id: read a page, and of what the policy file holds in lists also read one, put one, take
 * one out.
 *
 * A `PUT` sets the whole form, as the policy file has it: what is absent takes its default.
 */
import { createRoute, z } from '@hono/zod-openapi';

import { malformed } from '../problem.js';
import type { ManagementCall } from './call.js';
import { CURSOR_PAGE, Cursors, cursorPageOf, type CursorAsked } from './cursor.js';
import { about, answers, body, endpoint, type Endpoint } from './endpoint.js';
import {
  ById,
  Id,
  IfMatch,
  PAGE,
  Revision,
  etag,
  page,
  pageAsked,
  pageOf,
  revisionGiven,
  type PageAsked,
} from './field.js';
import { rfc3339 } from '../instant.js';
import { formOf, type Action, type Change, type ListedKinds, type ListFields, type ListKind } from './forms.js';
import type { PageAsk } from './store/ask.js';

interface Listing<K extends ListKind, F extends z.ZodRawShape, S extends z.ZodType<{ id: string }>> {
  path: string;
  of: K;
  tag: string;
  summary: string;
  read: Action;
  /** What the answer is, in words. */
  told: string;
  /** What is shown of each. */
  item: S;
  /** Query parameters that narrow the list, beside which page of it is asked for. */
  filters: F;
  narrowed(filters: z.output<z.ZodObject<F>>): ListFields;
}

interface List<K extends ListKind, F extends z.ZodRawShape, S extends z.ZodType<{ id: string }>> extends Listing<K, F, S> {
  /** What the list shows beside what the organization has, in the order of the ids. */
  builtIn?: readonly z.output<S>[];
  shown(
    items: ListedKinds[K][],
    call: ManagementCall,
    filters: z.output<z.ZodObject<F>>,
  ): z.output<S>[] | Promise<z.output<S>[]>;
}

/** The route of a list that goes on by the ids of what it shows. */
function routeById<K extends ListKind, F extends z.ZodRawShape, S extends z.ZodType<{ id: string }>>(of: Listing<K, F, S>) {
  return createRoute({
    method: 'get',
    path: of.path,
    ...about(of.tag, of.read, of.summary),
    request: { query: z.strictObject({ ...PAGE, ...of.filters }) },
    responses: answers(pageOf(of.item), of.told),
  });
}

/** A list that goes on by ids, of what the engine writes as it is shown: nothing is made anew of its pages. */
export function listPassedOn<F extends z.ZodRawShape, S extends z.ZodType<{ id: string }>>(
  of: Listing<PageAsk['of'], F, S>,
): Endpoint {
  return endpoint(routeById(of), async (c) => {
    const asked = c.req.valid('query') as unknown as PageAsked & z.output<z.ZodObject<F>>;
    const fields = { ...pageAsked(asked), ...of.narrowed(asked), by_id: true as const };
    const page = await c.get('call').page(of.of, fields);
    return new Response(page, { headers: { 'content-type': 'application/json' } }) as never;
  });
}

/** A list that goes on by the ids of what it shows. */
export function listById<K extends ListKind, F extends z.ZodRawShape, S extends z.ZodType<{ id: string }>>(
  of: List<K, F, S>,
): Endpoint {
  return endpoint(routeById(of), async (c) => {
    const call = c.get('call');
    const asked = c.req.valid('query') as unknown as PageAsked & z.output<z.ZodObject<F>>;
    const builtIn = of.builtIn ?? [];
    // The engine does not know what is built in, and whether it is a place on the list.
    const isBuiltIn = builtIn.some(({ id }) => id === asked.after_id || id === asked.before_id);
    const fields = { ...pageAsked(asked), ...of.narrowed(asked), ...(!isBuiltIn && { by_id: true as const }) };
    const { items, has_more } = await call.list(of.of, fields);
    const own = page(await of.shown(items, call, asked), has_more);
    return c.json(withBuiltIn(own, builtIn, asked) as never, 200);
  });
}

/** A page with what is built in between, as far as it belongs there. */
function withBuiltIn<T extends { id: string }>(
  own: { data: T[]; has_more: boolean },
  builtIn: readonly T[],
  asked: PageAsked,
): ReturnType<typeof page<T>> {
  const { limit, after = '', before } = pageAsked(asked);
  const between = builtIn.filter(({ id }) => id > after && (before === undefined || id < before));
  if (between.length === 0) return page(own.data, own.has_more);
  const all = [...own.data, ...between].sort((one, other) => (one.id < other.id ? -1 : 1));
  const shown = before === undefined ? all.slice(0, limit) : all.slice(-limit);
  return page(shown, own.has_more || all.length > limit);
}

/** A list that goes on by cursors. */
export function listByCursor<K extends ListKind, F extends z.ZodRawShape, S extends z.ZodType<{ id: string }>>(
  of: List<K, F, S>,
): Endpoint {
  return endpoint(
    createRoute({
      method: 'get',
      path: of.path,
      ...about(of.tag, of.read, of.summary),
      request: { query: z.strictObject({ ...CURSOR_PAGE, ...of.filters }) },
      responses: answers(cursorPageOf(of.item), of.told),
    }),
    async (c) => {
      const call = c.get('call');
      const asked = c.req.valid('query') as unknown as CursorAsked & z.output<z.ZodObject<F>>;
      const cursors = new Cursors(call.organization, of.path);
      const after = cursors.behind(asked);
      const narrowed = { limit: asked.limit, ...(after !== undefined && { after }), ...of.narrowed(asked) };
      const { items, has_more } = await call.list(of.of, narrowed);
      const data = await of.shown(items, call, asked);
      return c.json({ data, next_page: cursors.next({ items: data, has_more }, ({ id }) => id) } as never, 200);
    },
  );
}

type Collected = 'roles' | 'model_classes' | 'service_accounts' | 'limits' | 'budgets';

/** The revision stands in the body, or in `if-match`. */
type Put = z.ZodType<{ revision?: number | undefined }>;

interface Collection<K extends Collected, F extends Put> {
  path: string;
  of: K;
  tag: string;
  /** One of them in a word: `limit`. */
  type: string;
  /** The same as the API description names its form: `Limit`. */
  name: string;
  /** What is put. */
  put: F;
  /** What is shown, beside what everything has. */
  shown: z.ZodObject;
  read: Action;
  write: Action;
  set(id: string, fields: Omit<z.output<F>, 'revision'>): Change;
  removed(item: ListedKinds[K]): Change;
  /** Whether the project that they belong to can narrow the list. */
  byProject: boolean;
  /** How the list goes on: by ids, or by cursors where the provider's does. */
  list: typeof listById | typeof listByCursor;
  /** What every organization has, beside its own: it can be read, and not changed. */
  builtIn?: readonly { id: string }[];
}

const BUILT_IN = {
  built_in: z.boolean().openapi({ description: 'Whether every organization has it: it cannot be changed.' }),
  created_at: z.string().nullable().openapi({ description: 'Null where it is built in.' }),
};
const PROJECT_FILTER = { workspace_id: Id.optional() };

export function collection<K extends Collected, F extends Put>(of: Collection<K, F>): Endpoint[] {
  const { path, tag, type, read, write, builtIn } = of;
  const noun = type.replaceAll('_', ' ');
  const put: Put = of.put;
  const one = `${path}/{id}`;
  const Item = z
    .strictObject({
      id: Id,
      type: z.literal(type),
      ...of.shown.shape,
      ...(builtIn === undefined ? { created_at: z.string() } : BUILT_IN),
      revision: Revision,
    })
    .openapi(of.name);
  const Deleted = z.strictObject({ id: Id, type: z.literal(`${type}_deleted`) });
  const shown = (item: ListedKinds[K]) => ({
    type,
    ...formOf(item),
    id: item.id,
    ...(builtIn !== undefined && { built_in: false }),
    created_at: rfc3339(item.created_at_ms),
    revision: item.revision,
  });
  const shownBuiltIn = builtIn
    ?.map((form) => ({ type, ...form, built_in: true, created_at: null, revision: 0 }))
    .sort((one, other) => (one.id < other.id ? -1 : 1));
  /** Refuses a change of what is built in, after who may not change anything was refused for that. */
  const checkOwn = async (call: ManagementCall, id: string): Promise<void> => {
    if (shownBuiltIn?.some((known) => known.id === id) !== true) return;
    await call.require();
    const message = `\`${id}\` is a built-in ${noun}, which stays as it is`;
    const problem = { path: 'id', value: JSON.stringify(id), message, remedy: `make a ${noun} with another id` };
    throw malformed([problem], `built_in_${type}`);
  };
  return [
    of.list({
      path,
      of: of.of,
      tag,
      summary: `The ${tag.toLowerCase()}`,
      read,
      told: 'A page, by id.',
      item: Item,
      filters: of.byProject ? PROJECT_FILTER : {},
      narrowed: (filters) => ('workspace_id' in filters && typeof filters.workspace_id === 'string' ? { project: filters.workspace_id } : {}),
      shown: (items) => items.map(shown) as never,
      ...(shownBuiltIn !== undefined && { builtIn: shownBuiltIn as never }),
    }),
    endpoint(
      createRoute({
        method: 'get',
        path: one,
        ...about(tag, read, `A ${noun}`),
        request: { params: ById },
        responses: answers(Item, 'As it is now.'),
      }),
      async (c) => {
        const { id } = c.req.valid('param');
        const call = c.get('call');
        const known = shownBuiltIn?.find((each) => each.id === id);
        if (known !== undefined) {
          await call.require();
          return c.json(known as never, 200, etag(known));
        }
        const item = await call.find(of.of, id);
        return c.json(shown(item) as never, 200, etag(item));
      },
    ),
    endpoint(
      createRoute({
        method: 'put',
        path: one,
        ...about(tag, write, `Make or replace a ${noun}`),
        request: { params: ById, headers: IfMatch, body: body(put) },
        responses: answers(Item, 'As it is now.'),
      }),
      async (c) => {
        const { id } = c.req.valid('param');
        const { revision, ...form } = c.req.valid('json');
        // The route's types know of the form only that it has a revision; it is what `of.put` read.
        const change = of.set(id, form as Omit<z.output<F>, 'revision'>);
        const given = revisionGiven(c.req.valid('header'), revision);
        await checkOwn(c.get('call'), id);
        const item = await c.get('call').change(of.of, [{ change, revision: given }], id);
        return c.json(shown(item) as never, 200, etag(item));
      },
    ),
    endpoint(
      createRoute({
        method: 'delete',
        path: one,
        ...about(tag, write, `Take a ${noun} out`),
        request: { params: ById, headers: IfMatch },
        responses: answers(Deleted, 'It is gone.'),
      }),
      async (c) => {
        const { id } = c.req.valid('param');
        const call = c.get('call');
        await checkOwn(call, id);
        const item = await call.find(of.of, id);
        const revision = revisionGiven(c.req.valid('header'), undefined);
        await call.manage([{ change: of.removed(item), revision }]);
        return c.json({ id, type: `${type}_deleted` } as never, 200);
      },
    ),
  ];
}
