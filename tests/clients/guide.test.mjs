/**
 * The samples of the guide to company accounts, in `guide/` as they stand there: executed with the gateway's address in place of the
 * provider's, a key and an id of ours, and an e-mail address where the page hides its own. Two lines that lost the sign before a comment
 * have it again.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Tollgate } from 'tollgate/admin';
import { message } from '../gateway/company.mjs';
import { KEYS, managedPolicy } from '../gateway/management.mjs';
import { servingWith } from '../gateway/serving.mjs';
import { python } from './python.mjs';

const GIVEN = { given: managedPolicy() };

/** @param {import('../gateway/gateway.mjs').TestGateway} gateway */
function clientOf(gateway) {
  return new Tollgate({ apiKey: KEYS.admin.key, baseURL: gateway.url });
}

/** A sample with what is the reader's own filled in. @param {string} name @param {string} url @param {Record<string, string>} [own] */
function sample(name, url, own = {}) {
  const filled = { 'https://api.anthropic.com': url, 'YOUR_ADMIN_API_KEY': KEYS.admin.key, 'YOUR_ADMIN_KEY': KEYS.admin.key, ...own };
  const text = readFileSync(new URL(`guide/${name}`, import.meta.url), 'utf8');
  return Object.entries(filled).reduce((filling, [from, to]) => filling.replaceAll(from, to), text);
}

/** @param {string} program @param {string[]} args @param {NodeJS.ProcessEnv} [env] @returns {Promise<string>} */
function outputOf(program, args, env = {}) {
  const options = { env: { ...process.env, ...env }, cwd: import.meta.dirname };
  return new Promise((resolve, reject) => {
    execFile(program, args, options, (error, stdout, stderr) => (error === null ? resolve(stdout) : reject(new Error(stderr))));
  });
}

test('POST /v1/organizations/members invites a member (Python requests)', () =>
  servingWith(GIVEN, async (gateway) => {
    const { failure, stdout, stderr } = await python(['-c', sample('invite_member.py', gateway.url, { '[email protected]': 'dana@acme.example' })]);
    assert.equal(failure, null, stderr);
    assert.equal(stdout, 'Team member invited successfully\n');
    const { data } = await clientOf(gateway).invites.list();
    assert.deepEqual(data.map(({ email, role, status }) => [email, role, status]), [['dana@acme.example', 'developer', 'pending']]);
  }));

test('DELETE and POST /v1/api-keys revoke a key and make another (Python requests)', () =>
  servingWith(GIVEN, async (gateway) => {
    const status = async (/** @type {string} */ key) => {
      const response = await gateway.post(message(), { key });
      await response.text();
      return response.status;
    };
    assert.equal(await status(KEYS.caller.key), 200);
    const { failure, stdout, stderr } = await python(['-c', sample('rotate_key.py', gateway.url, { OLD_KEY_ID: 'key_normal' })]);
    assert.equal(failure, null, stderr);
    const [, key = ''] = /^New key: (\S+)\n$/.exec(stdout) ?? [];
    assert.deepEqual([await status(KEYS.caller.key), await status(key)], [401, 200]);
    const { data } = await clientOf(gateway).apiKeys.list({ search: 'backend-service-key-v2' });
    assert.deepEqual(data.map(({ role }) => role), ['developer']);
  }));

test('admin.apiKeys.create makes a key with its rate limit (TypeScript, with tollgate/admin in place of the SDK)', () =>
  servingWith(GIVEN, async (gateway) => {
    // It has no types of its own, so that it runs as it is.
    const source = sample('create_key.ts', gateway.url, { '@anthropic-ai/sdk': 'tollgate/admin' });
    const env = { TOLLGATE_BASE_URL: gateway.url };
    const said = await outputOf(process.execPath, ['--input-type=module', '--eval', source], env);
    const [, id = ''] = /^New API key: (\S+)\n$/.exec(said) ?? [];
    const admin = clientOf(gateway);
    const { name, role } = await admin.apiKeys.retrieve(id);
    assert.deepEqual([name, role], ['backend-service-key', 'developer']);
    const limits = [await admin.limits.retrieve(`${id}-requests`), await admin.limits.retrieve(`${id}-tokens`)];
    assert.deepEqual(limits.map(({ scope, rate, period_ms }) => [scope, rate, period_ms]), [
      [{ key: id }, 100, 60_000],
      [{ key: id }, 100_000, 60_000],
    ]);
  }));

test('GET /v1/organizations/audit-logs tells who created and revoked keys, and when (curl)', () =>
  servingWith(GIVEN, async (gateway) => {
    const admin = clientOf(gateway);
    const { id } = await admin.apiKeys.create({ name: 'short-lived' });
    await admin.apiKeys.revoke(id);
    const said = await outputOf('sh', ['-c', sample('audit_logs.sh', gateway.url)]);
    /** @type {import('tollgate/admin').Answer<'GET /v1/organizations/audit-logs'>} */
    const { data } = JSON.parse(said);
    const key = data.filter(({ target }) => target?.type === 'key' && target.id === id);
    assert.deepEqual(key.map(({ type }) => type), ['key.revoked', 'key.created']);
    for (const { actor, created_at } of key) {
      assert.deepEqual([actor.type, 'api_key_id' in actor && actor.api_key_id], ['api_key_actor', 'manage_admin']);
      assert.ok(Date.parse(created_at) <= Date.now());
    }
    assert.ok(data.length <= 50);
  }));
