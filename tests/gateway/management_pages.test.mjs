/** Lists of the management plane that go on by `page` and `next_page`: to their end, while what they hold changes, and by no other cursor. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { TestGateway } from './gateway.mjs';
import { KEYS, ask, done, managedPolicy } from './management.mjs';

const each = (/** @type {(index: number) => object} */ make) => Array.from({ length: 9 }, (_, index) => make(index));
const BASE = managedPolicy();
const perMinute = { meter: 'requests', rate: 60, period_ms: 60_000, capacity: 60 };

/** @type {TestGateway} */
let gateway;
before(async () => {
  gateway = await TestGateway.start({
    upstream: 'http://127.0.0.1:1',
    policy: managedPolicy({
      members: [
        ...BASE.members,
        ...each((n) => ({ id: `m${n}`, email: `m${n}@acme.example`, role: 'viewer' })),
        // The last one's address stands within those of all before it.
        ...Array.from({ length: 25 }, (_, n) => ({ id: `n${10 + n}`, email: `${10 + n}.nil@acme.example`, role: 'viewer', status: 'removed' })),
        { id: 'n99', email: 'nil@acme.example', role: 'viewer', status: 'removed' },
      ],
      service_accounts: each((n) => ({ id: `s${n}`, project: n < 6 ? 'bot' : 'lab', role: 'developer' })),
      model_classes: each((n) => ({ id: `c${n}`, models: ['claude-*'] })),
      limits: each((n) => [
        { id: `o${n}`, scope: 'organization', model_class: `c${n}`, ...perMinute },
        { id: `p${n}`, scope: { project: 'bot' }, model_class: `c${n}`, ...perMinute },
      ]).flat(),
      // A page of budgets over all time alone would look like the end of the list.
      budgets: [
        ...each((n) => ({ id: `b${n}`, scope: 'organization', window: n < 6 && n > 1 ? 'total' : 'monthly', cap_usd: '5' })),
        { id: 'each-day', scope: 'organization', window: 'daily', cap_usd: '5' },
      ],
    }),
  });
});
after(() => gateway.stop());

/**
 * Each list, how what it shows is told apart, and how much it holds.
 *
 * @type {[path: string, idOf: (item: any) => string, length: number][]}
 */
const LISTS = [
  ['/v1/organizations/service_accounts', ({ id }) => id, 9],
  ['/v1/organizations/service_accounts?workspace_id=lab', ({ id }) => id, 3],
  ['/v1/organizations/spend_limits', ({ id }) => id, 6],
  ['/v1/organizations/spend_limits/effective', (row) => `${row.actor.user_id} ${row.period}`, 2 * 15],
  ['/v1/organizations/spend_limits/effective?period[]=monthly', (row) => `${row.actor.user_id} ${row.period}`, 15],
  ['/v1/organizations/rate_limits', ({ id }) => id, 9],
  ['/v1/organizations/workspaces/bot/rate_limits', (row) => row.rate_limit_id, 9],
];

/**
 * Walks a list by its own `next_page`, doing something between the pages.
 *
 * @param {string} path @param {number} limit @param {(item: any) => string} idOf @param {(shown: string[]) => Promise<unknown>} [between]
 */
async function walk(path, limit, idOf, between = async () => {}) {
  const shown = [];
  for (let page = null, pages = 0; pages < 100; pages += 1) {
    const query = `limit=${limit}${page === null ? '' : `&page=${page}`}`;
    const answer = await done(gateway, `GET ${path}${path.includes('?') ? '&' : '?'}${query}`);
    assert.deepEqual(Object.keys(answer).sort(), ['data', 'next_page']);
    assert.ok(answer.data.length <= limit, `${answer.data.length} of at most ${limit}`);
    // A client may take an empty page for the last one.
    assert.ok(answer.next_page === null || answer.data.length === limit, 'a page in the middle is full');
    shown.push(...answer.data.map(idOf));
    page = answer.next_page;
    if (page === null) return shown;
    await between(shown);
  }
  throw new Error(`${path} does not end`);
}

for (const [path, idOf, length] of LISTS) {
  test(`${path} is read to its end by pages of any size`, async () => {
    const whole = await walk(path, 1000, idOf);
    assert.equal(whole.length, length);
    assert.deepEqual(whole, [...whole].sort((one, other) => (one < other ? -1 : 1)));
    for (const limit of [1, 2, 5, length]) assert.deepEqual(await walk(path, limit, idOf), whole, `${limit} a page`);
  });
}

test('what comes and goes between two pages neither repeats an item nor hides one', async () => {
  const path = '/v1/organizations/service_accounts';
  const put = (/** @type {string} */ id) =>
    done(gateway, `PUT ${path}/${id}`, { body: { project: 'bot', role: 'viewer' } });
  const before = await walk(path, 1000, ({ id }) => id);
  let count = 0;
  // The first is put in front of what was shown, so that places counted from the start would move.
  const shown = await walk(path, 2, ({ id }) => id, () => put(`a${(count += 1)}`));
  assert.deepEqual(shown, before);
  const budgets = '/v1/organizations/spend_limits';
  const all = await walk(budgets, 1000, ({ id }) => id);
  // The one that the cursor was made of is gone when the cursor is used.
  const left = await walk(budgets, 1, ({ id }) => id, (seen) => done(gateway, `DELETE ${budgets}/${seen.at(-1)}`));
  assert.deepEqual(left, all);
});

test('a cursor that was cut, altered, or made for another list is refused at `page`', async () => {
  const path = '/v1/organizations/service_accounts';
  const first = await done(gateway, `GET ${path}?limit=1`);
  const page = String(first.next_page);
  assert.ok(!page.includes(first.data[0].id), 'a cursor tells nothing');
  const { next_page: other } = await done(gateway, 'GET /v1/organizations/rate_limits?limit=1');
  const last = page.at(-1) === '0' ? '1' : '0';
  const cases = [
    ['another list', other],
    ['another end', page.slice(0, -1) + last],
    ['another place', page.replace(/^page_./, 'page_z')],
    ['a part', page.slice(0, -1)],
    ['more', `${page}0`],
    ['an id', first.data[0].id],
    ['nothing', ''],
    ['no letters', '%00'],
  ];
  for (const [name, given] of cases) {
    const answer = await ask(gateway, `GET ${path}?page=${given}`);
    assert.equal(answer.status, 400, `${name}: ${answer.text}`);
    assert.match(answer.json.error.message, /^page: .*: give the `next_page` of the page before/, name);
    assert.equal(answer.json.error.details.problems[0].path, 'page', name);
  }
  for (const known of ['after_id=s0', 'before_id=s0']) assert.equal((await ask(gateway, `GET ${path}?${known}`)).status, 400);
});

test('a page begins behind what the list has or had, and an id that it never had is refused', async () => {
  const limits = '/v1/organizations/limits';
  const idsOf = async (/** @type {string} */ query) =>
    (await done(gateway, `GET ${limits}?${query}`)).data.map((/** @type {{ id: string }} */ { id }) => id);
  await done(gateway, `PUT ${limits}/o4x`, { body: { scope: 'organization', ...perMinute } });
  await done(gateway, `DELETE ${limits}/o4x`);
  assert.deepEqual(await idsOf('limit=2&after_id=o4x'), ['o5', 'o6']);
  assert.deepEqual(await idsOf('limit=2&before_id=o4x'), ['o3', 'o4']);
  assert.deepEqual(await idsOf('after_id=p8'), [], 'the end');
  // One that a filter hides by now is a place all the same.
  const { data } = await done(gateway, 'GET /v1/organizations/members?status=removed&limit=1&after_id=ada');
  assert.deepEqual(data.map((/** @type {any} */ { id }) => id), ['n10']);
  const lists = ['limits', 'budgets', 'roles', 'model_classes', 'members', 'invites', 'api_keys', 'workspaces', 'increase_requests', 'workspaces/lab/members'];
  for (const list of lists) {
    for (const place of ['after_id', 'before_id']) {
      const answer = await ask(gateway, `GET /v1/organizations/${list}?${place}=zzz`);
      assert.equal(answer.status, 400, `${list} ${place}: ${answer.text}`);
      assert.match(answer.json.error.message, new RegExp(`^${place}: "zzz": it is not on this list: give the`), list);
      assert.equal(answer.json.error.details.problems[0].path, place);
    }
  }
  // What one may not see is told like what was never there.
  const hidden = await ask(gateway, 'GET /v1/api-keys?after_id=key_lab', { key: KEYS.developer.key });
  assert.equal(hidden.status, 400);
  assert.equal((await ask(gateway, 'GET /v1/api-keys?after_id=key_normal', { key: KEYS.developer.key })).status, 200);
});

test('the members of a workspace go on behind one who is not there any more', async () => {
  const path = '/v1/organizations/workspaces/lab/members';
  for (const id of ['m0', 'm1', 'm2', 'm3']) {
    await done(gateway, `POST ${path}`, { body: { user_id: id, workspace_role: 'workspace_user' } });
  }
  const idsOf = async (/** @type {string} */ query) =>
    (await done(gateway, `GET ${path}?${query}`)).data.map((/** @type {{ user_id: string }} */ { user_id }) => user_id);
  assert.deepEqual(await idsOf('limit=2'), ['m0', 'm1']);
  await done(gateway, `DELETE ${path}/m1`);
  assert.deepEqual(await idsOf('limit=2&after_id=m1'), ['m2', 'm3']);
  assert.deepEqual(await idsOf('before_id=m1'), ['m0']);
});

test('a member is found by its address however many addresses have it within them', async () => {
  const { data, has_more } = await done(gateway, 'GET /v1/organizations/members?email=nil@acme.example&status=removed');
  assert.deepEqual(data.map((/** @type {any} */ member) => member.id), ['n99']);
  assert.equal(has_more, false);
});
