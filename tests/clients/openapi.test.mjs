/**
 * The management API does what its description says: thousands of requests, made from `/openapi.json` by `schemathesis`, that fit it and that
 * do not. None may be a 500, none may be answered in another form than the described one, none that fits may be refused for its form.
 *
 * By hand, in this directory, against a gateway that runs:
 * `SCHEMATHESIS_HOOKS=schemathesis_hooks schemathesis run URL/openapi.json --header 'x-api-key: KEY' --checks all`
 */
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { KEYS, managedPolicy } from '../gateway/management.mjs';
import { servingWith } from '../gateway/serving.mjs';
import { scratchDir } from './demo.mjs';
import { python } from './python.mjs';
import { description } from '../../pkg/build/admin_types.mjs';

const CONFIG = fileURLToPath(new URL('schemathesis.toml', import.meta.url));

/** What each object says of its own type is the name of its form, but for a few that have a reason. */
const NAMED_OTHERWISE = new Map([
  // The provider's word, beside ours.
  ['user', ['Member']],
  ['organization_profile', ['Profile']],
  // The same thing, told with more, or less.
  ['api_key', ['ApiKey', 'ApiKeyWithSecret']],
  ['session', ['Session', 'OpenedSession']],
]);

test('every form of the description is named in the singular, word by word', async () => {
  const { components } = await description();
  const names = Object.keys(components.schemas);
  assert.deepEqual(names.filter((name) => !/^(?:[A-Z][a-z]+)+$/.test(name)), []);
  for (const [name, { properties }] of Object.entries(components.schemas)) {
    const type = properties?.type?.const ?? properties?.type?.enum?.[0];
    if (typeof type !== 'string' || type === 'error') continue;
    const inWords = type.split('_').map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
    const names = NAMED_OTHERWISE.get(type) ?? [inWords];
    assert.ok(names.includes(name), `${name} is of the type \`${type}\``);
  }
});

test('every request that the API description allows or forbids is answered as it says', (t) =>
  servingWith({ given: managedPolicy() }, async (gateway) => {
    const header = `x-api-key: ${KEYS.admin.key}`;
    const run = ['run', `${gateway.url}/openapi.json`, '--header', header, '--checks', 'all', '--no-color', '--warnings', 'off'];
    const { failure, stdout, stderr } = await python(['-m', 'schemathesis.cli', '--config-file', CONFIG, ...run], {
      // It leaves notes for a replay where it runs.
      cwd: scratchDir(),
      env: { SCHEMATHESIS_HOOKS: 'schemathesis_hooks', PYTHONPATH: import.meta.dirname },
    });
    assert.equal(failure, null, stdout + stderr);
    const [, selected, all] = /(\d+) selected \/ (\d+) total/.exec(stdout) ?? [];
    assert.ok(selected === all && Number(all) >= 85, stdout);
    const [, cases] = /(\d+) generated/.exec(stdout) ?? [];
    assert.ok(Number(cases) > 4_000, stdout);
    t.diagnostic(`${cases} requests to ${all} endpoints`);
    assert.equal((await gateway.get('/v1/organizations/me', { key: KEYS.admin.key })).status, 200, 'the key was taken to the end');
  }));
