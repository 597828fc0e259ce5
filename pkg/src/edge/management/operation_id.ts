/** What an endpoint is called in the API description: `listApiKeys`, `updateWorkspaceMember`, `rotateApiKey`. Generated clients name their methods so. */

/** Those whose address does not tell what they do. */
const NAMED: ReadonlyMap<string, string> = new Map([
  ['GET /v1/organizations/me', 'getOrganization'],
  ['GET /v1/organizations/export', 'exportOrganization'],
  ['GET /v1/organizations/spend_limits/effective', 'listEffectiveSpendLimits'],
  ['GET /v1/organizations/audit-logs/export', 'exportAuditLogs'],
  ['GET /v1/organizations/audit-logs/head', 'getAuditLogHead'],
  ['POST /v1/organizations/members', 'inviteMember'],
  ['POST /v1/organizations/preview', 'previewChanges'],
  ['DELETE /v1/api-keys/{id}', 'revokeApiKey'],
  ['POST /v1/sessions', 'signIn'],
  ['DELETE /v1/sessions/current', 'signOut'],
  ['POST /v1/invites/accept', 'acceptInvite'],
]);

/** What a `POST` does whose address ends in a word for it. */
const DONE = ['archive', 'rotate', 'approve', 'deny', 'withdraw'];
const VERBS: Readonly<Record<string, string>> = { GET: 'get', PUT: 'set', DELETE: 'delete' };
/** There is one of each, and its name is what it is called. */
const SINGLE = ['settings', 'profile', 'price_book'];

export function operationId(method: string, path: string): string {
  const named = NAMED.get(`${method} ${path}`);
  if (named !== undefined) return named;
  const parts = partsOf(path);
  const last = parts.at(-1) ?? '';
  const words = parts.filter((part) => !isParameter(part));
  // The provider's address of keys, beside the guide's.
  const [provider, things] = last === 'api_keys' || words[0] === 'api_keys' ? ['Organization', words] : ['', words];
  if (method === 'POST' && DONE.includes(last)) return last + provider + nounOf(things.slice(0, -1));
  if (isParameter(last)) return (method === 'POST' ? 'update' : VERBS[method]) + provider + nounOf(things);
  if (SINGLE.includes(last)) return VERBS[method] + nounOf(things);
  return method === 'GET' ? `list${provider}${pascal(singular(things.slice(0, -1)))}${pascal(things.slice(-1))}` : `create${provider}${nounOf(things)}`;
}

/** One of what an address is about, as forms are named: `WorkspaceMember`. */
export function nounAt(path: string): string {
  return nounOf(partsOf(path).filter((part) => !isParameter(part)));
}

function partsOf(path: string): string[] {
  return path.replace(/^\/v1\/(?:organizations\/)?/, '').split('/');
}

function isParameter(part: string): boolean {
  return part.startsWith('{');
}

function nounOf(words: readonly string[]): string {
  return pascal(singular(words));
}

function singular(words: readonly string[]): string[] {
  return words.map((word) => (SINGLE.includes(word) ? word : word.replace(/sses$/, 'ss').replace(/([^s])s$/, '$1')));
}

function pascal(words: readonly string[]): string {
  return words
    .flatMap((word) => word.split(/[_-]/))
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
