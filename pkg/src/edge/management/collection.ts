/**
 * What the policy file holds in lists, each by its id: read a page, read one, put one, take one out.
 *
 * A `PUT` sets the whole form, as the policy file has it: what is absent takes its default.
 */
import { createRoute, z } from '@hono/zod-openapi';

import { about, answers, body, endpoint, type Endpoint } from './endpoint.js';
import { ById, Id, IfMatch, PAGE, Revision, etag, page, pageAsked, pageOf, revisionGiven, rfc3339 } from './field.js';
import { formOf, type Action, type Change, type ListedKinds } from './forms.js';

type Collected = 'roles' | 'model_classes' | 'service_accounts' | 'limits' | 'budgets';

/** The revision stands in the body, or in `if-match`. */
type Put = z.ZodType<{ revision?: number | undefined }>;

interface Collection<K extends Collected, F extends Put> {
  path: string;
  of: K;
  tag: string;
  /** One of them in a word: `limit`. */
  type: string;
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
}

const ProjectFilter = { ...PAGE, workspace_id: Id.optional() };

export function collection<K extends Collected, F extends Put>(of: Collection<K, F>): Endpoint[] {
  const { path, tag, type, read, write } = of;
  const put: Put = of.put;
  const one = `${path}/{id}`;
  const Item = z
    .strictObject({ id: Id, type: z.literal(type), ...of.shown.shape, created_at: z.string(), revision: Revision })
    .openapi(tag.replaceAll(' ', '').replace(/s$/, ''));
  const Deleted = z.strictObject({ id: Id, type: z.literal(`${type}_deleted`) });
  const shown = (item: ListedKinds[K]) => ({
    type,
    ...formOf(item),
    id: item.id,
    created_at: rfc3339(item.created_at_ms),
    revision: item.revision,
  });
  return [
    endpoint(
      createRoute({
        method: 'get',
        path,
        ...about(tag, read, `The ${tag.toLowerCase()}`),
        request: { query: z.strictObject(of.byProject ? ProjectFilter : PAGE) },
        responses: answers(pageOf(Item), 'A page, by id.'),
      }),
      async (c) => {
        const { workspace_id: project, ...asked } = c.req.valid('query') as z.output<z.ZodObject<typeof ProjectFilter>>;
        const narrowed = { ...pageAsked(asked), ...(project !== undefined && { project }) };
        const { items, has_more } = await c.get('call').list(of.of, narrowed);
        return c.json(page(items.map(shown), has_more) as never, 200);
      },
    ),
    endpoint(
      createRoute({
        method: 'get',
        path: one,
        ...about(tag, read, `A ${type.replaceAll('_', ' ')}`),
        request: { params: ById },
        responses: answers(Item, 'As it is now.'),
      }),
      async (c) => {
        const item = await c.get('call').find(of.of, c.req.valid('param').id);
        return c.json(shown(item) as never, 200, etag(item));
      },
    ),
    endpoint(
      createRoute({
        method: 'put',
        path: one,
        ...about(tag, write, `Make or replace a ${type.replaceAll('_', ' ')}`),
        request: { params: ById, headers: IfMatch, body: body(put) },
        responses: answers(Item, 'As it is now.'),
      }),
      async (c) => {
        const { id } = c.req.valid('param');
        const { revision, ...form } = c.req.valid('json');
        // The route's types know of the form only that it has a revision; it is what `of.put` read.
        const change = of.set(id, form as Omit<z.output<F>, 'revision'>);
        const given = revisionGiven(c.req.valid('header'), revision);
        const item = await c.get('call').change(of.of, [{ change, revision: given }], id);
        return c.json(shown(item) as never, 200, etag(item));
      },
    ),
    endpoint(
      createRoute({
        method: 'delete',
        path: one,
        ...about(tag, write, `Take a ${type.replaceAll('_', ' ')} out`),
        request: { params: ById, headers: IfMatch },
        responses: answers(Deleted, 'It is gone.'),
      }),
      async (c) => {
        const { id } = c.req.valid('param');
        const call = c.get('call');
        const item = await call.find(of.of, id);
        const revision = revisionGiven(c.req.valid('header'), undefined);
        await call.manage([{ change: of.removed(item), revision }]);
        return c.json({ id, type: `${type}_deleted` } as never, 200);
      },
    ),
  ];
}
