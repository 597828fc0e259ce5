/** One endpoint: what the API description tells of it, who may ask, and what it does. */
import { z, type OpenAPIHono, type RouteConfig, type RouteHandler } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import type { ZodType } from 'zod';

import type { ManagementCall } from './call.js';
import { REFUSALS } from './error_form.js';
import type { Action } from './forms.js';
import type { Renamed } from './refusal.js';
import type { Schema } from './schema_place.js';
import type { ResolvedSettings } from '../settings.js';

export interface ManagementEnv {
  Bindings: object;
  Variables: { requestId: string; settings: ResolvedSettings; schemas: Endpoint['schemas']; call: ManagementCall };
}

/** Who may ask: a known caller, or anybody (with what the endpoint itself checks). */
export type Access = 'callers' | 'anybody';

type Route = RouteConfig & { 'x-permission': Action | null; 'x-access': Access };

export interface Endpoint {
  method: string;
  path: string;
  permission: Action | null;
  access: Access;
  takesBody: boolean;
  /** Whether nothing of the body must be there, so that none at all is as good. */
  mayBeEmpty: boolean;
  /** What each part of a request must be, by the names that the framework has for them. */
  schemas: Readonly<Record<string, Schema | undefined>>;
  renamed: Renamed;
  mount(app: OpenAPIHono<ManagementEnv>, middleware: MiddlewareHandler<ManagementEnv>[]): void;
}

/** No query parameters: one that is not known is refused, and not passed over. */
const NO_QUERY = z.strictObject({});

export function endpoint<R extends Route>(
  route: R,
  handler: RouteHandler<R, ManagementEnv>,
  renamed: Renamed = [],
): Endpoint {
  const { method, path } = route;
  const content = route.request?.body?.content['application/json'];
  const json = content !== undefined && 'schema' in content ? (content.schema as ZodType) : undefined;
  const described = { ...route, request: { query: NO_QUERY, ...route.request } };
  return {
    method: method.toUpperCase(),
    path,
    permission: route['x-permission'],
    access: route['x-access'],
    takesBody: json !== undefined,
    mayBeEmpty: json?.safeParse({}).success === true,
    schemas: {
      json,
      query: described.request.query as ZodType,
      param: route.request?.params as ZodType | undefined,
      header: route.request?.headers as ZodType | undefined,
    },
    renamed,
    mount(app, middleware) {
      // The framework ties a handler's type to its exact route, which nobody who mounts all of them knows any more.
      app.openapi<RouteConfig>({ ...described, middleware }, handler as never);
    },
  };
}

/** What every description has in common. `permission` null: whoever is known may ask, and is told what is theirs to see. */
export function about(
  tag: string,
  permission: Action | null,
  summary: string,
): {
  tags: string[];
  summary: string;
  security: Record<string, string[]>[];
  'x-permission': Action | null;
  'x-access': Access;
} {
  const security = [{ adminKey: [] }, { bearer: [] }, { session: [] }];
  return { tags: [tag], summary, security, 'x-permission': permission, 'x-access': 'callers' };
}

/** An endpoint that is reached without a credential. */
export function open(tag: string, summary: string) {
  const access: Access = 'anybody';
  return { tags: [tag], summary, security: [], 'x-permission': null, 'x-access': access };
}

/** A 200 with this body, and every refusal. */
export function answers<S extends ZodType>(schema: S, description: string) {
  return { 200: { description, content: { 'application/json': { schema } } }, ...REFUSALS };
}

/** A body that must be there. */
export function body<S extends ZodType>(schema: S) {
  return { required: true, content: { 'application/json': { schema } } };
}
