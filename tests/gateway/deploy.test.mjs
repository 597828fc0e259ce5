/** What production takes: the worker passes wrangler, and the plugin mounts in a worker that is there already. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { Hono } from 'hono';
import { OrganizationDoor, OrganizationUnavailable, createGateway } from 'tollgate/edge';

import { NORMAL, ORGANIZATION, message } from './company.mjs';

const WORKER = fileURLToPath(new URL('../../examples/worker/', import.meta.url));

test('wrangler would deploy the worker', { timeout: 120_000 }, async () => {
  const outDir = await mkdtemp(join(tmpdir(), 'tollgate-deploy-'));
  try {
    const wrangler = join(WORKER, 'node_modules/wrangler/bin/wrangler.js');
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [wrangler, 'deploy', '--dry-run', '--outdir', outDir],
      {
        cwd: WORKER,
        env: {
          ...process.env,
          CI: '1',
          WRANGLER_SEND_METRICS: 'false',
          CLOUDFLARE_CF_FETCH_ENABLED: 'false',
          WRANGLER_LOG_PATH: join(outDir, 'log'),
        },
      },
    );
    assert.match(stdout, /env\.ORGANIZATIONS \(OrganizationObject\)/);
    const files = await readdir(outDir);
    assert.ok(files.includes('index.js'));
    const wasm = files.find((name) => name.endsWith('.wasm')) ?? '';
    assert.deepEqual((await readFile(join(outDir, wasm))).subarray(0, 4), Buffer.from('\0asm'));
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
});

/** An organization that was never asked would fail the test; this one denies all. */
const organizations = {
  idFromName: (/** @type {string} */ name) => name,
  get: (/** @type {{ toString(): string }} */ id) => ({
    fetch: async () => assert.fail('it was asked by a request'),
    ask: async (/** @type {string} */ organization, /** @type {string} */ verb) => {
      assert.deepEqual([organization, verb], [String(id), 'decide']);
      return decided({
        type: 'deny',
        gate: 'authorize',
        reason: 'forbidden_model',
        spending: false,
        retry: { type: 'never' },
        violated: [],
      });
    },
  }),
};
/** @param {object} decision */
const decided = (decision) => JSON.stringify({ status: 200, answer: { decision, headroom: null } });
const settings = { upstream: { baseUrl: 'https://upstream.example/', apiKey: 'k' }, organizations };
const lifetime = () => ({ waitUntil: () => undefined, passThroughOnException: () => undefined, props: {} });

const call = () =>
  new Request('https://gateway.example/v1/messages', {
    method: 'POST',
    headers: { 'x-api-key': NORMAL.key },
    body: JSON.stringify(message()),
  });

test('mounted in a hono app that has routes of its own', async () => {
  const app = new Hono();
  app.get('/', (c) => c.text('at home'));
  app.route('/', createGateway(settings));
  app.notFound((c) => c.text("the app's own 404", 404));
  assert.equal(await (await app.fetch(new Request('https://gateway.example/'), {}, lifetime())).text(), 'at home');
  assert.equal((await app.fetch(call(), {}, lifetime())).status, 403);
  assert.equal(
    await (await app.fetch(new Request('https://gateway.example/x'), {}, lifetime())).text(),
    "the app's own 404",
  );
});

test('mounted below a path', async () => {
  const app = new Hono();
  app.route('/llm', createGateway(settings));
  const request = new Request('https://gateway.example/llm/v1/messages', call());
  assert.equal((await app.fetch(request, {}, lifetime())).status, 403);
});

test('called by a plain fetch handler, with settings from its bindings', async () => {
  const gateway = createGateway((/** @type {{ KEY: string }} */ env) => ({
    ...settings,
    upstream: { ...settings.upstream, apiKey: env.KEY },
  }));
  const worker = {
    fetch: (
      /** @type {Request} */ request,
      /** @type {{ KEY: string }} */ env,
      /** @type {ReturnType<typeof lifetime>} */ ctx,
    ) =>
      new URL(request.url).pathname.startsWith('/v1/') ? gateway.fetch(request, env, ctx) : new Response('at home'),
  };
  assert.equal((await worker.fetch(call(), { KEY: 'k' }, lifetime())).status, 403);
  assert.equal(
    await (await worker.fetch(new Request('https://gateway.example/'), { KEY: 'k' }, lifetime())).text(),
    'at home',
  );
});

test('a gateway whose settings are wrong fails closed, and says so to its operator only', async (t) => {
  const told = t.mock.method(console, 'error', () => undefined);
  const gateway = createGateway(() => ({ ...settings, upstream: { baseUrl: 'nonsense', apiKey: 'k' } }));
  const response = await gateway.fetch(call(), {}, lifetime());
  assert.equal(response.status, 500);
  assert.doesNotMatch(await response.text(), /nonsense/);
  assert.match(String(told.mock.calls[0]?.arguments[0]), /`upstream\.baseUrl` is `nonsense`/);
});

test('a body that is longer than it says, as a host in front may make it, is refused by its length', async () => {
  const gateway = createGateway({ ...settings, maxBodyBytes: 50 });
  const long = call();
  long.headers.set('content-length', '10');
  assert.ok((await long.clone().text()).length > 50);
  assert.equal((await gateway.fetch(long, {}, lifetime())).status, 413);
});

test('an admission that was answered before is not sent again', async (t) => {
  const sent = t.mock.method(globalThis, 'fetch', async () => new Response());
  const stub = {
    ...organizations.get(ORGANIZATION),
    ask: async () =>
      decided({ type: 'allow', reservation: 'r', hold_usd: '1', deadline_ms: 0, shadow_violated: [], replayed: true }),
  };
  const gateway = createGateway({ ...settings, organizations: { ...organizations, get: () => stub } });
  assert.equal((await gateway.fetch(call(), {}, lifetime())).status, 503);
  assert.equal(sent.mock.callCount(), 0);
});

/** @param {OrganizationDoor} door @param {Parameters<OrganizationDoor['manage']>[0]['ask']} ask */
const manage = (door, ask) => door.manage({ caller: { secret_sha256: '0'.repeat(64) }, source: null, action: null, ask });

/** @param {OrganizationDoor} door @param {number} limit */
const page = (door, limit) =>
  door.page({ caller: { secret_sha256: '0'.repeat(64) }, source: null, action: null, ask: { type: 'page', of: 'api_keys', limit } });

test('what may be longer than a method takes comes by a request', async () => {
  const actor = { member: 'ada' };
  /** @type {[what: string, ask: (door: OrganizationDoor) => Promise<unknown>, by: 'ask' | 'fetch'][]} */
  const cases = [
    ['a settlement', (door) => door.submit({ type: 'void', reservation: 'r' }), 'ask'],
    ['a query', (door) => door.query({ type: 'balances' }), 'ask'],
    ['a small policy', (door) => door.submit({ type: 'update_policy', actor, policy: {} }), 'ask'],
    ['a large one', (door) => door.submit({ type: 'update_policy', actor, policy: { x: 'é'.repeat(5_000_000) } }), 'fetch'],
    ['a preview, which answers with all its events', (door) => door.preview({ type: 'expire' }), 'fetch'],
    ['events, of any size', (door) => door.events({ after: 0, limit: 1000 }), 'fetch'],
    ['a whole organization', (door) => door.export(), 'fetch'],
    ['who asks', (door) => manage(door, { type: 'whoami' }), 'ask'],
    ['a page of a list', (door) => manage(door, { type: 'list', of: 'keys', limit: 20 }), 'ask'],
    ['a long page of a list', (door) => manage(door, { type: 'list', of: 'keys', limit: 1000 }), 'fetch'],
    ['a page that is passed on', (door) => page(door, 20), 'ask'],
    ['a long one', (door) => page(door, 1000), 'fetch'],
    ['a page of the audit log', (door) => manage(door, { type: 'audit', filter: { limit: 20 } }), 'fetch'],
    ['a preview of changes', (door) => manage(door, { type: 'preview', changes: [] }), 'fetch'],
    ['an export by a caller', (door) => manage(door, { type: 'export' }), 'fetch'],
  ];
  for (const [what, ask, by] of cases) {
    /** @type {string[]} */
    const used = [];
    const stub = {
      fetch: async () => (used.push('fetch'), Response.json({ before: '{"seq":1}', audit: '[]' })),
      ask: async () => (used.push('ask'), '{"status":200,"answer":{}}'),
    };
    await ask(new OrganizationDoor({ ...organizations, get: () => stub }, ORGANIZATION));
    assert.deepEqual(used, [by], what);
  }
});

test('a page that breaks off is no page', async () => {
  const broken = () =>
    new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"data":['));
      },
      pull(controller) {
        controller.error(new Error('the object was reset'));
      },
    });
  const stub = { fetch: async () => new Response(broken()) };
  const door = new OrganizationDoor({ ...organizations, get: () => stub }, ORGANIZATION);
  await assert.rejects(page(door, 1000), OrganizationUnavailable);
});

test('a host that counts exactly is believed', async () => {
  /** @type {{ request: { input: object } }[]} */
  const commands = [];
  const counting = {
    ...settings,
    countInputTokens: async (/** @type {Uint8Array} */ body) => body.length - 1,
    organizations: {
      ...organizations,
      get: (/** @type {{ toString(): string }} */ id) => ({
        ...organizations.get(id),
        ask: async (/** @type {[organization: string, verb: string, body: string]} */ ...asked) => {
          commands.push(JSON.parse(asked[2]));
          return organizations.get(id).ask(asked[0], asked[1]);
        },
      }),
    },
  };
  assert.equal((await createGateway(counting).fetch(call(), {}, lifetime())).status, 403);
  assert.deepEqual(
    commands.map(({ request }) => request.input),
    [{ tokens: JSON.stringify(message()).length - 1 }],
  );
});

/** @type {[name: string, wrong: object, message: RegExp][]} */
const WRONG = [
  ['no key', { upstream: { baseUrl: 'https://a.example', apiKey: '' } }, /`upstream\.apiKey` is missing/],
  ['a key of two lines', { upstream: { baseUrl: 'https://a.example', apiKey: 'k\nk' } }, /^TypeError: `upstream\.apiKey` is no key that a header can carry/],
  ['a key that is not ASCII', { upstream: { baseUrl: 'https://a.example', apiKey: 'ключ' } }, /`upstream\.apiKey` is no key/],
  ['no address', { upstream: { apiKey: 'k' } }, /`upstream\.baseUrl`/],
  ['another scheme', { upstream: { baseUrl: 'ftp://a.example', apiKey: 'k' } }, /`upstream\.baseUrl`/],
  ['no objects', { organizations: undefined }, /`organizations`/],
  ['a time of nothing', { drainMs: 0 }, /`drainMs` is `0`/],
  ['a size that is none', { maxBodyBytes: Number.NaN }, /`maxBodyBytes` is `NaN`/],
  ['an unknown way to leave', { onDisconnect: 'linger' }, /`onDisconnect` is `linger`/],
];

for (const [name, wrong, expected] of WRONG) {
  test(`settings: ${name}`, () => {
    assert.throws(() => createGateway(/** @type {never} */ ({ ...settings, ...wrong })), expected);
  });
}
