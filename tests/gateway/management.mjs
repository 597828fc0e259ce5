/** The company of the management tests: a member of each role, an admin key of each, and a way to ask as any of them. */
import { NORMAL, ORGANIZATION, VIEWER, fixedKey, policy } from './company.mjs';

/** The secret of an admin key for each role, and of a key that calls models. */
export const KEYS = {
  admin: await fixedKey(11),
  developer: await fixedKey(12),
  viewer: await fixedKey(13),
  billing: await fixedKey(14),
  people: await fixedKey(15),
  caller: NORMAL,
};

/** Who the members are, by role. `people` is a role of the company's own, which may invite and change members and little else. */
export const MEMBERS = { admin: 'ada', developer: 'ben', viewer: 'vera', billing: 'bill', people: 'pia' };

const PEOPLE = [
  'members.read',
  'members.invite',
  'members.update',
  'members.remove',
  'projects.read',
  'projects.update',
  'roles.read',
  'roles.write',
  'organization.read',
];

/** @param {Record<string, unknown>} [more] */
export function managedPolicy(more = {}) {
  const admin = (/** @type {keyof typeof MEMBERS} */ role) => ({
    id: `manage_${role}`,
    kind: 'admin',
    owner: { member: MEMBERS[role] },
    secrets: [{ sha256: KEYS[role].sha256 }],
  });
  return policy({
    organization: { id: ORGANIZATION, name: 'Acme' },
    roles: [{ id: 'people', permissions: PEOPLE.map((action) => ({ action, scope: 'any' })) }],
    members: [
      ...Object.entries(MEMBERS).map(([role, id]) => ({ id, email: `${id}@acme.example`, role })),
      { id: 'zoe', email: 'zoe@acme.example', role: 'admin' },
    ],
    projects: [
      { id: 'bot', name: 'Support bot', members: [{ member: 'vera', role: 'developer' }] },
      { id: 'lab', name: 'Laboratory' },
    ],
    service_accounts: [{ id: 'ci', project: 'bot', role: 'developer' }],
    keys: [
      ...['admin', 'developer', 'viewer', 'billing', 'people'].map((role) =>
        admin(/** @type {keyof typeof MEMBERS} */ (role)),
      ),
      { id: 'key_normal', owner: { member: 'ben' }, secrets: [{ sha256: NORMAL.sha256 }] },
      { id: 'key_viewer', owner: { member: 'vera' }, secrets: [{ sha256: VIEWER.sha256 }] },
      { id: 'key_lab', owner: { member: 'ada' }, project: 'lab', secrets: [{ sha256: '1'.repeat(64) }] },
    ],
    limits: [
      { id: 'org-rpm', scope: 'organization', meter: 'requests', rate: 600, period_ms: 60000, capacity: 100 },
      { id: 'ben-rpm', scope: { key: 'key_normal' }, meter: 'requests', rate: 60, period_ms: 60000, capacity: 60 },
    ],
    budgets: [
      { id: 'org-month', scope: 'organization', window: 'monthly', cap_usd: '500.00' },
      { id: 'ben-month', scope: { key: 'key_normal' }, window: 'monthly', cap_usd: '10.00' },
    ],
    ...more,
  });
}

/**
 * @typedef {object} Asked
 * @property {string | null} [key] the secret of a key
 * @property {string} [cookie]
 * @property {unknown} [body]
 * @property {Record<string, string>} [headers]
 */

/**
 * One request of the management plane. A body is sent as JSON, unless it is a text.
 *
 * @param {{ url: string }} gateway @param {string} request such as `GET /v1/api-keys` @param {Asked} [asked]
 */
export async function ask(gateway, request, { key = KEYS.admin.key, cookie, body, headers = {} } = {}) {
  const [method = '', path = ''] = request.split(' ');
  const response = await fetch(`${gateway.url}${path}`, {
    method,
    headers: {
      ...(cookie === undefined ? (key === null ? {} : { 'x-api-key': key }) : { cookie, origin: gateway.url }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const json = response.headers.get('content-type') === 'application/json' ? JSON.parse(text) : undefined;
  return { status: response.status, headers: response.headers, text, json };
}

/** The same, which must be answered with 200. @param {{ url: string }} gateway @param {string} request @param {Asked} [asked] */
export async function done(gateway, request, asked) {
  const answer = await ask(gateway, request, asked);
  if (answer.status !== 200) throw new Error(`${request}: ${answer.status} ${answer.text}`);
  return answer.json;
}

/** The cookie that an answer sets, as a browser sends it back. @param {{ headers: Headers }} answer */
export function cookieOf({ headers }) {
  return (headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

/** A session of a member, signed in with a code. @param {{ url: string }} gateway @param {string} member @param {string} [key] who makes the code */
export async function signedIn(gateway, member, key = KEYS.admin.key) {
  const { code } = await done(gateway, 'POST /v1/organizations/sign_in_codes', { key, body: { member_id: member } });
  const answer = await ask(gateway, 'POST /v1/sessions', { key: null, body: { code } });
  if (answer.status !== 200) throw new Error(answer.text);
  return cookieOf(answer);
}
