/**
 * The gateway: a Hono app that stands where the Messages API would, and asks the engine before it lets a request through.
 *
 * It holds no prompt and no completion longer than it takes to pass them on, and writes neither anywhere.
 */
import { Hono, type Context } from 'hono';

import { ApiError } from './api_error.js';
import { CallContext } from './call_context.js';
import { countTokens } from './count_call.js';
import { logError } from './error_log.js';
import { createMessage } from './message_call.js';
import { modelInfo, modelList } from './models.js';
import { createOpenId } from './management/openid.js';
import { createManagement } from './management/plane.js';
import { OrganizationError } from './organization_door.js';
import { newRequestId } from './request_id.js';
import { resolveSettings, type GatewaySettings, type ResolvedSettings } from './settings.js';
import type { Answer, ModelResult } from './wire.js';
import { denialError } from './denial.js';

/** The methods of each address, as the header `allow` lists them; the framework answers HEAD where there is GET. */
const ALLOWED = [
  ['/v1/messages', 'POST'],
  ['/v1/messages/count_tokens', 'POST'],
  ['/v1/models', 'GET, HEAD'],
  ['/v1/models/:id', 'GET, HEAD'],
] as const;

type Handler = (call: CallContext) => Promise<Response>;

/**
 * Makes the app. Mount it in another Hono app with `app.route('/', gateway)`, or call `gateway.fetch(request, env, ctx)`.
 *
 * `settings` may be a function of the worker's bindings, for they are known only when a request comes.
 */
export function createGateway<Env extends object>(
  settings: GatewaySettings | ((env: Env) => GatewaySettings),
): Hono<{ Bindings: Env }> {
  const app = new Hono<{ Bindings: Env }>();
  const settingsOf = remember(settings);

  const serve =
    (handler: Handler) =>
    (c: Context<{ Bindings: Env }>): Promise<Response> => {
      const requestId = newRequestId();
      const work = answer(c.req.raw, () => settingsOf(c.env), requestId, c.executionCtx, handler);
      // A client that leaves ends the request; what was reserved for it must still be settled.
      c.executionCtx.waitUntil(work);
      return work;
    };

  app.post('/v1/messages', serve(createMessage));
  app.post('/v1/messages/count_tokens', serve(countTokens));
  app.get('/v1/models', serve(listModels));
  app.get('/v1/models/:id', serve(retrieveModel));
  for (const [path, allow] of ALLOWED) {
    app.all(path, (c) => wrongMethod(c.req.method, allow).toResponse(newRequestId()));
  }
  app.route('/', createOpenId(settingsOf));
  app.route('/', createManagement(settingsOf));
  app.notFound((c) => notFound(c.req.path).toResponse(newRequestId()));
  return app;
}

/** Every failure becomes a response in the provider's shape. */
async function answer(
  request: Request,
  settings: () => ResolvedSettings,
  requestId: string,
  lifetime: { waitUntil(promise: Promise<unknown>): void },
  handler: Handler,
): Promise<Response> {
  try {
    return await handler(await CallContext.open(request, settings(), requestId, lifetime));
  } catch (error) {
    if (error instanceof ApiError) return error.toResponse(requestId);
    // The message may be of any origin, so it stays here; a prompt is never part of one of ours.
    logError('a request failed', { request_id: requestId, cause: String(error) });
    return ApiError.gatewayFailed().toResponse(requestId);
  }
}

async function listModels(call: CallContext): Promise<Response> {
  return Response.json(modelList(await modelsOf(call), new URL(call.request.url).searchParams), {
    headers: { 'request-id': call.requestId },
  });
}

async function retrieveModel(call: CallContext): Promise<Response> {
  const id = decoded(new URL(call.request.url).pathname.replace(/^.*\/v1\/models\//, ''));
  const entry = (await modelsOf(call)).find(({ model }) => model === id);
  if (entry === undefined)
    throw new ApiError(404, 'not_found_error', `model: \`${id.slice(0, 64)}\` is not a model that this key may use`);
  return Response.json(modelInfo(entry), { headers: { 'request-id': call.requestId } });
}

/** What is no encoding of a text stands for itself, and names no model. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

async function modelsOf(call: CallContext): Promise<readonly ModelResult[]> {
  let result: Answer<'models'>;
  try {
    result = await call.door.query({ type: 'models', credential: call.credential });
  } catch (error) {
    throw error instanceof OrganizationError ? call.refused(error) : ApiError.storeUnavailable();
  }
  if (result.type === 'deny') throw denialError(result, Date.now());
  return result.models;
}

function wrongMethod(method: string, allow: string): ApiError {
  return new ApiError(405, 'invalid_request_error', `\`${method}\` is not a method of this address: use ${allow}`, {
    headers: { allow },
  });
}

function notFound(path: string): ApiError {
  const hint = path.startsWith('/v1/v1/') ? ': the base URL of a client is given without `/v1`' : '';
  return new ApiError(404, 'not_found_error', `\`${path.slice(0, 128)}\` is not an address of this gateway${hint}`);
}

/** Settings are checked once for each set of bindings, which a worker gets once. */
function remember<Env extends object>(
  settings: GatewaySettings | ((env: Env) => GatewaySettings),
): (env: Env) => ResolvedSettings {
  if (typeof settings !== 'function') {
    const resolved = resolveSettings(settings);
    return () => resolved;
  }
  const known = new WeakMap<Env, ResolvedSettings>();
  return (env) => {
    const resolved = known.get(env) ?? resolveSettings(settings(env));
    known.set(env, resolved);
    return resolved;
  };
}
