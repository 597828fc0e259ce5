/**
 * Sign-in by an OpenID Connect provider, in the place of codes: whoever the provider says has a member's address is that member.
 *
 * The authorization code flow with PKCE, state and nonce, by `openid-client`. What a browser keeps between the two requests is in a
 * cookie of its own, and nothing is kept here.
 */
import { Hono, type Context } from 'hono';
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  discovery,
  fetchUserInfo,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  type Configuration,
} from 'openid-client';

import { ApiError } from '../api_error.js';
import { logError } from '../error_log.js';
import { doorOf } from '../organization_door.js';
import { newRequestId } from '../request_id.js';
import type { OpenIdSettings, ResolvedSettings } from '../settings.js';
import { sourceOf } from './call.js';
import { refusal } from './refusal.js';
import { newSession } from './sessions.js';
import { sessionCookie } from './session_cookie.js';

const START = '/v1/sessions/openid';
const CALLBACK = `${START}/callback`;
/** `Lax`, since the provider's page sends the browser back here, and that is another site. */
const NAME = '__Host-tollgate_openid';
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Lax';
const STAY_SECONDS = 600;

interface Begun {
  state: string;
  nonce: string;
  verifier: string;
}

export function createOpenId<Env extends object>(settingsOf: (env: Env) => ResolvedSettings): Hono<{ Bindings: object }> {
  const app = new Hono<{ Bindings: object }>();
  // A provider's description is read once for each worker that lives.
  const known = new Map<string, Promise<Configuration>>();
  const providerOf = (settings: OpenIdSettings): Promise<Configuration> => {
    const provider = known.get(settings.issuer) ?? discovered(settings);
    known.set(settings.issuer, provider);
    // One that could not be read is read again.
    provider.catch(() => known.delete(settings.issuer));
    return provider;
  };
  const settingsFor = (c: Context): { settings: ResolvedSettings; openid: OpenIdSettings } => {
    const settings = settingsOf(c.env as Env);
    if (settings.openid === null) {
      throw new ApiError(404, 'not_found_error', 'no OpenID Connect provider is set up here: sign in with a code');
    }
    return { settings, openid: settings.openid };
  };

  app.onError((error) => failed(error));
  app.get(START, async (c) => {
    const { openid } = settingsFor(c);
    const provider = await reached(providerOf(openid));
    const begun: Begun = { state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier() };
    const target = buildAuthorizationUrl(provider, {
      redirect_uri: callbackOf(openid),
      scope: 'openid email',
      state: begun.state,
      nonce: begun.nonce,
      code_challenge: await calculatePKCECodeChallenge(begun.verifier),
      code_challenge_method: 'S256',
    });
    c.header('set-cookie', cookieOf(begun));
    c.header('cache-control', 'no-store');
    return c.redirect(target.href, 302);
  });
  app.get(CALLBACK, async (c) => {
    const { settings, openid } = settingsFor(c);
    const begun = begunOf(c.req.header('cookie') ?? '');
    if (begun === null) throw refused('the sign-in was not begun in this browser, or too long ago: begin again');
    const provider = await reached(providerOf(openid));
    const email = await addressOf(provider, c, openid, begun);
    const { token, session } = await newSession(openid.organization, c.req.header('user-agent') ?? null);
    const door = doorOf(settings, openid.organization);
    try {
      await door.signInByAddress({ email, session, source: sourceOf(c.req.raw, settings) });
    } catch (error) {
      throw refusal(error, { method: c.req.method });
    }
    c.header('set-cookie', sessionCookie(token, Math.round((session.expires_at_ms - session.created_at_ms) / 1000)));
    c.header('set-cookie', `${NAME}=; ${ATTRIBUTES}; Max-Age=0`, { append: true });
    c.header('cache-control', 'no-store');
    c.header('content-security-policy', "default-src 'none'");
    c.header('referrer-policy', 'no-referrer');
    // A redirect would still count as the provider's doing, for which browsers keep the session's cookie back.
    return c.html(`<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=/"><title>Signed in</title>`);
  });
  return app;
}

async function discovered(settings: OpenIdSettings): Promise<Configuration> {
  const issuer = new URL(settings.issuer);
  // Only a provider on this very machine is spoken to without encryption: settings let no other one through.
  const execute = issuer.protocol === 'http:' ? [allowInsecureRequests] : [];
  return discovery(issuer, settings.clientId, settings.clientSecret, undefined, { execute });
}

async function reached(provider: Promise<Configuration>): Promise<Configuration> {
  try {
    return await provider;
  } catch (error) {
    logError('the OpenID provider was not reached', { cause: String(error) });
    throw new ApiError(502, 'api_error', 'the OpenID Connect provider was not reached: try again, or sign in with a code');
  }
}

/** The address that the provider has verified. */
async function addressOf(
  provider: Configuration,
  c: Context,
  openid: OpenIdSettings,
  begun: Begun,
): Promise<string> {
  const here = new URL(callbackOf(openid));
  here.search = new URL(c.req.url).search;
  let claims: Record<string, unknown> | undefined;
  try {
    const tokens = await authorizationCodeGrant(provider, here, {
      pkceCodeVerifier: begun.verifier,
      expectedState: begun.state,
      expectedNonce: begun.nonce,
      idTokenExpected: true,
    });
    claims = tokens.claims();
    // Some providers tell the address in the token, others only to whoever asks with it.
    if (claims !== undefined && claims['email'] === undefined && typeof claims['sub'] === 'string') {
      claims = { ...claims, ...(await fetchUserInfo(provider, tokens.access_token, claims['sub'])) };
    }
  } catch {
    // What went wrong may hold what the provider sent; whoever signs in learns only that it did not work.
    throw refused('the provider did not confirm the sign-in: begin again');
  }
  const { email, email_verified } = claims ?? {};
  if (typeof email !== 'string' || email_verified !== true) {
    throw refused('the provider tells no verified address: verify it there, or sign in with a code');
  }
  return email;
}

function callbackOf(openid: OpenIdSettings): string {
  return new URL(CALLBACK, openid.origin).href;
}

function cookieOf({ state, nonce, verifier }: Begun): string {
  return `${NAME}=${state}.${nonce}.${verifier}; ${ATTRIBUTES}; Max-Age=${STAY_SECONDS}`;
}

function begunOf(header: string): Begun | null {
  const found = header
    .split(';')
    .map((cookie) => cookie.trim())
    .filter((cookie) => cookie.startsWith(`${NAME}=`));
  const [state, nonce, verifier, ...more] = (found[0] ?? '').slice(NAME.length + 1).split('.');
  if (found.length !== 1 || !state || !nonce || !verifier || more.length > 0) return null;
  return { state, nonce, verifier };
}

function refused(message: string): ApiError {
  return new ApiError(401, 'authentication_error', message, { details: { error_code: 'openid' } });
}

function failed(error: Error): Response {
  const requestId = newRequestId();
  if (error instanceof ApiError) return error.toResponse(requestId);
  logError('a sign-in failed', { request_id: requestId, cause: String(error) });
  return ApiError.gatewayFailed().toResponse(requestId);
}
