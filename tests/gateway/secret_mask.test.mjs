/** A secret that is sent to the wrong place is in no answer: not whole, not cut, not within something longer. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { logError } from '../../pkg/dist/edge/error_log.js';
import { withoutSecrets } from '../../pkg/dist/edge/secret_mask.js';
import { NORMAL, message } from './company.mjs';
import { TestGateway } from './gateway.mjs';
import { KEYS, ask, done, managedPolicy } from './management.mjs';

/** @type {TestGateway} */
let gateway;
before(async () => {
  gateway = await TestGateway.start({ upstream: 'http://127.0.0.1:1', policy: managedPolicy() });
});
after(() => gateway.stop());

const KEY = KEYS.admin.key;
/** What no answer may have of a secret: its random part, and any piece of it. */
const PIECE = KEY.slice('tg_acme_'.length, 'tg_acme_'.length + 12);
const CODE = `tgc${KEY.slice(2)}`;

/** @type {[name: string, text: string, shown: string][]} */
const TEXTS = [
  ['a key', KEY, 'tg_…'],
  ['a code in quotes', `"${CODE}"`, '"tgc_…"'],
  ['a session in a header', `cookie: a=tgs${KEY.slice(2)}; b`, 'cookie: a=tgs_…; b'],
  ['a key that is cut', KEY.slice(0, 20), 'tg_…'],
  ['a key that is cut to its organization, which is none', 'tg_acme', 'tg_acme'],
  ["a key's hint, which is made to be shown", 'tg_acme_AbC...wxyz', 'tg_acme_AbC...wxyz'],
  ['an id that begins like a secret', 'give it with `PUT …/roles/tg_backendservice`', 'give it with `PUT …/roles/tg_backendservice`'],
  ['an id in which the first letters stand', 'stg_eu_backendservice', 'stg_eu_backendservice'],
  ['a long text of first letters', 'atg_'.repeat(20_000), 'atg_'.repeat(20_000)],
  ['a key behind letters', `Bearer${KEY}`, 'Bearertg_…'],
  ['a key that is cut behind letters', `Bearer${KEY.slice(0, 24)}`, 'Bearertg_…'],
  ['a key without its first letters', KEY.slice(3), 'acme_…'],
  ['two keys', `${KEY} ${CODE}`, 'tg_… tgc_…'],
  ['an id that ends like the first letters', 'no `stg_bot` is known', 'no `stg_bot` is known'],
  ['the form in words', 'give `tg_<organization>_…`', 'give `tg_<organization>_…`'],
  ['what is no secret', 'messages.0.content: `tag_1`', 'messages.0.content: `tag_1`'],
];

for (const [name, text, shown] of TEXTS) {
  test(`masked: ${name}`, () => assert.equal(withoutSecrets(text), shown));
}

/** @type {[name: string, request: string, asked: import('./management.mjs').Asked][]} */
const REQUESTS = [
  ['a code as the whole body', 'POST /v1/invites/accept', { key: null, body: JSON.stringify(CODE) }],
  ['a code in a misspelled field', 'POST /v1/sessions', { key: null, body: { cod: CODE } }],
  ['a code twice', 'POST /v1/sessions', { key: null, body: `{"${CODE}":1,"${CODE}":2}` }],
  ['a key as a field', 'POST /v1/api-keys', { body: { [KEY]: 1 } }],
  ['a key as a query parameter', `GET /v1/organizations/members?key=${KEY}`, {}],
  ['a key as an id', `GET /v1/organizations/members/${KEY}`, {}],
  ['a key as an address', `GET /v1/${KEY}`, {}],
  ['a key as a cursor', `GET /v1/organizations/rate_limits?page=${KEY}`, {}],
  ['a key as a role', 'POST /v1/api-keys', { body: { name: 'a', role: KEY } }],
  ['a key within a longer text', 'POST /v1/api-keys', { body: { name: 'a', models: [`x/${KEY}`] } }],
  ['a key as a content type', 'POST /v1/api-keys', { body: '{}', headers: { 'content-type': KEY } }],
  [
    'a key in a preview',
    'POST /v1/organizations/preview',
    { body: { changes: [{ change: { type: 'service_account_set', service_account: { id: 'x', project: 'bot', role: KEY } } }] } },
  ],
];

for (const [name, request, asked] of REQUESTS) {
  test(`no answer repeats ${name}`, async () => {
    const { status, text } = await ask(gateway, request, asked);
    assert.ok(status === 400 || status === 404 || status === 415 || request.endsWith('preview'), `${status} ${text}`);
    assert.ok(!text.includes(PIECE), text);
    assert.match(text, /tgc?_…/);
  });
}

/** @type {[name: string, body: Record<string, unknown>][]} */
const MESSAGES = [
  ['a model', { model: NORMAL.key }],
  ['a field', { [NORMAL.key]: 1 }],
  ['a role', { messages: [{ role: NORMAL.key, content: 'hello' }] }],
  ['a block', { messages: [{ role: 'user', content: [{ type: NORMAL.key }] }] }],
];

for (const [name, more] of MESSAGES) {
  test(`no refusal of a message repeats a key that stands as ${name}`, async () => {
    const response = await gateway.post(message(more));
    const text = await response.text();
    assert.ok(response.status >= 400, text);
    assert.ok(!text.includes(NORMAL.key.slice('tg_acme_'.length, 'tg_acme_'.length + 12)), text);
  });
}

test('a code that is missing is told as nothing, one of another form is not shown', async () => {
  const value = async (/** @type {unknown} */ body) => {
    const answer = await ask(gateway, 'POST /v1/sessions', { key: null, body });
    return answer.json.error.details.problems[0].value;
  };
  assert.equal(await value({}), '(nothing)');
  assert.equal(await value({ code: ['12345'] }), '(not shown)');
});

test('a page of the audit log shows no secret that somebody gave as a name', async () => {
  const { id } = await done(gateway, 'POST /v1/organizations/workspaces', { body: { name: KEY } });
  const { data } = await done(gateway, `GET /v1/organizations/audit-logs?target_id=${id}`);
  assert.equal(data[0].after.name, 'tg_…');
});

test('no key becomes an id, which everybody reads', async () => {
  const answer = await ask(gateway, `PUT /v1/organizations/roles/${KEY}`, { body: { permissions: [] } });
  assert.equal(answer.status, 400);
  assert.deepEqual(answer.json.error.details.problems, [
    { path: 'id', value: '"tg_…"', message: 'it is not what belongs there', remedy: 'give an id that looks like no secret' },
  ]);
});

test('the log of failures shows no secret', (t) => {
  const said = t.mock.method(console, 'error', () => {});
  logError('a request failed', { cause: String(new TypeError(`\`${KEY}\` is no URL`)) });
  assert.deepEqual(JSON.parse(said.mock.calls[0]?.arguments[0]), {
    level: 'error',
    message: 'a request failed',
    cause: 'TypeError: `tg_…` is no URL',
  });
});
