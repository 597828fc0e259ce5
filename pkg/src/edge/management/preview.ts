/** What changes would do, without doing them. */
import { createRoute, z } from '@hono/zod-openapi';

import { jsonWithoutSecrets } from '../secret_mask.js';
import { about, answers, body, endpoint, type Endpoint } from './endpoint.js';
import { Id, Revision } from './field.js';
import type { Change } from './forms.js';
import { AS_GIVEN, placeOf, problemsOf } from './refusal.js';
import { withElsewhere } from './schema_place.js';

const WITHIN = 'put it into the `change`: `{"change": {"type": …, …}}`';

const Preview = z
  .strictObject({
    changes: z
      .array(
        withElsewhere(
          z.strictObject({
            change: z
              .looseObject({ type: z.string().regex(/^[a-z_]{1,40}$/, 'give the name of a change, such as `limit_set`') })
              .openapi({ description: 'A change, as the engine takes it: `{"type": "limit_set", "limit": {…}}`' }),
            revision: Revision.nullable().default(null),
          }),
          { type: WITHIN, id: WITHIN },
        ),
      )
      .min(1)
      .max(100),
  })
  .openapi('Preview');

const Problem = z.strictObject({ path: z.string(), value: z.string(), message: z.string(), remedy: z.string() });

const Previewed = z
  .union([
    z.strictObject({
      outcome: z.literal('allowed'),
      changes: z.array(z.strictObject({ target: z.record(z.string(), z.string()), revision: Revision })),
    }),
    z.strictObject({ outcome: z.literal('denied'), reason: z.string() }),
    z.strictObject({
      outcome: z.literal('refused'),
      code: Id,
      message: z.string(),
      path: z.string().nullable(),
      problems: z.array(Problem),
    }),
  ])
  .openapi('Previewed');

export const preview: Endpoint[] = [
  endpoint(
    createRoute({
      method: 'post',
      path: '/v1/organizations/preview',
      ...about('Preview', null, 'What changes would do, if the caller made them now'),
      request: { body: body(Preview) },
      responses: answers(Previewed, 'Allowed, denied, or refused with every problem. Nothing is changed or recorded.'),
    }),
    async (c) => {
      const body = c.req.valid('json');
      const changes = body.changes.map(({ change, revision }) => ({
        // The engine reads it strictly, and tells what is wrong with it.
        change: change as object as Change,
        revision,
      }));
      const { actor: _actor, ...result } = await c.get('call').ask({ type: 'preview', changes });
      if (result.outcome === 'refused') {
        const asked = { method: 'POST', renamed: AS_GIVEN, body };
        const path = result.path === null ? null : placeOf(result.path, asked);
        const problems = problemsOf(result, asked);
        const told = jsonWithoutSecrets({ ...result, path, problems });
        return c.json(JSON.parse(told) as Omit<typeof result, 'problems'> & { problems: typeof problems }, 200);
      }
      return c.json(result, 200);
    },
    AS_GIVEN,
  ),
];
