/** What is wrong with a request of the management plane: every problem at once, where it stands, and what to do, in words of this API. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { TestGateway } from './gateway.mjs';
import { ask, managedPolicy } from './management.mjs';

/** @type {TestGateway} */
let gateway;
before(async () => {
  const given = managedPolicy();
  gateway = await TestGateway.start({
    upstream: 'http://127.0.0.1:1',
    policy: managedPolicy({
      roles: [...given.roles, { id: 'cutting', permissions: [] }, { id: 'staffing', permissions: [] }],
      projects: [...given.projects, { id: 'staffed', members: [{ member: 'ben', role: 'staffing' }] }],
      keys: [...given.keys, { id: 'key_cut', owner: { member: 'ben' }, role: 'cutting' }],
      model_classes: [{ id: 'small', models: ['claude-haiku-*'] }],
      limits: [
        ...given.limits,
        { id: 'small-rpm', scope: 'organization', model_class: 'small', meter: 'requests', rate: 6, period_ms: 60000, capacity: 6 },
        { id: 'spending', scope: 'organization', meter: 'cost', rate: '5', period_ms: 60000, capacity: '5' },
      ],
    }),
  });
});
after(() => gateway.stop());

const LIMITS = '/v1/organizations/limits';
const SPEND = '/v1/organizations/spend_limits';
const ROLES = '/v1/organizations/roles';
const ASKED = '/v1/organizations/increase_requests';
const SPENT = { amount: '500', period: 'monthly' };
const MINUTE = { rate: 5, period_ms: 60000, capacity: 5 };

/**
 * The whole list of what is wrong: where, and what to do about it.
 *
 * @type {[name: string, request: string, body: unknown, problems: [path: string, remedy: RegExp][]][]}
 */
const LISTED = [
  [
    'two actions that are none',
    `PUT ${ROLES}/two`,
    { permissions: [{ action: 'keys.creat', scope: 'any' }, { action: 'nothing.at_all', scope: 'any' }] },
    [
      ['permissions[0].action', /^write `keys.create`$/],
      ['permissions[1].action', /^give an action that `GET \/v1\/organizations\/roles\/admin` lists$/],
    ],
  ],
  [
    'two settings out of their range',
    'PUT /v1/organizations/settings',
    { key_max_age_ms: 1, max_forward_ms: 1 },
    [
      ['max_forward_ms', /^give 60000 or more$/],
      ['key_max_age_ms', /^give 3600000 or more$/],
    ],
  ],
  [
    'a misspelled field and two more that are wrong',
    'POST /v1/api-keys',
    { name: 5, rate_limits: {}, kind: 'administrator' },
    [
      ['name', /^give a string$/],
      ['kind', /^give `caller` or `admin`$/],
      ['rate_limits', /^write `rate_limit`$/],
    ],
  ],
  ['a field that is like no other', 'POST /v1/api-keys', { name: 'a', nope: 1 }, [['nope', /^leave it out; the fields here are `name`, .* and `alert_threshold_percent`$/]]],
  ['a threshold of no cap', 'POST /v1/api-keys', { name: 'a', alert_threshold_percent: 80 }, [['alert_threshold_percent', /^give `monthly_cap_usd` too, or leave it out$/]]],
  ['a cap that is a number', 'POST /v1/api-keys', { name: 'a', monthly_cap_usd: 500, alert_threshold_percent: 80 }, [['monthly_cap_usd', /^give US dollars as a decimal string, such as `"500.00"`$/]]],
  ['a part of a field', 'POST /v1/api-keys', { name: 'a', rate_limit: { request_per_minute: 1 } }, [['rate_limit.request_per_minute', /^write `requests_per_minute`$/]]],
  ['a type of scope in short', `POST ${SPEND}`, { ...SPENT, scope: { type: 'org' } }, [['scope.type', /^write `organization`$/]]],
  ['a type of scope that is none', `POST ${SPEND}`, { ...SPENT, scope: { type: 'team' } }, [['scope.type', /^give `organization`, `workspace`, `user` or `api_key`$/]]],
  ['a scope without its id', `POST ${SPEND}`, { ...SPENT, scope: { type: 'user', workspace_id: 'bot' } }, [
    ['scope.user_id', /^give a string$/],
    ['scope.workspace_id', /^leave it out$/],
  ]],
  ['less than no cents', `POST ${SPEND}`, { ...SPENT, amount: '-5', scope: { type: 'organization' } }, [['amount', /^give whole cents, 0 or more, such as `"50000"` for 500 US dollars$/]]],
  ['a meter in the singular', `PUT ${LIMITS}/l1`, { meter: 'request' }, [['meter', /^write `requests`$/]]],
  ['a meter that is none', `PUT ${LIMITS}/l1`, { meter: 'speed' }, [['meter', /^give `requests`, `input_tokens`, `output_tokens`, `tokens`, `cost` or `concurrent_requests`$/]]],
  ['a field in short', `PUT ${LIMITS}/l1`, { meter: 'requests', ...MINUTE, scope: 'organization', model: 'x' }, [['model', /^write `model_class`$/]]],
  ['a field that every object has', 'POST /v1/api-keys', { name: 'a', toString: 1 }, [['toString', /^leave it out; the fields here are /]]],
  ['a change that is not wrapped', 'POST /v1/organizations/preview', { changes: [{ type: 'limit_removed', id: 'org-rpm' }] }, [
    ['changes[0].change', /^give an object$/],
    ['changes[0].type', /^put it into the `change`/],
    ['changes[0].id', /^put it into the `change`/],
  ]],
  ['a word as a scope', `PUT ${LIMITS}/l1`, { meter: 'requests', ...MINUTE, scope: 'org' }, [['scope', /^write `"organization"`$/]]],
  ['a list as a scope', `PUT ${LIMITS}/l1`, { meter: 'requests', ...MINUTE, scope: [] }, [['scope', /^give `"organization"`, `\{"project": …\}`, `\{"member": …\}` or `\{"key": …\}`$/]]],
  ['a scope of nothing', `PUT ${LIMITS}/l1`, { meter: 'requests', ...MINUTE, scope: {} }, [['scope', /^give `project`, `member` or `key`$/]]],
  ['cents where dollars belong', `POST ${ASKED}`, { budget: 'org-month', amount: '500', reason: 'launch' }, [
    ['cap_usd', /^give US dollars above 0 as a decimal string, such as `"5.00"`$/],
    ['amount', /^give `cap_usd`, in US dollars and not in cents$/],
  ]],
  ['an amount of no unit', `POST ${ASKED}`, { limit: 'org-rpm', amount: 500, reason: 'launch' }, [
    ['rate', /^give /],
    ['amount', /^give `rate` for a limit, in what it counts, or `cap_usd` for a budget, in US dollars$/],
  ]],
  ['a spend limit by the name of another address', `POST ${ASKED}`, { spend_limit: 'org-month', reason: 'launch' }, [
    ['spend_limit', /^give its id as `budget`, and `cap_usd` in US dollars$/],
    ['body', /^give `limit` or `budget`$/],
  ]],
  ['what came with a key and has an id of its own', 'POST /v1/api-keys/key_normal', { rate_limit: { requests_per_minute: 5 }, monthly_cap_usd: '5' }, [
    ['rate_limit', /^change the limits `<id>-requests` and `<id>-tokens` with `PUT \/v1\/organizations\/limits\/\{id\}`/],
    ['monthly_cap_usd', /^change the budget `<id>-monthly` with `PUT \/v1\/organizations\/budgets\/\{id\}`/],
  ]],
  ['what is no JSON', 'POST /v1/api-keys', '{"name":}', [['body', /^look at line 1, column 9$/]]],
  ['a field twice', 'POST /v1/api-keys', '{"name":"a","name":"b"}', [['name', /^send it once$/]]],
  ['nothing where something must be', 'POST /v1/api-keys', '', [['body', /^it is empty/]]],
  ['a page of another list', 'GET /v1/organizations/rate_limits?page=page_aa_000000', undefined, [['page', /^give the `next_page`/]]],
  ['a query that is not known', 'GET /v1/organizations/members?stats=active', undefined, [['stats', /^write `status`$/]]],
  ['a query where there is none', 'GET /v1/organizations/me?a=1', undefined, [['a', /^leave it out; nothing can be given here$/]]],
];

for (const [name, request, body, problems] of LISTED) {
  test(`every problem is listed, and the first is the message: ${name}`, async () => {
    const { status, text, json } = await ask(gateway, request, { body });
    assert.equal(status, 400, text);
    const { message, details } = json.error;
    assert.deepEqual(details.problems.map((/** @type {{ path: string }} */ { path }) => path), problems.map(([path]) => path), text);
    for (const [index, [, remedy]] of problems.entries()) assert.match(details.problems[index].remedy, remedy);
    assert.equal(typeof details.error_code, 'string');
    assert.ok(message.includes(details.problems[0].remedy), message);
    assert.doesNotMatch(text, /\/\^/, 'no pattern is shown');
  });
}

/** What does not go with what is there. @type {[name: string, request: string, body: unknown, status: number, message: RegExp][]} */
const REFUSED = [
  ['a role that does not exist', 'POST /v1/api-keys', { name: 'a', role: 'two' }, 404, /^role: "two": no role `two`: make it with `PUT \/v1\/organizations\/roles\/two`, or use `admin`, `developer`, `viewer` or `billing`$/],
  ['a role that is nearly there', 'POST /v1/api-keys', { name: 'a', role: 'develper' }, 404, /: write `developer`, or make it with `PUT /],
  ['an owner that does not exist', 'POST /v1/api-keys', { name: 'a', owner: { service_account: 'bots' } }, 404, /^owner.service_account: "bots": no service account `bots`: make it with `PUT \/v1\/organizations\/service_accounts\/bots`$/],
  ['a workspace that does not exist', 'POST /v1/api-keys', { name: 'a', workspace_id: 'shop' }, 404, /^workspace_id: "shop": no project `shop`: name one that `GET \/v1\/organizations\/workspaces` lists$/],
  ['a workspace that a list is narrowed by', 'GET /v1/api-keys?workspace_id=none', undefined, 404, /^workspace_id: no project `none`, or it is not yours to see/],
  ['a user that does not exist', `POST ${SPEND}`, { ...SPENT, scope: { type: 'user', user_id: 'nobody' } }, 404, /^scope.user_id: "nobody": no member `nobody`: name one that `GET \/v1\/organizations\/members` lists$/],
  ['a member of a workspace that does not exist', '/v1/organizations/workspaces/lab/members', { user_id: 'nobody', workspace_role: 'workspace_user' }, 404, /^user_id: "nobody": no member/],
  ['a role in a workspace that does not exist', '/v1/organizations/workspaces/lab/members', { user_id: 'ben', workspace_role: 'none' }, 404, /^workspace_role: "none": no role/],
  ['a model class that does not exist', `PUT ${LIMITS}/l1`, { meter: 'requests', ...MINUTE, scope: 'organization', model_class: 'none' }, 404, /^model_class: "none": no model class `none`: make it with `PUT \/v1\/organizations\/model_classes\/none`$/],
  ['dollars for a limit that counts requests', ASKED, { limit: 'org-rpm', rate: '5', reason: 'launch' }, 400, /^rate: "5": the limit counts `requests`: /],
  ['to take out a role that a member has', `DELETE ${ROLES}/people`, undefined, 409, /^id: "people": it is in use by member `pia`: give that member another role first$/],
  ['to take out a role that a key has', `DELETE ${ROLES}/cutting`, undefined, 409, /^id: "cutting": it is in use by key `key_cut`: give that key another role first$/],
  ['to take out a role that somebody has in a workspace', `DELETE ${ROLES}/staffing`, undefined, 409, /^id: "staffing": it is in use by project `staffed`/],
  ['to take out a model class that a limit is of', 'DELETE /v1/organizations/model_classes/small', undefined, 409, /^id: "small": it is in use by limit `small-rpm`: give that limit another model class first$/],
];

for (const [name, request, body, status, message] of REFUSED) {
  test(`what to do is told in words of this API: ${name}`, async () => {
    const answer = await ask(gateway, request.startsWith('/') ? `POST ${request}` : request, { body });
    assert.equal(answer.status, status, answer.text);
    assert.match(answer.json.error.message, message);
    assert.ok(answer.json.error.details.error_code === 'not_found' || answer.json.error.details.problems.length > 0);
  });
}

/** @type {[name: string, change: object, path: string][]} */
const PREVIEWED = [
  ['a field that is missing', { type: 'limit_removed' }, 'changes[1].change.id'],
  ['a limit that is not there', { type: 'limit_removed', id: 'none' }, 'changes[1].change.id'],
  ['a role that is none', { type: 'member_set', member: { id: 'vera', email: 'vera@acme.example', role: 'none' } }, 'changes[1].change.member.role'],
];

for (const [name, change, path] of PREVIEWED) {
  test(`a preview that is refused names the place in what was sent: ${name}`, async () => {
    const fine = { change: { type: 'limit_removed', id: 'ben-rpm' } };
    const { status, json } = await ask(gateway, 'POST /v1/organizations/preview', { body: { changes: [fine, { change }] } });
    assert.deepEqual([status, json.outcome, json.path ?? json.problems[0].path], [200, 'refused', path], JSON.stringify(json));
    assert.deepEqual(json.problems.map((/** @type {{ path: string }} */ problem) => problem.path), [path]);
  });
}

test('an address with the version twice is told what a base URL is', async () => {
  const { status, json } = await ask(gateway, 'GET /v1/v1/messages');
  assert.deepEqual([status, json.error.message], [404, '`/v1/v1/messages` is not an address of this gateway: the base URL of a client is given without `/v1`']);
});

test('signing out with a key is told that a key has no session', async () => {
  const { status, json } = await ask(gateway, 'DELETE /v1/sessions/current');
  assert.deepEqual([status, json.error.message], [404, 'x-api-key: a key has no session to end: send the cookie of one, or end one by its id']);
});

test('a header that is wrong is told in words', async () => {
  const { status, json } = await ask(gateway, 'PUT /v1/organizations/settings', { body: {}, headers: { 'if-match': 'banana' } });
  assert.equal(status, 400);
  assert.equal(json.error.message, 'if-match: "banana": it is not what belongs there: give the `etag` that was read, in its quotes, such as `"812"`');
});

test('of very many unknown fields some are told, and of long names and values the beginning', async () => {
  const problemsOf = async (/** @type {object} */ body) =>
    (await ask(gateway, 'POST /v1/sessions', { key: null, body })).json.error.details.problems;
  const many = await problemsOf(Object.fromEntries(Array.from({ length: 8_000 }, (_, index) => [`unknown${index}`, 1])));
  assert.ok(many.length > 10 && many.length < 30, `${many.length}`);
  const long = 'long '.repeat(200);
  const [problem] = await problemsOf({ [long]: long, code: 'c' });
  assert.equal(problem.path, long.slice(0, 80));
  assert.equal(problem.value, `"${long.slice(0, 79)}…"`);
});
