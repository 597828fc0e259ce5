/** Every endpoint of the management plane, by every built-in role: what a gateway does, what the matrix says, what the docs say. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { description } from '../../pkg/build/admin_types.mjs';
import { ROLES, endpointPage, endpointRows } from './endpoint_table.mjs';

const docs = (/** @type {string} */ name) => readFile(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

/** What no permission of its own guards: each line says why. @type {Record<string, string[]>} */
const OF_THEIR_OWN = {
  // Tells what would happen, which is what the caller would hear anyway.
  'POST /v1/organizations/preview': ['any', 'any', 'any', 'any'],
  // One's own, and everybody's for who may read or update members.
  'GET /v1/organizations/sessions': ['any', 'own', 'own', 'own'],
  'DELETE /v1/organizations/sessions/{id}': ['any', 'own', 'own', 'own'],
  'DELETE /v1/sessions/current': ['own', 'own', 'own', 'own'],
  // Everybody asks for themselves, who may ask for others too.
  'POST /v1/organizations/increase_requests': ['own', 'own', '', ''],
};

/** What the permission matrix grants: by action, the scope of each role. */
async function matrix() {
  const rows = (await docs('permissions.md')).split('\n').filter((line) => line.startsWith('| `'));
  return new Map(
    rows.map((row) => {
      const [action = '', ...scopes] = row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim());
      return [action.replaceAll('`', ''), scopes];
    }),
  );
}

test('each endpoint has a name of its own, and each id an example of its kind', async () => {
  const { paths, components, servers } = await description();
  const operations = Object.entries(paths).flatMap(([path, methods]) => Object.values(methods).map((operation) => ({ path, ...operation })));
  const names = operations.map(({ operationId }) => operationId);
  assert.deepEqual(names.filter((name) => !/^[a-z]+(?:[A-Z][a-z]+)+$|^sign(?:In|Out)$/.test(name ?? '')), []);
  assert.equal(new Set(names).size, names.length);
  assert.deepEqual(servers?.map(({ url }) => url), ['/']);
  const idsAt = (/** @type {string} */ path) =>
    operations.filter((each) => each.path === path).map(({ parameters = [] }) => parameters.find(({ name }) => name === 'id')?.schema.example);
  const EXAMPLES = [
    ['roles', 'auditor'],
    ['limits', 'org-rpm'],
    ['budgets', 'org-month'],
    ['members', 'ada'],
    ['workspaces', 'support-bot'],
    ['api_keys', 'backend-service'],
  ];
  for (const [list, example] of EXAMPLES) {
    const found = idsAt(`/v1/organizations/${list}/{id}`);
    assert.ok(found.length > 1 && found.every((each) => each === example), `${list}: ${found}`);
  }
  assert.equal(components.schemas['Role']?.properties?.['id']?.example, 'auditor');
});

test(
  'each role gets from each endpoint what the permission matrix grants, and the docs tell so',
  { timeout: 120_000 },
  async () => {
    const rows = await endpointRows();
    const granted = await matrix();
    assert.ok(rows.length > 70);
    const expected = rows.map(({ endpoint, permission, open }) => ({
      endpoint,
      scopes: open ? [] : (OF_THEIR_OWN[endpoint] ?? granted.get(permission ?? '') ?? 'no such permission'),
    }));
    assert.deepEqual(
      rows.map(({ endpoint, scopes }) => ({ endpoint, scopes })),
      expected,
    );
    assert.equal(ROLES.length, 4);
    assert.equal(
      endpointPage(rows),
      await docs('endpoints.md'),
      'run `node tests/gateway/endpoint_table.mjs > docs/endpoints.md`',
    );
  },
);
