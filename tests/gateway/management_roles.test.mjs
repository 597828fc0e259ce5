/** The built-in roles stand among an organization's own: they are listed and read, and nobody changes them. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';

import { TestGateway } from './gateway.mjs';
import { KEYS, ask, done, managedPolicy } from './management.mjs';

const OWN = ['aide', 'bookkeeper', 'people', 'zealot'];
const ALL = ['admin', 'aide', 'billing', 'bookkeeper', 'developer', 'people', 'viewer', 'zealot'];
const PATH = '/v1/organizations/roles';

/** @type {TestGateway} */
let gateway;
before(async () => {
  const { roles } = managedPolicy();
  const more = OWN.filter((id) => id !== 'people').map((id) => ({ id, permissions: [] }));
  gateway = await TestGateway.start({ upstream: 'http://127.0.0.1:1', policy: managedPolicy({ roles: [...roles, ...more] }) });
});
after(() => gateway.stop());

/** @param {{ data: { id: string }[] }} page */
const ids = ({ data }) => data.map(({ id }) => id);

test('the list has both kinds of roles, by id, and says which is which', async () => {
  const { data, has_more } = await done(gateway, `GET ${PATH}`);
  assert.deepEqual([data.map((/** @type {{ id: string }} */ { id }) => id), has_more], [ALL, false]);
  for (const role of data) {
    assert.equal(role.built_in, !OWN.includes(role.id), role.id);
    assert.equal(role.created_at === null, role.built_in, role.id);
  }
});

for (const limit of [1, 2, 3, 5, 8]) {
  test(`pages of ${limit} have each role once, forwards and backwards`, async () => {
    const forwards = [];
    for (let query = ''; ; ) {
      const page = await done(gateway, `GET ${PATH}?limit=${limit}${query}`);
      assert.ok(page.data.length <= limit);
      forwards.push(...ids(page));
      if (!page.has_more) break;
      query = `&after_id=${page.last_id}`;
    }
    assert.deepEqual(forwards, ALL);
    const backwards = ALL.slice(-1);
    for (let before = ALL.at(-1); ; ) {
      const page = await done(gateway, `GET ${PATH}?limit=${limit}&before_id=${before}`);
      backwards.unshift(...ids(page));
      if (!page.has_more) break;
      before = page.first_id;
    }
    assert.deepEqual(backwards, ALL);
  });
}

test('a built-in role is shown with what the matrix of permissions says', async () => {
  const matrix = await readFile(new URL('../../docs/permissions.md', import.meta.url), 'utf8');
  const rows = matrix.split('\n').filter((line) => line.startsWith('| `'));
  const cells = rows.map((row) => row.split('|').map((cell) => cell.trim().replaceAll('`', '')));
  for (const [column, id] of ['admin', 'developer', 'viewer', 'billing'].entries()) {
    const role = await done(gateway, `GET ${PATH}/${id}`);
    const expected = cells.flatMap((row) => (row[column + 2] === '' ? [] : [{ action: row[1], scope: row[column + 2] }]));
    assert.deepEqual(role, { id, type: 'role', permissions: expected, built_in: true, created_at: null, revision: 0 });
  }
});

for (const [method, body] of /** @type {const} */ ([['PUT', { permissions: [] }], ['DELETE', undefined]])) {
  test(`${method} of a built-in role is refused, in the same words`, async () => {
    const { status, json } = await ask(gateway, `${method} ${PATH}/viewer`, { body });
    assert.equal(status, 400);
    assert.equal(json.error.message, 'id: "viewer": `viewer` is a built-in role, which stays as it is: make a role with another id');
    assert.equal(json.error.details.error_code, 'built_in_role');
    assert.equal((await ask(gateway, `${method} ${PATH}/viewer`, { body, key: KEYS.viewer.key })).status, 403);
  });
}

test('who may not read roles reads no built-in one', async () => {
  for (const path of [PATH, `${PATH}/viewer`]) assert.equal((await ask(gateway, `GET ${path}`, { key: KEYS.viewer.key })).status, 403);
});
