/** Where nothing of a body must be there, none at all is as good; where something must be, what is missing is told. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { TestGateway } from './gateway.mjs';
import { KEYS, ask, done, managedPolicy } from './management.mjs';

/** @type {TestGateway} */
let gateway;
before(async () => {
  gateway = await TestGateway.start({ upstream: 'http://127.0.0.1:1', policy: managedPolicy() });
});
after(() => gateway.stop());

const JSON_TYPE = { 'content-type': 'application/json' };
const ASKED = '/v1/organizations/increase_requests';

/** @type {[name: string, asked: { body?: string, headers?: Record<string, string> }][]} */
const WAYS = [
  ['no body', {}],
  ['an empty body that is said to be JSON', { headers: JSON_TYPE }],
  ['an empty object', { body: '{}' }],
];

for (const [name, asked] of WAYS) {
  test(`decided, rotated and left as it is with ${name}`, async () => {
    for (const [verb, status, key] of [['approve', 'approved', KEYS.admin.key], ['deny', 'denied', KEYS.admin.key], ['withdraw', 'withdrawn', KEYS.developer.key]]) {
      const { rate } = await done(gateway, 'GET /v1/organizations/limits/org-rpm');
      const body = { limit: 'org-rpm', rate: rate + 1, reason: 'more' };
      const { id } = await done(gateway, `POST ${ASKED}`, { key: KEYS.developer.key, body });
      assert.equal((await done(gateway, `POST ${ASKED}/${id}/${verb}`, { key, ...asked })).status, status);
    }
    const rotated = await done(gateway, 'POST /v1/api-keys/key_viewer/rotate', asked);
    const ends = rotated.secrets.map((/** @type {{ expires_at: string | null }} */ { expires_at }) => expires_at);
    assert.equal(ends.at(-1), null);
    assert.ok(Date.parse(ends.at(-2)) > Date.now() + 23 * 60 * 60 * 1000, 'the overlap is a day');
    const { revision } = await done(gateway, 'POST /v1/api-keys/key_lab', asked);
    assert.ok(revision > 0);
  });
}

test('nothing is refused where something must be, by what must be there', async () => {
  const none = await ask(gateway, 'POST /v1/api-keys');
  assert.equal(none.status, 415, 'no body is no JSON');
  const empty = await ask(gateway, 'POST /v1/api-keys', { headers: JSON_TYPE });
  assert.equal(empty.status, 400);
  assert.match(empty.json.error.message, /it is empty/);
});

test('a text that is not said to be JSON is refused also where nothing must be', async () => {
  const { status } = await ask(gateway, 'POST /v1/api-keys/key_viewer/rotate', { body: 'overlap_ms=0', headers: { 'content-type': 'text/plain' } });
  assert.equal(status, 415);
});

test('the API description says where a body may be left out', async () => {
  const { paths } = await done(gateway, 'GET /openapi.json', { key: null });
  const required = (/** @type {string} */ path) => paths[path].post.requestBody.required ?? false;
  assert.equal(required('/v1/api-keys/{id}/rotate'), false);
  assert.equal(required(`${ASKED}/{id}/approve`), false);
  assert.equal(required('/v1/api-keys'), true);
});
