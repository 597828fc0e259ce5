/** Sessions of the console: opened by a code that works once, kept by a cookie, listed and ended. */
import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';

import { ApiError } from '../api_error.js';
import { generateSecret, digestOfKey, newId, organizationOfSecret } from '../key.js';
import { doorOf } from '../organization_door.js';
import { sourceOf } from './call.js';
import { about, answers, body, endpoint, open, type Endpoint, type ManagementEnv } from './endpoint.js';
import { Id, PAGE, pageOf, pageWithin, page } from './field.js';
import { rfc3339 } from '../instant.js';
import { refusal } from './refusal.js';
import { endedCookie, sessionCookie } from './session_cookie.js';
import type { NewCode, NewSession, Session } from './store/session_store.js';

const CODE_LIFE_MS = 10 * 60 * 1000;
const SESSION_LIFE_MS = 12 * 60 * 60 * 1000;
const MAX_USER_AGENT = 200;

const Code = z.string().min(1).max(200).openapi({ description: 'A code that works once.' });
const SignIn = z.strictObject({ code: Code }).openapi('SignIn');

const Opened = z
  .strictObject({ type: z.literal('session'), id: Id, member_id: Id, expires_at: z.string() })
  .openapi('OpenedSession');

const SessionShown = z
  .strictObject({
    id: Id,
    type: z.literal('session'),
    member_id: Id,
    created_at: z.string(),
    expires_at: z.string(),
    ip_address: z.string().nullable(),
    user_agent: z.string().nullable(),
    current: z.boolean(),
  })
  .openapi('Session');

const Ended = z.strictObject({ id: Id, type: z.literal('session_deleted') });
const NewSignInCode = z.strictObject({ member_id: Id }).openapi('NewSignInCode');
const SignInCode = z
  .strictObject({ type: z.literal('sign_in_code'), member_id: Id, code: z.string(), expires_at: z.string() })
  .openapi('SignInCode');

function shown(session: Session, current: string | null): z.infer<typeof SessionShown> {
  return {
    id: session.id,
    type: 'session',
    member_id: session.member,
    created_at: rfc3339(session.created_at_ms),
    expires_at: rfc3339(session.expires_at_ms),
    ip_address: session.source,
    user_agent: session.user_agent,
    current: session.id === current,
  };
}

/** A session that begins now, and the token that its cookie holds. */
export async function newSession(
  organization: string,
  userAgent: string | null,
): Promise<{ token: string; session: NewSession }> {
  const { key: token, sha256: token_sha256 } = await generateSecret('tgs', organization);
  const created_at_ms = Date.now();
  const expires_at_ms = created_at_ms + SESSION_LIFE_MS;
  const user_agent = userAgent?.slice(0, MAX_USER_AGENT) ?? null;
  return { token, session: { id: newId('session'), token_sha256, created_at_ms, expires_at_ms, user_agent } };
}

/** Opens a session for whoever has the code; the answer's cookie keeps it. */
async function opened(
  c: Context<ManagementEnv>,
  code: string,
  purpose: NewCode['purpose'],
): Promise<z.infer<typeof Opened>> {
  const organization = organizationOfSecret('tgc', code);
  if (organization === null) {
    throw new ApiError(401, 'authentication_error', 'code: it is malformed: copy the whole of it', {
      details: { error_code: 'unknown_code' },
    });
  }
  const settings = c.get('settings');
  const { token, session } = await newSession(organization, c.req.header('user-agent') ?? null);
  const code_sha256 = await digestOfKey(code);
  const source = sourceOf(c.req.raw, settings);
  try {
    const door = doorOf(settings, organization);
    const { member } = await door.signIn({ purpose, code_sha256, session, source });
    c.header('set-cookie', sessionCookie(token, SESSION_LIFE_MS / 1000));
    return { type: 'session', id: session.id, member_id: member, expires_at: rfc3339(session.expires_at_ms) };
  } catch (error) {
    throw refusal(error, { method: c.req.method });
  }
}

export const sessions: Endpoint[] = [
  endpoint(
    createRoute({
      method: 'post',
      path: '/v1/sessions',
      ...open('Sessions', 'Sign in with a code'),
      request: { body: body(SignIn) },
      responses: answers(Opened, 'A session is open; the cookie keeps it.'),
    }),
    async (c) => c.json(await opened(c, c.req.valid('json').code, 'sign_in'), 200),
  ),
  endpoint(
    createRoute({
      method: 'post',
      path: '/v1/invites/accept',
      ...open('Invites', 'Accept an invitation, and sign in'),
      request: { body: body(SignIn) },
      responses: answers(Opened, 'The member is active, and a session is open.'),
    }),
    async (c) => c.json(await opened(c, c.req.valid('json').code, 'invite'), 200),
  ),
  endpoint(
    createRoute({
      method: 'delete',
      path: '/v1/sessions/current',
      ...about('Sessions', null, 'Sign out'),
      responses: answers(
        z.strictObject({ type: z.literal('session_deleted') }),
        'The session has ended, and its cookie with it.',
      ),
    }),
    async (c) => {
      const call = c.get('call');
      if ('secret_sha256' in call.caller) {
        await call.require();
        throw new ApiError(404, 'not_found_error', 'x-api-key: a key has no session to end: send the cookie of one, or end one by its id', {
          details: { error_code: 'not_found' },
        });
      }
      await call.ask({ type: 'end_session', id: 'current' });
      c.header('set-cookie', endedCookie());
      return c.json({ type: 'session_deleted' as const }, 200);
    },
  ),
  endpoint(
    createRoute({
      method: 'post',
      path: '/v1/organizations/sign_in_codes',
      ...about('Sessions', 'members.invite', 'Make a code with which a member signs in'),
      request: { body: body(NewSignInCode) },
      responses: answers(SignInCode, 'The code: it is shown once, works once, and for ten minutes.'),
    }),
    async (c) => {
      const call = c.get('call');
      const { member_id: member } = c.req.valid('json');
      const { key: code, sha256: code_sha256 } = await generateSecret('tgc', call.organization);
      const expires_at_ms = Date.now() + CODE_LIFE_MS;
      await call.ask({ type: 'sign_in_code', code: { code_sha256, purpose: 'sign_in', member, expires_at_ms } });
      return c.json(
        { type: 'sign_in_code' as const, member_id: member, code, expires_at: rfc3339(expires_at_ms) },
        200,
      );
    },
  ),
  endpoint(
    createRoute({
      method: 'get',
      path: '/v1/organizations/sessions',
      ...about('Sessions', null, "Open sessions: one's own, or everybody's for who may read members"),
      request: { query: z.strictObject(PAGE) },
      responses: answers(pageOf(SessionShown), 'A page of sessions, newest first.'),
    }),
    async (c) => {
      const { sessions: all, current } = await c.get('call').ask({ type: 'sessions' });
      const { items, has_more } = pageWithin(all, c.req.valid('query'), ({ id }) => id);
      return c.json(
        page(
          items.map((session) => shown(session, current)),
          has_more,
        ),
        200,
      );
    },
  ),
  endpoint(
    createRoute({
      method: 'delete',
      path: '/v1/organizations/sessions/{id}',
      ...about('Sessions', null, "End a session: one's own, or anybody's for who may update members"),
      request: { params: z.object({ id: Id }) },
      responses: answers(Ended, 'The session has ended.'),
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      await c.get('call').ask({ type: 'end_session', id });
      return c.json({ id, type: 'session_deleted' as const }, 200);
    },
  ),
];
