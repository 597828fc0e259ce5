/** The audit log, its chain, what never stands in it; and an organization that is exported and restored. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';

import { until } from '../clients/until.mjs';
import { NORMAL, VIEWER, message } from './company.mjs';
import { TestGateway } from './gateway.mjs';
import { KEYS, ask, done, managedPolicy, signedIn } from './management.mjs';
import { servingWith } from './serving.mjs';
import { answer } from './upstream.mjs';

const GIVEN = { given: managedPolicy() };
const LOGS = 'GET /v1/organizations/audit-logs';

/** @param {TestGateway} gateway */
async function lines(gateway) {
  const { status, text, headers } = await ask(gateway, `${LOGS}/export`);
  assert.equal(status, 200);
  assert.equal(headers.get('content-type'), 'application/jsonl');
  return text.trimEnd().split('\n');
}

/** The hash of each entry is of the entry, and names the one before. @param {readonly string[]} entries */
function chainOf(entries) {
  let previous = '0'.repeat(64);
  entries.forEach((line, index) => {
    const entry = JSON.parse(line);
    assert.equal(entry.number, index + 1);
    assert.equal(entry.previous, previous);
    const hashed = line.replace(/,"hash":"[0-9a-f]{64}"\}$/, '}');
    assert.equal(createHash('sha256').update(hashed).digest('hex'), entry.hash);
    previous = entry.hash;
  });
  return previous;
}

test('every change is an entry with who, from where, before and after, and the chain is whole', () =>
  servingWith(GIVEN, async (gateway) => {
    const cookie = await signedIn(gateway, 'ada');
    const headers = { 'cf-connecting-ip': '203.0.113.7' };
    await done(gateway, 'POST /v1/organizations/members/ben', { cookie, headers, body: { name: 'Ben' } });
    const { data, has_more } = await done(gateway, `${LOGS}?limit=1`);
    const [entry] = data;
    assert.deepEqual([entry.type, entry.target, has_more], ['member.updated', { type: 'member', id: 'ben' }, true]);
    assert.deepEqual(entry.actor, { type: 'user_actor', user_id: 'ada', ip_address: '203.0.113.7' });
    assert.deepEqual([entry.before.name, entry.after.name], [null, 'Ben']);
    const forged = { 'cf-connecting-ip': 'Robert"); DROP TABLE audit' };
    await done(gateway, 'POST /v1/organizations/members/ben', { headers: forged, body: { name: 'B' } });
    assert.equal((await done(gateway, `${LOGS}?limit=1`)).data[0].actor.ip_address, null, 'what is no address is none');
    const head = await done(gateway, 'GET /v1/organizations/audit-logs/head');
    const entries = await lines(gateway);
    assert.deepEqual([entries.length, chainOf(entries)], [head.entries, head.hash]);
    await gateway.down('SIGKILL');
    await gateway.up();
    assert.deepEqual(await lines(gateway), entries);
  }));

test('the log is read in pages, and narrowed by who, what, of what and when', () =>
  servingWith(GIVEN, async (gateway) => {
    await done(gateway, 'POST /v1/organizations/members/ben', { body: { name: 'Ben' } });
    const created = await done(gateway, 'POST /v1/api-keys', { key: KEYS.developer.key, body: { name: 'a' } });
    await done(gateway, `POST /v1/api-keys/${created.id}/rotate`, { body: {} });
    await done(gateway, `DELETE /v1/api-keys/${created.id}`, { body: undefined });
    const types = async (/** @type {string} */ query) =>
      (await done(gateway, `${LOGS}?${query}`)).data.map((/** @type {{ type: string }} */ { type }) => type);
    assert.deepEqual(await types(`target_type=key&target_id=${created.id}`), [
      'key.revoked',
      'key.rotated',
      'key.created',
    ]);
    assert.deepEqual(await types('actor_type=key&actor_id=manage_developer'), ['key.created']);
    assert.deepEqual(await types('action=member.updated'), ['member.updated']);
    assert.deepEqual(await types('starting_at=2999-01-01T00:00:00Z'), []);
    assert.deepEqual(await types('ending_at=2001-01-01T00:00:00Z'), []);
    const first = await done(gateway, `${LOGS}?limit=2`);
    const second = await done(gateway, `${LOGS}?limit=2&after_id=${first.last_id}`);
    const back = await done(gateway, `${LOGS}?limit=2&before_id=${second.first_id}`);
    assert.deepEqual(back.data, first.data);
    assert.equal(Number(second.first_id), Number(first.last_id) - 1);
    const rows = (await lines(gateway)).length;
    const narrowed = await ask(gateway, `${LOGS}/export?action=member.updated`);
    assert.equal(narrowed.text.trimEnd().split('\n').length, 1);
    assert.equal((await types('limit=1000')).length, rows);
  }));

test('the words that narrow the log are those of an entry and those of the API, and any other is refused with the ones that are known', () =>
  servingWith(GIVEN, async (gateway) => {
    const created = await done(gateway, 'POST /v1/api-keys', { key: KEYS.developer.key, body: { name: 'a' } });
    const cookie = await signedIn(gateway, 'ada');
    await done(gateway, 'POST /v1/organizations/workspaces/lab/archive', { cookie });
    const ids = async (/** @type {string} */ query) =>
      (await done(gateway, `${LOGS}?limit=1000&${query}`)).data.map((/** @type {{ id: string }} */ { id }) => id);
    for (const [ours, ...others] of [
      ['target_type=project', 'target_type=workspace'],
      ['target_type=key', 'target_type=api_key'],
      ['target_type=member', 'target_type=user'],
      ['actor_type=key', 'actor_type=api_key', 'actor_type=api_key_actor'],
      ['actor_type=member', 'actor_type=user', 'actor_type=user_actor'],
      ['action=project.archived', 'action=workspace.archived'],
      ['action=key.created', 'action=api_key.created'],
    ]) {
      const found = await ids(String(ours));
      assert.ok(found.length > 0, ours);
      for (const other of others) assert.deepEqual(await ids(other), found, other);
    }
    assert.deepEqual(await ids('actor_type=service_account_actor'), []);
    assert.ok((await ids(`target_type=api_key&target_id=${created.id}`)).length === 1);
    for (const [wrong, known] of [
      ['target_type=workspaces', '`workspace`'],
      ['target_type=', '`key`'],
      ['actor_type=system', '`api_key_actor`'],
      ['action=project.deleted', '`project.created`'],
      ['action=nothing', 'that the API description lists'],
      ['action=created', 'that the API description lists'],
    ]) {
      for (const list of [LOGS, `${LOGS}/export`]) {
        const answer = await ask(gateway, `${list}?${wrong}`);
        assert.equal(answer.status, 400, wrong);
        assert.ok(answer.json.error.details.problems[0].remedy.includes(known), `${wrong}: ${answer.text}`);
      }
    }
    const described = await done(gateway, 'GET /openapi.json');
    const action = described.paths['/v1/organizations/audit-logs'].get.parameters.find((/** @type {any} */ { name }) => name === 'action');
    const every = new Set((await lines(gateway)).map((line) => JSON.parse(line).action));
    for (const known of every) assert.ok(action.schema.enum.includes(known), known);
  }));

test('the id of an entry that is not there yet begins no page, and ends none', () =>
  servingWith(GIVEN, async (gateway) => {
    const { entries } = await done(gateway, `${LOGS}/head`);
    for (const place of ['after_id', 'before_id']) {
      const { data } = await done(gateway, `${LOGS}?${place}=${entries}`);
      assert.equal(data.length, place === 'after_id' ? 20 : 0);
      for (const number of [entries + 1, 99_999_999]) {
        const answer = await ask(gateway, `${LOGS}?${place}=${number}`);
        assert.equal(answer.status, 400, `${place}=${number}`);
        assert.match(answer.json.error.message, new RegExp(`^${place}: "${number}": it is not on this list: give`));
        assert.equal(answer.json.error.details.problems[0].path, place);
      }
    }
  }));

test('a long audit log is downloaded whole', () =>
  servingWith({ given: managedPolicy({ model_classes: [], members: manyMembers(1_200) }) }, async (gateway) => {
    const entries = await lines(gateway);
    assert.ok(entries.length > 1_200);
    chainOf(entries);
  }));

/** @param {number} count */
function manyMembers(count) {
  const many = Array.from({ length: count }, (_, at) => ({
    id: `m-${at}`,
    email: `m-${at}@acme.example`,
    role: 'viewer',
  }));
  return [...managedPolicy().members, ...many];
}

test('the first denial of a key that calls models is recorded before it is told, and what follows once a minute, as a count', () =>
  servingWith(GIVEN, async (gateway) => {
    const denied = async () => (await gateway.post(message(), { key: VIEWER.key })).text();
    const counts = async () => {
      const { data } = await done(gateway, `${LOGS}?action=denial.recorded`);
      return data.map((/** @type {any} */ { actor, after }) => [actor.api_key_id, after.action, after.reason, after.count]);
    };
    const kind = ['key_viewer', 'messages.create', 'forbidden_action'];
    // By a clock that is ahead, no alarm rings meanwhile: what is recorded, the request itself recorded.
    await gateway.operator('sabotage', { clock_ahead_ms: 600_000 });
    await denied();
    assert.deepEqual(await counts(), [[...kind, 1]]);
    for (let i = 0; i < 5; i += 1) await denied();
    assert.deepEqual(await counts(), [[...kind, 1]], 'a flood does not fill the log');
    await gateway.operator('sabotage', { clock_ahead_ms: 661_000 });
    await denied();
    assert.deepEqual(await counts(), [[...kind, 6], [...kind, 1]]);
  }));

test('a clock that steps back between two denials keeps nobody from being told why', () =>
  servingWith(GIVEN, async (gateway) => {
    const denied = async () => (await gateway.post(message(), { key: VIEWER.key })).status;
    assert.equal(await denied(), 403);
    await gateway.operator('sabotage', { clock_ahead_ms: 20_000 });
    assert.equal(await denied(), 403);
    await gateway.operator('sabotage', { clock_ahead_ms: 10_000 });
    assert.equal(await denied(), 403);
    await gateway.operator('sabotage', { clock_ahead_ms: 90_000 });
    await ask(gateway, 'POST /v1/api-keys', { key: KEYS.viewer.key, body: { name: 'no' } });
    const { data } = await done(gateway, `${LOGS}?action=denial.recorded`);
    const told = data.map((/** @type {any} */ { actor, after }) => [actor.api_key_id, after.count]);
    assert.deepEqual(told, [['manage_viewer', 1], ['key_viewer', 2], ['key_viewer', 1]]);
    assert.equal(await denied(), 403);
  }));

test('nobody has to ask: the alarm records what was denied again a minute later', () =>
  servingWith(GIVEN, async (gateway) => {
    // A clock that is a minute late has the alarm ring at once, and hears of it when it is right again.
    await gateway.operator('sabotage', { clock_ahead_ms: -61_000 });
    for (let i = 0; i < 3; i += 1) await (await gateway.post(message(), { key: VIEWER.key })).text();
    await gateway.operator('sabotage', { clock_ahead_ms: 0 });
    const entries = await until('the denials are recorded', async () => {
      const { data } = await done(gateway, `${LOGS}?action=denial.recorded`);
      return data.length > 1 && data;
    });
    const told = entries.map((/** @type {any} */ { actor, after }) => [actor.api_key_id, after.count]);
    assert.deepEqual(told, [['key_viewer', 2], ['key_viewer', 1]]);
  }));

test('no secret is ever in the audit log, the log, the export, an answer, or what is logged', () =>
  servingWith(GIVEN, async (gateway) => {
    const created = await done(gateway, 'POST /v1/api-keys', { body: { name: 'a' } });
    const rotated = await done(gateway, `POST /v1/api-keys/${created.id}/rotate`, { body: {} });
    const invited = await done(gateway, 'POST /v1/organizations/invites', {
      body: { email: 'n@acme.example', role: 'viewer' },
    });
    const { code } = await done(gateway, 'POST /v1/organizations/sign_in_codes', { body: { member_id: 'ben' } });
    const cookie = await signedIn(gateway, 'ben');
    await ask(gateway, 'POST /v1/sessions', { key: null, body: { code: `${code}x` } });
    await ask(gateway, 'POST /v1/api-keys', { key: `${created.key}x`, body: { name: 'x' } });
    await ask(gateway, 'POST /v1/organizations/members/none', { cookie, body: { name: 'x' } });
    await gateway.operator('sabotage', { panic: true });
    assert.equal((await ask(gateway, 'POST /v1/organizations/members/ben', { body: { name: 'x' } })).status, 503);
    const secrets = [
      created.key,
      rotated.key,
      invited.code,
      code,
      cookie.split('=')[1] ?? '',
      KEYS.admin.key,
      NORMAL.key,
    ];
    const lists = ['members', 'users', 'invites', 'api_keys', 'sessions', 'audit-logs', 'audit-logs/export', 'export'];
    const answers = await Promise.all(lists.map((list) => ask(gateway, `GET /v1/organizations/${list}`)));
    const texts = [
      ...answers.map(({ status, text }) => {
        assert.equal(status, 200);
        return text;
      }),
      JSON.stringify(await gateway.events()),
      JSON.stringify(await gateway.operator('sabotage', { log: true })),
      JSON.stringify(await gateway.operator('sabotage', { sql: 'SELECT * FROM session' })),
      JSON.stringify(await gateway.operator('sabotage', { sql: 'SELECT * FROM audit' })),
    ];
    for (const text of texts) for (const secret of secrets) assert.ok(!text.includes(secret));
    for (const { text } of answers.slice(0, 6)) assert.doesNotMatch(text, /sha256/);
  }));

test('an export restores the same balances, holds, keys and audit head where nothing has begun, and nowhere else', () =>
  servingWith({ ...GIVEN, vars: { SNAPSHOT_EVERY: '40' } }, async (gateway, upstream) => {
    upstream.scripts.push(answer(), answer(), () => undefined);
    for (let i = 0; i < 2; i += 1) await (await gateway.post(message())).text();
    const created = await done(gateway, 'POST /v1/api-keys', { body: { name: 'kept' } });
    for (let i = 0; i < 15; i += 1)
      await done(gateway, 'POST /v1/organizations/members/ben', { body: { name: `Ben ${i}` } });
    const hanging = new AbortController();
    const open = gateway.post(message(), { signal: hanging.signal }).catch(() => undefined);
    await until('a request is open', async () => (await gateway.balances()).held_usd !== '0');
    const document = await done(gateway, 'GET /v1/organizations/export');
    assert.deepEqual([document.format, document.organization], ['tollgate-export-2', 'acme']);
    assert.ok(document.snapshot_seq > 0 && document.log.length > 0, 'a snapshot and a tail');
    const told = async (/** @type {TestGateway} */ of) => ({
      balances: await of.operator('query', { type: 'balances' }),
      head: await done(of, 'GET /v1/organizations/audit-logs/head'),
      keys: (await done(of, 'GET /v1/api-keys?limit=1000')).data,
      seq: (await of.operator('events', { after: 0, limit: 1 })).last_seq,
    });
    const before = await told(gateway);
    const elsewhere = await TestGateway.start({
      upstream: upstream.url,
      policy: { schema_version: 1, organization: { id: 'none' } },
    });
    try {
      /** @type {[name: string, wrong: object, path: string][]} */
      const wrongs = [
        ['another organization', { ...document, organization: 'other' }, 'digest'],
        ['an entry that was altered', { ...document, audit: altered(document.audit) }, 'audit[3]'],
        ['an entry that is missing', { ...document, audit: document.audit.slice(0, -1) }, 'audit_head'],
        ['an event that is missing', { ...document, log: document.log.slice(1) }, 'log[0].seq'],
        ['another document', { format: 'other' }, 'format'],
        ['a snapshot that is cut', { ...document, snapshot: document.snapshot.slice(0, 40) }, ''],
      ];
      for (const [name, wrong, path] of wrongs) {
        await assert.rejects(
          elsewhere.operator('restore', wrong),
          (/** @type {any} */ error) => {
            if (path !== '') assert.equal(error.answer.error.path, path, name);
            return true;
          },
          name,
        );
        assert.equal((await ask(elsewhere, 'GET /v1/organizations/me')).status, 401, `${name}: nothing was begun`);
      }
      assert.equal((await elsewhere.operator('restore', document)).seq, before.seq);
      assert.deepEqual(await told(elsewhere), before);
      const sent = await elsewhere.post(message(), { key: created.key });
      assert.equal(sent.status, 200);
      await sent.text();
      await elsewhere.down('SIGKILL');
      await elsewhere.up();
      assert.equal((await done(elsewhere, 'GET /v1/organizations/audit-logs/head')).hash, before.head.hash);
      chainOf(await lines(elsewhere));
      await assert.rejects(elsewhere.operator('restore', document), /not_empty/);
      const operators = await fetch(`${elsewhere.url}/operator/acme/restore`, { method: 'POST', body: '{}' });
      assert.equal(operators.status, 401, 'the operator only');
      const { exported_at: _exported, digest: _digest, ...byOperator } = await gateway.operator('export', {});
      const { exported_at: _before, digest: _its, ...byAdmin } = document;
      assert.equal(
        JSON.stringify(byOperator) === JSON.stringify(byAdmin),
        true,
        'the operator takes the same document',
      );
    } finally {
      await elsewhere.stop();
      hanging.abort();
      await open;
    }
  }));

/** @param {any[]} entries */
function altered(entries) {
  return entries.map((entry, at) => (at === 3 ? { ...entry, at_ms: entry.at_ms + 1 } : entry));
}
