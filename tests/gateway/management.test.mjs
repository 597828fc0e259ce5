/** The management plane over HTTP: members, workspaces, limits, budgets, requests, and how requests are read. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { UNKNOWN, fixedKey } from './company.mjs';
import { TestGateway } from './gateway.mjs';
import { KEYS, ask, done, managedPolicy } from './management.mjs';
import { servingWith } from './serving.mjs';

/** @type {TestGateway} */
let gateway;
before(async () => {
  gateway = await TestGateway.start({
    upstream: 'http://127.0.0.1:1',
    policy: managedPolicy(),
    vars: { MAX_BODY_BYTES: '60000' },
  });
});
after(() => gateway.stop());

const BOOK = { schema_version: 1, name: 'small', provider: 'anthropic' };

/** Names that the log and the answers must tell apart, one for each test. */
let made = 0;
const fresh = (/** @type {string} */ kind) => `${kind}-${(made += 1)}`;

test('who is not known is told nothing, and who calls models manages nothing', async () => {
  const foreign = await fixedKey(1, 'other');
  for (const key of [null, 'tg_acme_nonsense', UNKNOWN.key, foreign.key]) {
    const answer = await ask(gateway, 'GET /v1/organizations/me', { key });
    assert.deepEqual([answer.status, answer.json.error.type], [401, 'authentication_error']);
    assert.equal(answer.headers.get('request-id'), answer.json.request_id);
  }
  const caller = await ask(gateway, 'GET /v1/organizations/me', { key: KEYS.caller.key });
  assert.deepEqual([caller.status, caller.json.error.details.error_code], [403, 'caller_key']);
  const bearer = await ask(gateway, 'GET /v1/organizations/me', {
    key: null,
    headers: { authorization: `Bearer ${KEYS.admin.key}` },
  });
  assert.deepEqual(bearer.json, { id: 'acme', type: 'organization', name: 'Acme' });
  assert.equal(bearer.headers.get('cache-control'), 'no-store');
});

test('an admin key calls no model', async () => {
  const answer = await gateway.post(
    { model: 'claude-haiku-4-5', max_tokens: 1, messages: [] },
    { key: KEYS.admin.key },
  );
  assert.equal(answer.status, 403);
});

/** @type {[name: string, request: string, asked: import('./management.mjs').Asked, status: number, message: RegExp][]} */
const REFUSED = [
  ['an unknown field', 'POST /v1/api-keys', { body: { name: 'a', nope: 1 } }, 400, /^nope: `1`: .*: leave it out;/],
  [
    'an unknown field within',
    'PUT /v1/organizations/limits/l',
    { body: { scope: { team: 'x' }, meter: 'concurrent_requests', capacity: 1 } },
    400,
    /^scope/,
  ],
  ['an unknown query parameter', 'GET /v1/api-keys?page=2', {}, 400, /^page: "2"/],
  ['a parameter twice', 'GET /v1/api-keys?limit=1&limit=2', {}, 400, /^limit: /],
  [
    'a limit that is too large',
    'GET /v1/api-keys?limit=1001',
    {},
    400,
    /^limit: "1001".*give an integer from 1 to 1000$/,
  ],
  ['a missing field', 'POST /v1/api-keys', { body: {} }, 400, /^name: `\(nothing\)`: it is missing: give /],
  ['another type', 'POST /v1/api-keys', { body: { name: 5 } }, 400, /^name: `5`: .*: give a string$/],
  [
    'no such value',
    'POST /v1/api-keys',
    { body: { name: 'a', kind: 'root' } },
    400,
    /^kind: "root": .*`caller` or `admin`$/,
  ],
  ['a list for an object', 'POST /v1/api-keys', { body: '[]' }, 400, /^body: /],
  ['what is no JSON', 'POST /v1/api-keys', { body: '{"name":}' }, 400, /line 1, column 9/],
  ['a key twice', 'POST /v1/api-keys', { body: '{"name":"a","name":"b"}' }, 400, /`name` stands twice/],
  ['nothing', 'POST /v1/api-keys', { body: '' }, 400, /it is empty/],
  [
    'another content type',
    'POST /v1/api-keys',
    { body: 'name=a', headers: { 'content-type': 'text/plain' } },
    415,
    /^content-type: `text\/plain`/,
  ],
  [
    'an encoding',
    'POST /v1/api-keys',
    { body: '{}', headers: { 'content-encoding': 'gzip' } },
    400,
    /^content-encoding/,
  ],
  ['headers that are too long', 'GET /v1/api-keys', { headers: { 'x-long': 'x'.repeat(20_000) } }, 431, /longer/],
  ['a body that is too long', 'POST /v1/api-keys', { body: `{"name":"${'x'.repeat(60_000)}"}` }, 413, /longer/],
  ['an id of another form', 'GET /v1/api-keys/%20', {}, 400, /^id: /],
  ['what does not exist', 'GET /v1/api-keys/none', {}, 404, /^id: no `none` is known here/],
  ['a filter for what does not exist', 'GET /v1/api-keys?workspace_id=none', {}, 404, /`none`/],
  [
    'a role that does not exist',
    'POST /v1/api-keys',
    { body: { name: 'a', role: 'none' } },
    404,
    /^role: "none": no role/,
  ],
  [
    'a meter that needs a rate',
    'PUT /v1/organizations/limits/l',
    { body: { scope: 'organization', meter: 'requests', capacity: 1 } },
    400,
    /rate/,
  ],
  ['a role that somebody has', 'DELETE /v1/organizations/roles/people', {}, 409, /^id: "people": it is in use by member `pia`/],
  [
    'an action that is none',
    'PUT /v1/organizations/roles/r',
    { body: { permissions: [{ action: 'a.b', scope: 'any' }] } },
    400,
    /action/,
  ],
  [
    'a threshold of no cap',
    'POST /v1/api-keys',
    { body: { name: 'a', alert_threshold_percent: 80 } },
    400,
    /^alert_threshold_percent: `80`/,
  ],
  [
    'a revision that is none',
    'PUT /v1/organizations/settings',
    { body: {}, headers: { 'if-match': 'x' } },
    400,
    /^if-match: /,
  ],
  ["a preset as a role of one's own", 'PUT /v1/organizations/roles/admin', { body: { permissions: [] } }, 400, /admin/],
];

for (const [name, request, asked, status, message] of REFUSED) {
  test(`refused: ${name}`, async () => {
    const answer = await ask(gateway, request, asked);
    assert.equal(answer.status, status, answer.text);
    assert.match(answer.json.error.message, message);
    assert.deepEqual(Object.keys(answer.json), ['type', 'error', 'request_id']);
  });
}

test('another method is a 405 that lists those of the address', async () => {
  const cases = [
    ['PATCH /v1/api-keys/key_normal', 'DELETE, GET, HEAD, POST'],
    ['DELETE /v1/organizations/spend_limits/effective', 'GET, HEAD'],
    ['POST /openapi.json', 'GET, HEAD'],
  ];
  for (const [request = '', allow] of cases) {
    const answer = await ask(gateway, request);
    assert.deepEqual([answer.status, answer.headers.get('allow')], [405, allow], request);
  }
});

test('a list comes in pages, both ways', async () => {
  const page = async (/** @type {string} */ query) => {
    const { data, ...rest } = await done(gateway, `GET /v1/organizations/users?${query}`);
    return [data.map((/** @type {{ id: string }} */ { id }) => id), rest];
  };
  const all = (await page('limit=1000'))[0];
  assert.deepEqual(await page('limit=2'), [all.slice(0, 2), { has_more: true, first_id: all[0], last_id: all[1] }]);
  assert.deepEqual(await page(`limit=2&after_id=${all[1]}`), [
    all.slice(2, 4),
    { has_more: true, first_id: all[2], last_id: all[3] },
  ]);
  assert.deepEqual((await page(`limit=2&before_id=${all[3]}`))[0], all.slice(1, 3));
  assert.deepEqual((await page(`after_id=${all[0]}&before_id=${all[3]}`))[0], all.slice(1, 3));
  assert.deepEqual(await page(`after_id=${all.at(-1)}`), [[], { has_more: false, first_id: null, last_id: null }]);
});

test('a member is read, changed and removed', async () => {
  const id = fresh('member');
  await done(gateway, 'POST /v1/organizations/invites', { body: { id, email: `${id}@acme.example`, role: 'viewer' } });
  await gateway.operator('submit', {
    type: 'update_policy',
    actor: { member: 'ada' },
    policy: managedPolicy({
      members: [...managedPolicy().members, { id, email: `${id}@acme.example`, role: 'viewer' }],
    }),
  });
  const changed = await done(gateway, `POST /v1/organizations/members/${id}`, {
    body: { role: 'developer', name: 'Max' },
  });
  assert.deepEqual([changed.role, changed.name, changed.status], ['developer', 'Max', 'active']);
  assert.deepEqual(await done(gateway, `GET /v1/organizations/users/${id}`), changed);
  const found = await done(gateway, `GET /v1/organizations/members?email=${id.toUpperCase()}@acme.example`);
  assert.deepEqual(found.data, [changed]);
  assert.deepEqual(await done(gateway, `DELETE /v1/organizations/members/${id}`), { id, type: 'user_deleted' });
  assert.equal((await done(gateway, `GET /v1/organizations/members/${id}`)).status, 'removed');
  const listed = await done(gateway, 'GET /v1/organizations/members?limit=1000');
  assert.ok(listed.data.every((/** @type {{ id: string }} */ member) => member.id !== id));
});

test('a change that was made from what is there no more is a 409', async () => {
  const path = '/v1/organizations/budgets/org-month';
  const read = await ask(gateway, `GET ${path}`);
  const etag = read.headers.get('etag') ?? '';
  assert.equal(etag, `"${read.json.revision}"`);
  const body = { scope: 'organization', window: 'monthly', cap_usd: '600' };
  const first = await ask(gateway, `PUT ${path}`, { body, headers: { 'if-match': etag } });
  assert.equal(first.status, 200);
  const second = await ask(gateway, `PUT ${path}`, { body, headers: { 'if-match': etag } });
  assert.deepEqual([second.status, second.json.error.type], [409, 'conflict_error']);
  assert.equal(second.headers.get('x-should-retry'), 'false');
  const inBody = await ask(gateway, `PUT ${path}`, { body: { ...body, revision: read.json.revision } });
  assert.equal(inBody.status, 409);
  const member = await ask(gateway, 'POST /v1/organizations/members/vera', {
    body: { name: 'V' },
    headers: { 'if-match': '"1"' },
  });
  assert.equal(member.status, 409);
  const differing = await ask(gateway, `PUT ${path}`, {
    body: { ...body, revision: 1 },
    headers: { 'if-match': '"2"' },
  });
  assert.equal(differing.status, 409, 'one of the two is stale');
  const any = await ask(gateway, `PUT ${path}`, { body, headers: { 'if-match': '*' } });
  assert.equal(any.status, 200);
});

test('a workspace is made, staffed and archived', async () => {
  const workspace = await done(gateway, 'POST /v1/organizations/workspaces', { body: { name: 'Search' } });
  assert.match(workspace.id, /^wrkspc_/);
  const path = `/v1/organizations/workspaces/${workspace.id}`;
  assert.equal((await done(gateway, `POST ${path}`, { body: { name: 'Search 2' } })).name, 'Search 2');
  const roles = [
    ['workspace_admin', 'workspace_admin', 'admin'],
    ['workspace_developer', 'workspace_developer', 'developer'],
    ['workspace_user', 'workspace_user', 'viewer'],
    ['people', 'people', 'people'],
  ];
  for (const [given, shown, role] of roles) {
    const answer = await done(gateway, `POST ${path}/members`, { body: { user_id: 'vera', workspace_role: given } });
    assert.equal(answer.workspace_role, shown);
    const { items } = await gateway.operator('query', { type: 'list', actor: null, of: 'projects', id: workspace.id });
    assert.deepEqual(items[0].members, [{ member: 'vera', role }]);
    await done(gateway, `DELETE ${path}/members/vera`);
  }
  await done(gateway, `POST ${path}/members`, { body: { user_id: 'vera', workspace_role: 'workspace_user' } });
  const twice = await ask(gateway, `POST ${path}/members`, { body: { user_id: 'vera', workspace_role: 'people' } });
  assert.equal(twice.json.error.details.error_code, 'already_member');
  await done(gateway, `POST ${path}/members/vera`, { body: { workspace_role: 'workspace_developer' } });
  assert.equal((await done(gateway, `GET ${path}/members/vera`)).workspace_role, 'workspace_developer');
  assert.equal((await done(gateway, `GET ${path}/members`)).data.length, 1);
  assert.equal((await ask(gateway, `GET ${path}/members/ben`)).status, 404);
  const archived = await done(gateway, `POST ${path}/archive`);
  const events = await done(
    gateway,
    `GET /v1/organizations/audit-logs?target_id=${workspace.id}&action=project.archived`,
  );
  assert.equal(archived.archived_at, events.data[0].created_at);
  const listed = async (/** @type {string} */ query) =>
    (await done(gateway, `GET /v1/organizations/workspaces?limit=1000${query}`)).data.some(
      (/** @type {{ id: string }} */ { id }) => id === workspace.id,
    );
  assert.deepEqual([await listed(''), await listed('&include_archived=true')], [false, true]);
});

test('what was ended is ended again with the same answer, and nothing is recorded', async () => {
  const [key, member, workspace, account] = [fresh('key'), fresh('member'), fresh('space'), fresh('account')];
  await done(gateway, 'POST /v1/api-keys', { key: KEYS.developer.key, body: { id: key, name: 'k' } });
  await done(gateway, 'POST /v1/organizations/invites', { body: { id: member, email: `${member}@acme.example`, role: 'viewer' } });
  await done(gateway, 'POST /v1/organizations/workspaces', { body: { id: workspace, name: 'w' } });
  await done(gateway, `PUT /v1/organizations/service_accounts/${account}`, { body: { project: 'bot', role: 'viewer' } });
  const ends = [
    // Who may revoke, and change nothing else of somebody's key, may do so twice.
    [`DELETE /v1/api-keys/${key}`, `GET /v1/api-keys/${key}`, KEYS.developer.key],
    [`DELETE /v1/organizations/members/${member}`, `GET /v1/organizations/members/${member}`, KEYS.people.key],
    [`DELETE /v1/organizations/invites/${member}`, `GET /v1/organizations/members/${member}`, KEYS.people.key],
    [`POST /v1/organizations/workspaces/${workspace}/archive`, `GET /v1/organizations/workspaces/${workspace}`, KEYS.admin.key],
    [`DELETE /v1/organizations/service_accounts/${account}`, `GET /v1/organizations/service_accounts/${account}`, KEYS.admin.key],
  ];
  const told = async () => [
    await done(gateway, 'GET /v1/organizations/audit-logs/head'),
    (await gateway.operator('events', { after: 0, limit: 1 })).last_seq,
  ];
  for (const [end = '', read = '', by] of ends) {
    const first = await done(gateway, end, { key: by });
    const [before, item] = [await told(), await done(gateway, read)];
    for (let i = 0; i < 2; i += 1) assert.deepEqual(await done(gateway, end, { key: by }), first, end);
    assert.deepEqual([await told(), await done(gateway, read)], [before, item], end);
  }
  const invited = await ask(gateway, 'POST /v1/organizations/invites', {
    body: { id: member, email: `${member}@acme.example`, role: 'viewer' },
  });
  assert.deepEqual([invited.status, invited.json.error.details.error_code], [409, 'member_removed']);
  assert.match(invited.json.error.message, /^id: .* is the id of a member who was removed already: take another id/);
});

test("limits are told in the provider's groups, in amounts a minute", async () => {
  const put = (/** @type {string} */ id, /** @type {object} */ body) =>
    done(gateway, `PUT /v1/organizations/limits/${id}`, { body });
  await done(gateway, 'PUT /v1/organizations/model_classes/opus', { body: { models: ['claude-opus-*'] } });
  const bot = { project: 'bot' };
  await put('bot-rps', { scope: bot, meter: 'requests', rate: 2, period_ms: 1000, capacity: 10 });
  await put('bot-itpm', {
    scope: bot,
    meter: 'input_tokens',
    model_class: 'opus',
    rate: 5000,
    period_ms: 60000,
    capacity: 5000,
  });
  await put('bot-count', {
    scope: bot,
    meter: 'requests',
    operation: 'count_tokens',
    rate: 10,
    period_ms: 60000,
    capacity: 10,
  });
  await put('bot-spend', { scope: bot, meter: 'cost', rate: '5.00', period_ms: 60000, capacity: '5.00' });
  await put('bot-shadow', { scope: bot, meter: 'tokens', rate: 5, period_ms: 60000, capacity: 5, mode: 'shadow' });
  const { data, next_page } = await done(gateway, 'GET /v1/organizations/workspaces/bot/rate_limits');
  const source = { type: 'workspace' };
  assert.deepEqual(
    data.map((/** @type {{ group: object, models: string[], limits: object[] }} */ { group, models, limits }) => ({
      group,
      models,
      limits,
    })),
    [
      {
        group: { id: 'all_models', type: 'model_group', display_name: 'All models' },
        models: ['*'],
        limits: [{ type: 'requests_per_minute', value: 120, org_limit: 600, source }],
      },
      {
        group: { id: 'opus', type: 'model_group', display_name: 'opus' },
        models: ['claude-opus-*'],
        limits: [{ type: 'input_tokens_per_minute_cache_aware', value: 5000, org_limit: null, source }],
      },
      {
        group: { id: 'token_count', type: 'token_count' },
        models: null,
        limits: [{ type: 'requests_per_minute', value: 10, org_limit: null, source }],
      },
    ],
  );
  assert.equal(next_page, null);
  const counted = await done(gateway, 'GET /v1/organizations/workspaces/bot/rate_limits?group_type=token_count');
  assert.equal(counted.data.length, 1);
});

test('a budget is a spend limit in cents, and the other way round', async () => {
  const spend = await done(gateway, 'POST /v1/organizations/spend_limits', {
    body: { amount: '12345', period: 'weekly', scope: { type: 'workspace', workspace_id: 'bot' } },
  });
  assert.match(spend.id, /^spl_/);
  assert.deepEqual([spend.amount, spend.currency, spend.period, spend.is_enabled], ['12345', 'USD', 'weekly', true]);
  const budget = await done(gateway, `GET /v1/organizations/budgets/${spend.id}`);
  assert.deepEqual([budget.cap_usd, budget.window, budget.scope], ['123.45', 'weekly', { project: 'bot' }]);
  const path = `/v1/organizations/spend_limits/${spend.id}`;
  const changed = await done(gateway, `POST ${path}`, { body: { amount: '5', is_enabled: false } });
  assert.deepEqual([changed.amount, changed.is_enabled], ['5', false]);
  assert.deepEqual([changed.created_at, changed.updated_at > spend.updated_at], [spend.created_at, true]);
  assert.equal((await done(gateway, `GET /v1/organizations/budgets/${spend.id}`)).cap_usd, '0.05');
  assert.equal((await done(gateway, `POST ${path}`, { body: {} })).amount, '5', 'nothing is nothing');
  assert.deepEqual(await done(gateway, `DELETE ${path}`), { id: spend.id, type: 'spend_limit_deleted' });
  assert.equal((await ask(gateway, `GET ${path}`)).status, 404);
  await done(gateway, 'PUT /v1/organizations/budgets/for-good', {
    body: { scope: 'organization', window: 'total', cap_usd: '9000' },
  });
  assert.equal((await ask(gateway, 'GET /v1/organizations/spend_limits/for-good')).status, 404);
  const alerting = { scope: { member: 'ben' }, window: 'daily', cap_usd: '9', thresholds_percent: [100, 50, 100] };
  const put = await done(gateway, 'PUT /v1/organizations/budgets/alerting', { body: alerting });
  assert.deepEqual(put.thresholds_percent, [50, 100]);
  const own = await done(gateway, 'POST /v1/organizations/spend_limits', {
    body: { amount: '700', period: 'monthly', scope: { type: 'user', user_id: 'vera' } },
  });
  const { data } = await done(gateway, 'GET /v1/organizations/spend_limits/effective?period[]=monthly&limit=1000');
  const rows = data.filter((/** @type {{ actor: { user_id: string } }} */ { actor }) =>
    ['ben', 'vera'].includes(actor.user_id),
  );
  assert.deepEqual(
    rows.map((/** @type {any} */ row) => [
      row.actor.user_id,
      row.spend_limit_id,
      row.source.type,
      row.period_to_date_spend,
    ]),
    [
      ['ben', 'org-month', 'organization', '0'],
      ['vera', own.id, 'user', '0'],
    ],
  );
});

test('an increase request is asked, approved with the raise, denied or withdrawn', async () => {
  const path = '/v1/organizations/increase_requests';
  const developer = { key: KEYS.developer.key };
  await done(gateway, 'PUT /v1/organizations/limits/asked-rpm', {
    body: { scope: 'organization', meter: 'requests', rate: 1000, period_ms: 60000, capacity: 200 },
  });
  const asked = await done(gateway, `POST ${path}`, {
    ...developer,
    body: { limit: 'asked-rpm', rate: 2000, reason: 'launch' },
  });
  assert.deepEqual([asked.status, asked.requested_by], ['pending', { key: 'manage_developer' }]);
  assert.deepEqual([asked.limit, asked.rate, asked.budget, asked.cap_usd], ['asked-rpm', 2000, null, null]);
  assert.equal((await ask(gateway, `POST ${path}/${asked.id}/approve`, { ...developer, body: {} })).status, 403);
  const approved = await done(gateway, `POST ${path}/${asked.id}/approve`, {
    key: KEYS.billing.key,
    body: { note: 'fine' },
  });
  assert.deepEqual([approved.status, approved.note], ['approved', 'fine']);
  const limit = await done(gateway, 'GET /v1/organizations/limits/asked-rpm');
  assert.deepEqual([limit.rate, limit.capacity], [2000, 400]);
  const again = await ask(gateway, `POST ${path}/${asked.id}/deny`, { body: {} });
  assert.deepEqual([again.status, again.json.error.details.error_code], [409, 'already_decided']);

  const cap = await done(gateway, `POST ${path}`, {
    ...developer,
    body: { budget: 'ben-month', cap_usd: '25.5', reason: 'more' },
  });
  assert.deepEqual([cap.limit, cap.rate, cap.budget, cap.cap_usd], [null, null, 'ben-month', '25.5']);
  await done(gateway, `POST ${path}/${cap.id}/approve`, { key: KEYS.billing.key, body: {} });
  assert.equal((await done(gateway, 'GET /v1/organizations/budgets/ben-month')).cap_usd, '25.5');

  for (const asked of [
    { budget: 'ben-month', cap_usd: '5' },
    { budget: 'ben-month', cap_usd: '25.50' },
    { limit: 'asked-rpm', rate: 2000 },
  ]) {
    const body = { ...asked, reason: 'no more' };
    const refused = await ask(gateway, `POST ${path}`, { ...developer, body });
    assert.equal(refused.status, 400, JSON.stringify(body));
    const place = 'budget' in asked ? 'cap_usd' : 'rate';
    assert.equal(refused.json.error.details.problems[0].path, place);
    assert.match(refused.json.error.message, new RegExp(`^${place}: .* is at .* already: ask for more, or leave it$`));
  }
  const overtaken = await done(gateway, `POST ${path}`, {
    ...developer,
    body: { budget: 'ben-month', cap_usd: '30', reason: 'more' },
  });
  await done(gateway, 'PUT /v1/organizations/budgets/ben-month', {
    body: { scope: { key: 'key_normal' }, window: 'monthly', cap_usd: '30' },
  });
  const refused = await ask(gateway, `POST ${path}/${overtaken.id}/approve`, { key: KEYS.billing.key, body: {} });
  assert.deepEqual([refused.status, refused.json.error.details.error_code], [409, 'already_higher']);
  assert.equal((await done(gateway, `POST ${path}/${overtaken.id}/deny`, { body: { note: 'no' } })).status, 'denied');

  const regretted = await done(gateway, `POST ${path}`, {
    ...developer,
    body: { limit: 'asked-rpm', rate: 9000, reason: 'more' },
  });
  assert.equal(
    (await done(gateway, `POST ${path}/${regretted.id}/withdraw`, { ...developer, body: {} })).status,
    'withdrawn',
  );
  const both = { limit: 'asked-rpm', budget: 'ben-month', rate: 1, reason: 'x' };
  assert.equal((await ask(gateway, `POST ${path}`, { ...developer, body: both })).status, 400);
  const pending = await done(gateway, `GET ${path}?status=pending`);
  assert.deepEqual(pending.data, []);
});

test('the profile, the settings and the price book are read and changed', async () => {
  const address = { line1: 'Road 1', city: 'Berlin', country: 'DE' };
  const profile = await done(gateway, 'PUT /v1/organizations/profile', {
    body: {
      legal_name: 'Acme Incorporated',
      tax_id: 'DE1',
      billing_address: address,
      payment: { method: 'invoice', status: 'active' },
    },
  });
  assert.deepEqual(profile.billing_address, { ...address, line2: null, region: null, postal_code: null });
  assert.equal(profile.name, 'Acme');
  assert.deepEqual(await done(gateway, 'GET /v1/organizations/profile', { key: KEYS.billing.key }), profile);
  assert.equal((await ask(gateway, 'GET /v1/organizations/profile', { key: KEYS.developer.key })).status, 403);

  const settings = await done(gateway, 'PUT /v1/organizations/settings', { body: { key_max_age_ms: 86400000 } });
  assert.deepEqual([settings.key_max_age_ms, settings.retention_ms], [86400000, 3600000]);
  assert.deepEqual(await done(gateway, 'GET /v1/organizations/settings'), settings);

  const book = await done(gateway, 'GET /v1/organizations/price_book');
  const wrong = await ask(gateway, 'PUT /v1/organizations/price_book', {
    body: { ...BOOK, cards: [{ model: 'a', versions: [] }] },
  });
  assert.equal(wrong.status, 400);
  assert.deepEqual(await done(gateway, 'GET /v1/organizations/price_book'), book);
});

test('a preview tells what changes would do, and does nothing', async () => {
  const preview = (/** @type {object} */ change, /** @type {string} */ key = KEYS.admin.key) =>
    done(gateway, 'POST /v1/organizations/preview', { key, body: { changes: [{ change }] } });
  const before = await gateway.operator('events', { after: 0, limit: 1 });
  const removed = { type: 'limit_removed', id: 'org-rpm' };
  assert.equal((await preview(removed)).outcome, 'allowed');
  assert.deepEqual(await preview(removed, KEYS.developer.key), { outcome: 'denied', reason: 'forbidden_action' });
  const wrong = await preview({
    type: 'limit_set',
    limit: { id: 'x', scope: { key: 'none' }, meter: 'requests', rate: 1, period_ms: 1, capacity: 1 },
  });
  assert.deepEqual([wrong.outcome, wrong.code], ['refused', 'invalid_policy']);
  assert.match(wrong.problems[0].path, /scope/);
  const last = await preview(
    { type: 'member_set', member: { id: 'ben', email: 'b@acme.example', role: 'admin' } },
    KEYS.people.key,
  );
  assert.deepEqual([last.outcome, last.code], ['refused', 'forbidden_change']);
  assert.equal((await gateway.operator('events', { after: 0, limit: 1 })).last_seq, before.last_seq);
});

test('a price book that no row of the log would hold is too long, however long bodies may be', () =>
  servingWith({ given: managedPolicy() }, async (roomy) => {
    const name = 'x'.repeat(700_000);
    const answer = await ask(roomy, 'PUT /v1/organizations/price_book', { body: { schema_version: 1, name, cards: [] } });
    assert.deepEqual([answer.status, answer.json.error.type], [413, 'request_too_large']);
  }));

test('a service account, a class and a role are put, listed and taken out', async () => {
  const things = [
    ['service_accounts', { project: 'bot', role: 'developer', name: 'Deploys' }],
    ['model_classes', { models: ['claude-haiku-*'] }],
    ['roles', { permissions: [{ action: 'usage.read', scope: 'any' }] }],
  ];
  for (const [kind, body] of things) {
    const id = fresh('thing');
    const path = `/v1/organizations/${kind}/${id}`;
    const put = await done(gateway, `PUT ${path}`, { body });
    assert.deepEqual({ ...put, ...Object(body) }, put);
    assert.deepEqual(await done(gateway, `GET ${path}`), put);
    const created = await ask(gateway, `PUT ${path}`, { body: { ...Object(body), revision: 0 } });
    assert.equal(created.status, 409, 'revision 0 makes what is not there yet');
    const listed = await done(gateway, `GET /v1/organizations/${kind}?limit=1000`);
    assert.ok(listed.data.some((/** @type {{ id: string }} */ each) => each.id === id));
    await done(gateway, `DELETE ${path}`);
  }
});
