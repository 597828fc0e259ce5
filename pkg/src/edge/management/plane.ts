/**
 * The management plane: who may use what, and what they did, over HTTP.
 *
 * The schemas that check a request are those that `/openapi.json` is made from, so that what is described and what is done cannot
 * drift apart.
 */
import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';

import { ApiError } from '../api_error.js';
import { readBody } from '../body.js';
import { logError } from '../error_log.js';
import { checkEncoding, checkLength } from '../headers.js';
import { malformed } from '../problem.js';
import { newRequestId } from '../request_id.js';
import type { ResolvedSettings } from '../settings.js';
import { parseStrictJson, type Json } from '../strict_json.js';
import { decodeUtf8 } from '../utf8.js';
import { ManagementCall } from './call.js';
import { refuseForeignOrigin } from './caller.js';
import { describedBy } from './description.js';
import type { Endpoint, ManagementEnv } from './endpoint.js';
import { ENDPOINTS } from './endpoints.js';
import { problemsOf } from './fault.js';

const UNREADABLE = malformed([
  { path: 'body', value: '(not shown)', message: 'the request cannot be read', remedy: 'send what the API description names' },
]);

/** The longest body, a price book: the log keeps it in one row, and the audit log beside the one before, of 2 MB at most. */
const MAX_BODY_BYTES = 700_000;

export function createManagement<Env extends object>(
  settingsOf: (env: Env) => ResolvedSettings,
): OpenAPIHono<ManagementEnv> {
  const app = new OpenAPIHono<ManagementEnv>({
    defaultHook: (result, c) => (result.success ? undefined : refused(result, result, c)),
  });
  app.onError(failed);
  for (const [path, endpoints] of byPath(ENDPOINTS)) {
    for (const each of endpoints) each.mount(app, [opened(each, (c) => settingsOf(c.env as Env))]);
    const allow = allowed(endpoints);
    app.all(path.replaceAll(/\{(\w+)\}/g, ':$1'), (c) => wrongMethod(c.req.method, allow).toResponse(newRequestId()));
  }
  let description: string | undefined;
  app.get('/openapi.json', (c) => {
    description ??= JSON.stringify(describedBy(app, ENDPOINTS));
    return c.body(description, 200, { 'content-type': 'application/json' });
  });
  app.all('/openapi.json', (c) => wrongMethod(c.req.method, 'GET, HEAD').toResponse(newRequestId()));
  return app;
}

/** The addresses, those that are written out before those that have a place for an id. */
function byPath(endpoints: readonly Endpoint[]): [path: string, endpoints: Endpoint[]][] {
  const paths = new Map<string, Endpoint[]>();
  for (const each of endpoints) paths.set(each.path, [...(paths.get(each.path) ?? []), each]);
  // `{` sorts after every letter, so that `/effective` is looked at before `/{id}`.
  return [...paths].sort(([one], [other]) => (one < other ? -1 : 1));
}

function allowed(endpoints: readonly Endpoint[]): string {
  const methods = endpoints.map(({ method }) => method);
  // The framework answers HEAD where there is GET.
  return [...methods, ...(methods.includes('GET') ? ['HEAD'] : [])].sort().join(', ');
}

/** Everything that is checked before the body's fields: the caller's credential, its origin, the body's form. */
function opened(
  { access, permission, renamed, takesBody, mayBeEmpty, schemas }: Endpoint,
  settingsOf: (c: Context<ManagementEnv>) => ResolvedSettings,
): MiddlewareHandler<ManagementEnv> {
  return async (c, next) => {
    const settings = settingsOf(c);
    c.set('requestId', newRequestId());
    c.set('settings', settings);
    const request = c.req.raw;
    checkLength(request.headers, settings.maxHeaderBytes);
    c.set('schemas', schemas);
    if (access === 'callers') c.set('call', await ManagementCall.open(request, settings, { permission, renamed }));
    else refuseForeignOrigin(request);
    if (takesBody) {
      const body = await readJson(c, Math.min(settings.maxBodyBytes, MAX_BODY_BYTES), mayBeEmpty);
      if (access === 'callers') c.get('call').read(body);
    }
    await next();
    c.res.headers.set('request-id', c.get('requestId'));
    // Answers tell who may do what, and once a secret: nothing that a cache should hold.
    c.res.headers.set('cache-control', 'no-store');
  };
}

/** JSON, said to be JSON, that every parser reads alike. */
async function readJson(c: Context<ManagementEnv>, maxBytes: number, mayBeEmpty: boolean): Promise<Json> {
  if (mayBeEmpty && isWithoutBody(c.req.raw)) {
    c.req.bodyCache.text = Promise.resolve('{}') as never;
    return {};
  }
  const type = c.req.header('content-type') ?? '';
  if (!/^application\/json(?:\s*;\s*charset=utf-8)?$/i.test(type.trim())) {
    throw new ApiError(
      415,
      'invalid_request_error',
      `content-type: \`${type.slice(0, 64)}\` is not taken here: send \`application/json\``,
      { details: { error_code: 'content_type' } },
    );
  }
  checkEncoding(c.req.raw.headers);
  const bytes = await readBody(c.req.raw, maxBytes);
  const json = mayBeEmpty && bytes.length === 0 ? {} : parseStrictJson(bytes);
  // The framework reads the body from here; the stream is used up.
  const text = bytes.length === 0 ? '{}' : decodeUtf8(bytes);
  c.req.bodyCache.text = Promise.resolve(text) as never;
  return json;
}

/** Neither a body nor a word of what it would be. */
function isWithoutBody({ body, headers }: Request): boolean {
  return !headers.has('content-type') && (body === null || headers.get('content-length') === '0');
}

function refused(
  { target, error }: { target: string; error: { issues: Parameters<typeof problemsOf>[0] } },
  result: object,
  c: Context<ManagementEnv>,
): Response {
  const input: unknown = Reflect.get(result, 'data');
  const schema = c.get('schemas')[target];
  const [first, ...others] = schema === undefined ? [] : problemsOf(error.issues, { target, input, schema });
  const told =
    first === undefined ? UNREADABLE : malformed([first, ...others], 'invalid_input', { in: target });
  return told.toResponse(requestIdOf(c));
}

/** Every failure becomes a response in the provider's shape. */
function failed(error: Error, c: Context): Response {
  const requestId = requestIdOf(c);
  const told = error instanceof HTTPException ? UNREADABLE : error;
  if (told instanceof ApiError) return told.toResponse(requestId);
  // The message may be of any origin, so it stays here.
  logError('a request failed', { request_id: requestId, cause: String(error) });
  return ApiError.gatewayFailed().toResponse(requestId);
}

function requestIdOf(c: Context): string {
  const id: unknown = c.get('requestId');
  return typeof id === 'string' ? id : newRequestId();
}

function wrongMethod(method: string, allow: string): ApiError {
  return new ApiError(405, 'invalid_request_error', `\`${method}\` is not a method of this address: use ${allow}`, {
    headers: { allow },
  });
}
