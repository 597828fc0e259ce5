/**
 * Who may use which endpoint: asked of a gateway that runs, by a session of each built-in role.
 *
 *   node tests/gateway/endpoint_table.mjs > docs/endpoints.md
 *
 * after `cargo xtask test gateway` has installed what it needs.
 */
import { pathToFileURL } from 'node:url';

import { fixedKey } from './company.mjs';
import { SAMPLES, sampledPolicy, sampledRequests } from './endpoint_samples.mjs';
import { TestGateway } from './gateway.mjs';
import { ask, done, signedIn } from './management.mjs';

/** The roles that every organization has. */
export const ROLES = /** @type {const} */ (['admin', 'developer', 'viewer', 'billing']);
const METHODS = ['get', 'post', 'put', 'delete'];

/** @typedef {'any' | 'own' | ''} Scope on everything, on what is the caller's own, or not at all */
/** @typedef {{ endpoint: string, summary: string, permission: string | null, open: boolean, scopes: Scope[] }} Row */

/** Every endpoint, and what each role got from it. @returns {Promise<Row[]>} */
export async function endpointRows() {
  const root = await fixedKey(21);
  const gateway = await TestGateway.start({
    upstream: 'http://127.0.0.1:1',
    policy: sampledPolicy(ROLES, root.sha256),
  });
  try {
    const described = await done(gateway, 'GET /openapi.json', { key: null });
    const endpoints = Object.entries(described.paths).flatMap(([path, item]) =>
      METHODS.filter((method) => method in item).map((method) => ({
        endpoint: `${method.toUpperCase()} ${path}`,
        summary: item[method].summary,
        permission: item[method]['x-permission'],
        open: item[method].security.length === 0,
      })),
    );
    await makeRequests(gateway, root.key);
    /** @type {Map<string, Scope[]>} */
    const scopes = new Map(endpoints.map(({ endpoint }) => [endpoint, []]));
    for (const role of ROLES) {
      const cookie = await signedIn(gateway, role, root.key);
      // Signing out comes last: it ends the session that asks.
      const last = (/** @type {{ endpoint: string }} */ { endpoint }) => Number(endpoint.endsWith('/current'));
      for (const each of [...endpoints].sort((one, other) => last(one) - last(other))) {
        if (!each.open) scopes.get(each.endpoint)?.push(await scopeOf(gateway, each, role, cookie, root.key));
      }
    }
    return endpoints.map((each) => ({ ...each, scopes: scopes.get(each.endpoint) ?? [] }));
  } finally {
    await gateway.stop();
  }
}

/** @param {TestGateway} gateway @param {string} key */
async function makeRequests(gateway, key) {
  const cookies = new Map();
  for (const { member, body } of sampledRequests(ROLES)) {
    if (!cookies.has(member)) cookies.set(member, await signedIn(gateway, member, key));
    await ask(gateway, 'POST /v1/organizations/increase_requests', { cookie: cookies.get(member), body });
  }
}

/**
 * @param {TestGateway} gateway @param {{ endpoint: string, permission: string | null }} endpoint @param {string} role
 * @param {string} cookie @param {string} rootKey @returns {Promise<Scope>}
 */
async function scopeOf(gateway, { endpoint }, role, cookie, rootKey) {
  for (const [whose, scope] of /** @type {const} */ ([
    ['other', 'any'],
    ['mine', 'own'],
  ])) {
    const ends = endpoint.endsWith('/sessions/{id}');
    const session = ends ? await anotherSession(gateway, whose === 'mine' ? role : 'tom', rootKey) : '';
    const sample = sampleOf(endpoint)({ role, whose, session });
    if (sample === null) continue;
    const { path = {}, query = '', body } = sample;
    const address = endpoint.replaceAll(/\{(\w+)\}/g, (_, name) => path[name] ?? '');
    const answer = await ask(gateway, `${address}${query && `?${query}`}`, {
      cookie,
      ...(body !== undefined && { body }),
    });
    if (answer.status === 200) return narrowed(endpoint, answer.json, role) ? 'own' : scope;
    if (answer.status !== 403 && answer.status !== 404) {
      throw new Error(`${endpoint} as ${role}, ${whose}: ${answer.status} ${answer.text}`);
    }
  }
  return '';
}

/** @param {TestGateway} gateway @param {string} member @param {string} key */
async function anotherSession(gateway, member, key) {
  const { code } = await done(gateway, 'POST /v1/organizations/sign_in_codes', { key, body: { member_id: member } });
  const { id } = await done(gateway, 'POST /v1/sessions', { key: null, body: { code } });
  return id;
}

/** @param {string} endpoint */
function sampleOf(endpoint) {
  const sample = SAMPLES[endpoint];
  if (sample === undefined) throw new Error(`${endpoint} has no sample in endpoint_samples.mjs: add one`);
  return sample;
}

/** Whether a list leaves out what belongs to others. @param {string} endpoint @param {{ data?: { id: string }[] }} json @param {string} role */
function narrowed(endpoint, json, role) {
  if (endpoint === 'GET /v1/organizations/sessions') {
    return json.data?.every((each) => 'member_id' in each && each.member_id === role) ?? false;
  }
  const lists = ['api-keys', 'api_keys', 'increase_requests'].some(
    (name) => endpoint.startsWith('GET') && endpoint.endsWith(name),
  );
  return (
    lists && json.data !== undefined && !json.data.some(({ id }) => id.endsWith('-other') || id.endsWith('-other-old'))
  );
}

/** @param {readonly Row[]} rows */
export function endpointPage(rows) {
  const lines = rows.map(({ endpoint, summary, permission, open, scopes }) => {
    const cells = open ? ROLES.map(() => 'with a code') : scopes;
    return `| \`${endpoint}\` | ${summary} | ${permission === null ? '' : `\`${permission}\``} | ${cells.join(' | ')} |`;
  });
  return `# Endpoints of the management plane

What each built-in role got when it asked a gateway that runs. \`any\`: on everything; \`own\`: on what belongs to the caller; empty: refused. The
fields are in \`/openapi.json\`, which every gateway serves. This page is generated: \`node tests/gateway/endpoint_table.mjs > docs/endpoints.md\`.

| endpoint | | permission | ${ROLES.join(' | ')} |
|---|---|---|${ROLES.map(() => '---|').join('')}
${lines.join('\n')}
`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.stdout.write(endpointPage(await endpointRows()));
}
