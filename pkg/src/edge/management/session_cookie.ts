/**
 * The cookie of a session. Its name makes browsers insist that it came over TLS, from this host and for all of it; scripts cannot
 * read it, and no other site's page can have it sent.
 */
const NAME = '__Host-tollgate_session';
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Strict';

/** The token that a request carries; null without the cookie. Two of them are none: nobody could say which was meant. */
export function sessionToken(headers: Headers): string | null {
  const cookies = (headers.get('cookie') ?? '').split(';').map((cookie) => cookie.trim());
  const found = cookies
    .filter((cookie) => cookie.startsWith(`${NAME}=`))
    .map((cookie) => cookie.slice(NAME.length + 1));
  if (found.length === 0) return null;
  return found.length === 1 ? (found[0] ?? '') : '';
}

export function sessionCookie(token: string, seconds: number): string {
  return `${NAME}=${token}; ${ATTRIBUTES}; Max-Age=${seconds}`;
}

/** Takes the cookie away. */
export function endedCookie(): string {
  return `${NAME}=; ${ATTRIBUTES}; Max-Age=0`;
}
