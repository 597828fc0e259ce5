/**
 * What an operator may ask of an organization: read it, try a command, submit one, page through its log, take it along whole,
 * and restore it where nothing has begun yet.
 *
 * `POST /operator/<organization>/{query,preview,submit,events,export,restore}` with wire JSON and `authorization: bearer <OPERATOR_TOKEN>`.
 */
import { Hono, type Context } from 'hono';
import { bearerAuth } from 'hono/bearer-auth';
import { timingSafeEqual } from 'hono/utils/buffer';
import { OrganizationDoor, OrganizationError, OrganizationUnavailable } from 'tollgate/edge';

import type { Env } from './env.js';

export const operator = new Hono<{ Bindings: Env }>();

operator.use((c, next) => (c.env.OPERATOR_TOKEN ? next() : Promise.resolve(c.notFound())));
operator.use(
  bearerAuth({
    verifyToken: (token, c: Context<{ Bindings: Env }>) => timingSafeEqual(token, c.env.OPERATOR_TOKEN ?? ''),
  }),
);

operator.post('/:organization/:verb{query|preview|submit|events|export|restore}', async (c) => {
  const door = new OrganizationDoor(c.env.ORGANIZATIONS, c.req.param('organization'));
  const body = await c.req.json().catch(() => undefined);
  if (body === undefined)
    return c.json({ error: { code: 'invalid_input', message: 'the body is not valid json' } }, 400);
  try {
    switch (c.req.param('verb')) {
      case 'query':
        return c.json(await door.query(body));
      case 'preview':
        return c.json(await door.preview(body));
      case 'submit':
        return c.json(await door.submit(body));
      case 'export':
        return c.json(await door.export());
      case 'restore':
        return c.json(await door.restore(body));
      default:
        return c.json(await door.events(body));
    }
  } catch (error) {
    if (error instanceof OrganizationUnavailable) {
      return c.json({ error: { code: 'store_unavailable', message: error.message } }, 503);
    }
    if (!(error instanceof OrganizationError)) throw error;
    return c.json({ error: { code: error.code, message: error.message, path: error.path } }, 422);
  }
});
