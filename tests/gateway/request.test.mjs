/** What each part of a body does to the bound, as a table; and what is refused because it could do anything. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readMessageRequest } from '../../pkg/dist/edge/message_request.js';

/** @typedef {import('../../pkg/dist/edge/api_error.js').ApiError} ApiError */

/** @typedef {import('../../pkg/dist/edge/message_request.js').BoundSettings} Settings */

/** @type {Settings} */
const SETTINGS = { defaultInferenceGeo: 'global', serverToolIterations: null, codeExecutionMs: null };

const PLAIN = {
  max_tokens: 100,
  images: 0,
  tools: false,
  cache_write: 'none',
  web_searches: 0,
  external_input: false,
  iterations: 1,
  speed: 'standard',
  inference_geo: 'global',
  service_tier: 'standard',
  code_execution_ms: 0,
};

/** @param {unknown} body */
const bytes = (body) => new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body));

/** @param {Record<string, unknown>} more */
const body = (more) => ({
  model: 'claude-haiku-4-5',
  max_tokens: 100,
  messages: [{ role: 'user', content: 'hi' }],
  ...more,
});

/** @param {unknown[]} content */
const saying = (...content) => ({ messages: [{ role: 'user', content }] });

/** @param {Record<string, unknown>} more @param {Partial<Settings>} [settings] */
function boundOf(more, settings = {}) {
  const given = bytes(body(more));
  const { maxTokens, bound } = readMessageRequest(given, { ...SETTINGS, ...settings }, { counting: false });
  const { input, ...rest } = bound.toRequest(maxTokens, { bodyBytes: given.length });
  assert.ok('bytes' in input);
  return { extra: input.bytes - given.length, rest };
}

const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } };
const search = { type: 'web_search_20250305', name: 'web_search' };
const fetch = { type: 'web_fetch_20250910', name: 'web_fetch' };
const custom = {
  name: 'f',
  input_schema: { type: 'object', properties: { type: { type: 'image' }, cache_control: {} } },
};
const unbounded = { external_input: true, iterations: null };
const window = { external_input: true, iterations: 1 };

/** @type {[name: string, body: Record<string, unknown>, changed: Record<string, unknown>, extraTokens?: number][]} */
const BOUNDS = [
  ['a plain request', {}, {}],
  [
    'fields that change no price',
    {
      metadata: { user_id: 'u' },
      stop_sequences: ['x'],
      temperature: 0.5,
      top_k: 1,
      top_p: 1,
      thinking: { type: 'enabled', budget_tokens: 1024 },
      tool_choice: { type: 'auto' },
      diagnostics: { previous_message_id: 'm' },
      stream: true,
    },
    {},
  ],
  [
    'null is absent',
    {
      speed: null,
      inference_geo: null,
      container: null,
      tools: null,
      mcp_servers: null,
      cache_control: null,
      context_management: null,
    },
    {},
  ],
  ['no output at all', { max_tokens: 0 }, { max_tokens: 1 }],
  ['much output', { max_tokens: 128_000 }, { max_tokens: 128_000 }],
  ['fast', { speed: 'fast' }, { speed: 'fast' }],
  ['a place', { inference_geo: 'us' }, { inference_geo: 'us' }],
  ['a service tier', { service_tier: 'auto' }, {}],
  ['text blocks', saying({ type: 'text', text: 'a' }, { type: 'text', text: 'b' }), {}],
  [
    'the system prompt',
    { system: [{ type: 'text', text: 'a', cache_control: { type: 'ephemeral' } }] },
    { cache_write: '5m' },
  ],
  ['one image', saying(image), { images: 1 }],
  [
    'images, also inside a tool result',
    saying(image, { type: 'tool_result', tool_use_id: 't', content: [image, image] }),
    { images: 3 },
  ],
  [
    'images inside a document',
    saying({ type: 'document', source: { type: 'content', content: [image] } }),
    { images: 1 },
  ],
  [
    'an image behind an address',
    saying({ type: 'image', source: { type: 'url', url: 'https://x.example/' } }),
    { images: 1, ...window },
  ],
  ['an uploaded image', saying({ type: 'image', source: { type: 'file', file_id: 'f' } }), { images: 1, ...window }],
  ['a text document', saying({ type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'x' } }), {}],
  [
    'a text document with citations',
    saying({
      type: 'document',
      citations: { enabled: true },
      source: { type: 'text', media_type: 'text/plain', data: 'x' },
    }),
    window,
  ],
  ['a pdf', saying({ type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'x' } }), window],
  [
    'a document behind an address',
    saying({ type: 'document', source: { type: 'url', url: 'https://x.example/' } }),
    window,
  ],
  ['an uploaded document', saying({ type: 'document', source: { type: 'file', file_id: 'f' } }), window],
  [
    'a search result',
    saying({ type: 'search_result', source: 's', title: 't', content: [{ type: 'text', text: 'x' }] }),
    {},
  ],
  [
    'a search result with citations',
    saying({ type: 'search_result', source: 's', title: 't', citations: { enabled: true }, content: [] }),
    { tools: true },
  ],
  [
    'a tool call of before',
    saying({
      type: 'tool_use',
      id: 't',
      name: 'f',
      input: { type: 'image', source: { type: 'url' }, cache_control: { ttl: '1h' } },
    }),
    {},
  ],
  [
    'a web search of before',
    saying({
      type: 'web_search_tool_result',
      tool_use_id: 't',
      content: [{ type: 'web_search_result', encrypted_content: 'x' }],
    }),
    window,
  ],
  [
    'a fetched page of before',
    saying({
      type: 'web_fetch_tool_result',
      tool_use_id: 't',
      content: {
        type: 'web_fetch_result',
        url: 'u',
        content: { type: 'document', source: { type: 'text', data: 'x' } },
      },
    }),
    window,
  ],
  [
    'thinking of before',
    saying({ type: 'thinking', thinking: '', signature: 's' }, { type: 'redacted_thinking', data: 'x' }),
    {},
  ],
  ['a file for a container', saying({ type: 'container_upload', file_id: 'f' }), { tools: true, ...unbounded }],
  [
    'a mark in a block',
    saying({ type: 'text', text: 'a', cache_control: { type: 'ephemeral' } }),
    { cache_write: '5m' },
  ],
  [
    'a mark for an hour',
    saying({ type: 'text', text: 'a', cache_control: { type: 'ephemeral', ttl: '1h' } }),
    { cache_write: '1h' },
  ],
  [
    'the longer mark wins',
    {
      ...saying({ type: 'text', text: 'a', cache_control: { type: 'ephemeral', ttl: '1h' } }),
      cache_control: { type: 'ephemeral' },
    },
    { cache_write: '1h' },
  ],
  ['a mark for the whole request', { cache_control: { type: 'ephemeral', ttl: '5m' } }, { cache_write: '5m' }],
  [
    'a mark deep inside',
    saying({
      type: 'tool_result',
      tool_use_id: 't',
      content: [{ type: 'text', text: 'a', cache_control: { type: 'ephemeral', ttl: '1h' } }],
    }),
    { cache_write: '1h' },
  ],
  [
    'a mark on a tool',
    { tools: [{ ...custom, cache_control: { type: 'ephemeral' } }] },
    { tools: true, cache_write: '5m' },
  ],
  ['no tools', { tools: [] }, {}],
  ['a tool of the caller', { tools: [custom, { ...custom, type: 'custom' }] }, { tools: true }],
  ['a tool that the provider defines', { tools: [{ type: 'bash_20250124', name: 'bash' }] }, { tools: true }, 500],
  [
    'two of them',
    {
      tools: [
        { type: 'bash_20250124', name: 'bash' },
        { type: 'text_editor_20250728', name: 'e' },
      ],
    },
    { tools: true },
    1_900,
  ],
  ['a toolset of unknown size', { tools: [{ type: 'browser_toolset_20260801' }] }, { tools: true, ...window }],
  ['a web search, limited', { tools: [{ ...search, max_uses: 3 }] }, { tools: true, web_searches: 3, ...unbounded }],
  ['a web search, unlimited', { tools: [search] }, { tools: true, ...unbounded }],
  [
    'two server tools add up',
    {
      tools: [
        { ...search, max_uses: 3 },
        { ...fetch, max_uses: 2 },
      ],
    },
    { tools: true, web_searches: 3, ...unbounded },
  ],
  ['a fetch is no search', { tools: [{ ...fetch, max_uses: 3 }] }, { tools: true, ...unbounded }],
  [
    'a web search that code may call',
    { tools: [{ type: 'web_search_20260209', name: 'web_search', max_uses: 3 }] },
    unbounded,
  ],
  [
    'the same, called directly only',
    { tools: [{ type: 'web_search_20260209', name: 'web_search', max_uses: 3, allowed_callers: ['direct'] }] },
    { tools: true, web_searches: 3, ...unbounded },
  ],
  [
    'the same, called from code as well',
    {
      tools: [
        {
          type: 'web_search_20260209',
          name: 'web_search',
          max_uses: 3,
          allowed_callers: ['direct', 'code_execution_20260120'],
        },
      ],
    },
    unbounded,
  ],
  ['code execution', { tools: [{ type: 'code_execution_20250825', name: 'code_execution' }] }, { tools: true, ...unbounded }],
  ['a container', { container: 'c' }, { tools: true, ...unbounded }],
  [
    'remote tools',
    { mcp_servers: [{ type: 'url', name: 'm', url: 'https://x.example/' }] },
    { tools: true, ...unbounded },
  ],
  ['no remote tools', { mcp_servers: [] }, {}],
  [
    'a search among tools',
    { tools: [{ type: 'tool_search_tool_bm25_20251119', name: 's' }] },
    { tools: true, ...unbounded },
  ],
  [
    'a schema for the output',
    { output_config: { format: { type: 'json_schema', schema: { type: 'whatever' } } } },
    { tools: true },
  ],
  ['the older spelling of it', { output_format: { type: 'json_schema', schema: {} } }, { tools: true }],
  [
    'edits that shorten the prompt',
    { context_management: { edits: [{ type: 'clear_tool_uses_20250919' }, { type: 'clear_thinking_20251015' }] } },
    {},
  ],
];

for (const [name, more, changed, extra = 0] of BOUNDS) {
  test(`bound: ${name}`, () => {
    assert.deepEqual(boundOf(more), { extra, rest: { ...PLAIN, ...changed } });
  });
}

test('only a limit of the upstream on its own loop bounds server tools', () => {
  const known = { serverToolIterations: 10 };
  const two = { tools: [{ ...search, max_uses: 2 }] };
  // A use beyond `max_uses` is refused to the model, which is another iteration: three uses may be ten.
  assert.equal(boundOf(two).rest.iterations, null);
  assert.deepEqual([boundOf(two, known).rest.iterations, boundOf(two, known).rest.web_searches], [10, 2]);
  assert.equal(boundOf({ tools: [fetch] }, known).rest.iterations, 10);
  assert.equal(boundOf({ tools: [{ type: 'tool_search_tool_regex', name: 't' }] }, known).rest.iterations, 10);
  const servers = { mcp_servers: [{ type: 'url', name: 'm', url: 'https://x.example/' }] };
  assert.deepEqual(boundOf(servers, known).rest, { ...PLAIN, tools: true, external_input: true, iterations: 10 });
  assert.equal(boundOf({ tools: [{ ...search, max_uses: 3 }] }, known).rest.iterations, 10);
  assert.equal(boundOf({}, known).rest.iterations, 1);
  // It limits neither how many searches one iteration starts nor how long a container runs.
  assert.equal(boundOf({ tools: [search] }, known).rest.iterations, null);
  assert.equal(boundOf({ container: 'c' }, known).rest.iterations, null);
});

test('code execution needs the most time of its containers, and a limit of the loop', () => {
  const both = { serverToolIterations: 10, codeExecutionMs: 600_000 };
  const bounded = { ...PLAIN, tools: true, external_input: true, iterations: 10, code_execution_ms: 600_000 };
  const requests = [
    { tools: [{ type: 'code_execution_20260521', name: 'code_execution' }] },
    { container: 'c' },
    saying({ type: 'container_upload', file_id: 'f' }),
  ];
  for (const request of requests) {
    assert.deepEqual(boundOf(request, both).rest, bounded);
    assert.equal(boundOf(request, { codeExecutionMs: 600_000 }).rest.iterations, null);
    assert.equal(boundOf(request, { serverToolIterations: 10 }).rest.iterations, null);
  }
  assert.equal(boundOf({}, both).rest.code_execution_ms, 0);
  // Code may call a search as often as it likes.
  const called = { tools: [{ type: 'web_search_20260209', name: 'web_search', max_uses: 3 }] };
  assert.equal(boundOf(called, both).rest.iterations, null);
});

test('the account may run requests elsewhere than globally', () => {
  assert.equal(boundOf({}, { defaultInferenceGeo: 'us' }).rest.inference_geo, 'us');
  assert.equal(boundOf({ inference_geo: 'global' }, { defaultInferenceGeo: 'us' }).rest.inference_geo, 'global');
});

test('an exact count takes the place of the bytes', () => {
  const { bound, maxTokens } = readMessageRequest(bytes(body({})), SETTINGS, { counting: false });
  assert.deepEqual(bound.toRequest(maxTokens, { tokens: 7 }).input, { tokens: 7 });
});

test('counting needs no max_tokens', () => {
  const { max_tokens: _, ...rest } = body({});
  assert.equal(readMessageRequest(bytes(rest), SETTINGS, { counting: true }).model, 'claude-haiku-4-5');
  assert.throws(() => readMessageRequest(bytes(rest), SETTINGS, { counting: false }), /max_tokens/);
});

/** @type {[name: string, body: unknown, message: RegExp][]} */
const REFUSED = [
  ['nothing', '', /not valid JSON: it is empty/],
  ['half a body', '{"model":', /not valid JSON: it ends too early, at line 1, column 10/],
  ['two values', '{} {}', /not valid JSON: look at line 1, column 4/],
  ['a trailing comma', '{"model":"m",}', /not valid JSON: look at line 1, column 14/],
  ['a trailing comma in a later line', '{\n  "model": "m",\n}', /not valid JSON: look at line 3, column 1/],
  ['a byte order mark', '\u{feff}{}', /not valid JSON: look at line 1, column 1/],
  ['a list', '[]', /not a JSON object/],
  ['null', 'null', /not a JSON object/],
  ['a key twice', '{"model":"a","max_tokens":1,"model":"b"}', /`model` stands twice/],
  ['a key twice, deep inside', '{"messages":[{"content":[{"a":{"b":1,"c":2,"b":1}}]}]}', /`b` stands twice/],
  ['a key twice, spelled differently', String.raw`{"max_tokens":1,"max\u005ftokens":2}`, /`max_tokens` stands twice/],
  ['a key twice behind quotes in a string', String.raw`{"a":"\\","b":"\"}{","b":1}`, /`b` stands twice/],
  ['deep nesting', `{"a":${'['.repeat(300)}${']'.repeat(300)}}`, /nests deeper/],
  ['very deep nesting', '['.repeat(100_000), /nests deeper/],
  ['an unknown field', body({ fallbacks: [] }), /^fallbacks: .* not known/],
  ['an unknown field that is null', body({ surprise: null }), /^surprise: .* not known/],
  ['a prototype', String.raw`{"__proto__":{"model":"a"},"model":"a"}`, /^__proto__: .* not known/],
  ['a thread', body({ thread: { type: 'create' } }), /^thread: /],
  ['somebody else pays', body({ billing_policy: { bill_to: 'user_profile' } }), /^billing_policy: /],
  ['no model', body({ model: undefined }), /^model: is missing$/],
  ['a model that is no string', body({ model: 1 }), /^model: /],
  ['a model that is too long', body({ model: 'm'.repeat(129) }), /^model: /],
  ['a model with half of a character', body({ model: '\ud800' }), /^model: /],
  ['no max_tokens', body({ max_tokens: undefined }), /^max_tokens: is missing$/],
  ['max_tokens null', body({ max_tokens: null }), /^max_tokens: /],
  ['max_tokens negative', body({ max_tokens: -1 }), /^max_tokens: /],
  ['max_tokens in parts', body({ max_tokens: 1.5 }), /^max_tokens: /],
  ['max_tokens as text', body({ max_tokens: '1' }), /^max_tokens: /],
  ['max_tokens beyond all', body({ max_tokens: 1e18 }), /^max_tokens: /],
  ['stream as text', body({ stream: 'true' }), /^stream: /],
  ['a speed', body({ speed: 'turbo' }), /^speed: /],
  ['a place', body({ inference_geo: 'eu' }), /^inference_geo: /],
  ['a service tier', body({ service_tier: 'priority' }), /^service_tier: /],
  ['a block', body(saying({ type: 'hologram' })), /^messages\.0\.content\.0\.type: `hologram`/],
  [
    'a block inside a tool result',
    body(saying({ type: 'tool_result', content: [{ type: 'text', text: '' }, { type: 'compaction' }] })),
    /^messages\.0\.content\.0\.content\.1\.type: `compaction`/,
  ],
  ['a type that is no string', body(saying({ type: 7 })), /^messages\.0\.content\.0\.type: `7`/],
  ['a block of the system prompt', body({ system: [{ type: 'hologram' }] }), /^system\.0\.type/],
  [
    'a tool',
    body({ tools: [custom, { type: 'advisor_20260301', name: 'a', model: 'm' }] }),
    /^tools\.1\.type: `advisor_20260301`/,
  ],
  ['a tool that is none', body({ tools: ['f'] }), /^tools\.0: /],
  ['tools that are no list', body({ tools: {} }), /^tools: /],
  [
    'max_uses that add up to more than one request may have',
    body({ tools: [{ ...search, max_uses: 1000 }, custom, { ...fetch, max_uses: 1000 }] }),
    /^tools\.2\.max_uses: `1000` brings the uses of all server tools to `2000`: at most 1000/,
  ],
  [
    'more searches than the engine counts',
    body({ tools: Array.from({ length: 200 }, () => ({ ...search, max_uses: 999 })) }),
    /^tools\.1\.max_uses: /,
  ],
  [
    'more images than the engine counts',
    body(saying(...Array.from({ length: 100_001 }, () => image))),
    /^messages: at most 100000 images/,
  ],
  ['max_uses of zero', body({ tools: [{ ...search, max_uses: 0 }] }), /^tools\.0\.max_uses: /],
  ['max_uses beyond all', body({ tools: [{ ...search, max_uses: 1e9 }] }), /^tools\.0\.max_uses: /],
  ['a time to live', body({ cache_control: { type: 'ephemeral', ttl: '24h' } }), /^cache_control\.ttl: /],
  ['a kind of cache', body({ cache_control: { type: 'persistent' } }), /^cache_control\.type: /],
  [
    'compaction',
    body({ context_management: { edits: [{ type: 'compact_20260112' }] } }),
    /^context_management\.edits\.0\.type: `compact_20260112`/,
  ],
  ['an output setting', body({ output_config: { effort: 'low', surprise: 1 } }), /^output_config\.surprise: /],
];

for (const [name, given, message] of REFUSED) {
  test(`refused: ${name}`, () => {
    assert.throws(
      () => readMessageRequest(bytes(given), SETTINGS, { counting: false }),
      (/** @type {ApiError} */ error) => {
        assert.equal(error.status, 400);
        assert.equal(error.type, 'invalid_request_error');
        assert.match(error.message, message);
        return true;
      },
    );
  });
}

test('refused: bytes that are not UTF-8', () => {
  const broken = bytes(body({}));
  broken[broken.length - 5] = 0xff;
  assert.throws(() => readMessageRequest(broken, SETTINGS, { counting: false }), /not UTF-8/);
});

test('a refusal never quotes the prompt', () => {
  const secret = 'the prompt nobody may log';
  for (const given of [`{"messages":"${secret}"`, `{"messages":"${secret}" x}`, `{"a":1,"a":"${secret}"}`]) {
    assert.throws(
      () => readMessageRequest(bytes(given), SETTINGS, { counting: false }),
      (/** @type {ApiError} */ error) => !error.message.includes(secret),
    );
  }
});

test('a long string costs no more than its length', () => {
  const data = 'A'.repeat(16 * 1024 * 1024);
  const given = bytes(body(saying({ type: 'image', source: { type: 'base64', media_type: 'image/png', data } })));
  assert.equal(readMessageRequest(given, SETTINGS, { counting: false }).bound.toRequest(1, { bodyBytes: 0 }).images, 1);
});
