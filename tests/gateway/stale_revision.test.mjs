/** A change that was made from an older state is told once where the revision was given, which it was and which it is now. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { TestGateway } from './gateway.mjs';
import { ask, done, managedPolicy } from './management.mjs';

/** @type {TestGateway} */
let gateway;
before(async () => {
  gateway = await TestGateway.start({ upstream: 'http://127.0.0.1:1', policy: managedPolicy() });
  // What the policy file set has no revision but the first: each is changed once.
  for (const [, request, body, read] of CHANGES) await done(gateway, request, { body: { ...body, revision: (await done(gateway, `GET ${read}`)).revision } });
});
after(() => gateway.stop());

/** @type {[noun: string, request: string, body: Record<string, unknown>, read: string][]} */
const CHANGES = [
  ['role', 'PUT /v1/organizations/roles/people', { permissions: managedPolicy().roles[0].permissions }, '/v1/organizations/roles/people'],
  ['limit', 'PUT /v1/organizations/limits/org-rpm', { scope: 'organization', meter: 'requests', rate: 5, period_ms: 60000, capacity: 5 }, '/v1/organizations/limits/org-rpm'],
  ['key', 'POST /v1/api-keys/key_lab', { name: 'lab' }, '/v1/api-keys/key_lab'],
  ['workspace', 'POST /v1/organizations/workspaces/lab', { name: 'Lab' }, '/v1/organizations/workspaces/lab'],
  ['member', 'POST /v1/organizations/members/vera', { name: 'Vera' }, '/v1/organizations/members/vera'],
  ['budget', 'POST /v1/organizations/spend_limits/org-month', { amount: '50000' }, '/v1/organizations/spend_limits/org-month'],
  ['settings', 'PUT /v1/organizations/settings', { retention_ms: 3_600_000 }, '/v1/organizations/settings'],
];

for (const [noun, request, body, read] of CHANGES) {
  test(`a stale revision of a ${noun} is told by the field or the header that has it`, async () => {
    const { revision } = await done(gateway, `GET ${read}`);
    const words = `this ${noun} is at revision ${revision} now, not 1: read it again`;
    const inBody = await ask(gateway, request, { body: { ...body, revision: 1 } });
    assert.deepEqual([inBody.status, inBody.json.error.message], [409, `revision: ${words}`]);
    const inHeader = await ask(gateway, request, { body, headers: { 'if-match': '"1"' } });
    assert.deepEqual([inHeader.status, inHeader.json.error.message], [409, `if-match: ${words}`]);
    assert.equal(inHeader.json.error.details.error_code, 'stale_revision');
  });
}

test('an id that is taken is told at the id', async () => {
  const { status, json } = await ask(gateway, 'POST /v1/api-keys', { body: { id: 'key_lab', name: 'again' } });
  assert.equal(status, 409);
  assert.match(json.error.message, /^id: this key is there already, at revision \d+: read it, or take another id$/);
});

test('a header and a body that name two revisions are told apart', async () => {
  const { status, json } = await ask(gateway, 'POST /v1/api-keys/key_lab', { body: { name: 'lab', revision: 2 }, headers: { 'if-match': '"3"' } });
  assert.equal(status, 409);
  assert.equal(json.error.message, 'revision: `2` is not the revision `3` of `if-match`: send one of them');
});
