/** What each part of a body does to the bound, as a table; and what is refused because it could do anything. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readMessageRequest } from '../../pkg/dist/edge/message_request.js';

/** @typedef {import('../../pkg/dist/edge/api_error.js').ApiError} ApiError */

const SETTINGS = { defaultInferenceGeo: /** @type {'global' | 'us'} */ ('global'), serverToolIterations: null };

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
  batch: false,
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

/** @param {Record<string, unknown>} more @param {Partial<typeof SETTINGS> | { serverToolIterations: number }} [settings] */
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
  ['a file for a container', saying({ type: 'container_upload', file_id: 'f' }), unbounded],
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
  ['code execution', { tools: [{ type: 'code_execution_20250825', name: 'code_execution' }] }, unbounded],
  ['a container', { container: 'c' }, unbounded],
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
  ['nothing', '', /not valid JSON/],
  ['half a body', '{"model":', /not valid JSON/],
  ['two values', '{} {}', /not valid JSON/],
  ['a trailing comma', '{"model":"m",}', /not valid JSON/],
  ['a byte order mark', '\u{feff}{}', /not valid JSON/],
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
  ['no model', body({ model: undefined }), /^model: /],
  ['a model that is no string', body({ model: 1 }), /^model: /],
  ['no max_tokens', body({ max_tokens: undefined }), /^max_tokens: /],
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

/** An unknown field, as deep as a table goes: its path in the request. */
const HIDDEN = [
  ['tools.0', { tools: [{ ...custom, price_me: 1 }] }],
  ['tools.0', { tools: [{ type: 'bash_20250124', name: 'bash', price_me: {} }] }],
  ['tools.0', { tools: [{ ...search, max_uses: 2, price_me: {} }] }],
  [
    'tools.0',
    { tools: [{ type: 'web_fetch_20250910', name: 'web_fetch', max_uses: 1, use_cache: true }], at: 'use_cache' },
  ],
  ['tools.0.user_location', { tools: [{ ...search, user_location: { type: 'approximate', price_me: 1 } }] }],
  ['tools.0.citations', { tools: [{ ...fetch, citations: { enabled: true, price_me: 1 } }] }],
  [
    'tools.0.url_sources.user_input',
    { tools: [{ ...fetch, url_sources: { user_input: { type: 'all', price_me: 1 } } }] },
  ],
  ['tools.0.cache_control', { tools: [{ ...custom, cache_control: { type: 'ephemeral', price_me: 1 } }] }],
  ['tools.0.configs.zoom', { tools: [{ type: 'computer_toolset_20260801', configs: { zoom: { price_me: 1 } } }] }],
  ['tools.0.tools.0', { tools: [{ type: 'mcp_toolset', mcp_server_name: 'm', tools: [{ name: 'a', price_me: 1 }] }] }],
  ['metadata', { metadata: { user_id: 'u', price_me: 1 } }],
  ['thinking', { thinking: { type: 'enabled', budget_tokens: 1024, price_me: 1 } }],
  ['thinking.block_binding', { thinking: { type: 'adaptive', block_binding: { price_me: 1 } } }],
  ['tool_choice', { tool_choice: { type: 'auto', price_me: 1 } }],
  ['diagnostics', { diagnostics: { price_me: 1 } }],
  ['cache_control', { cache_control: { type: 'ephemeral', price_me: 1 } }],
  ['output_config', { output_config: { price_me: 1 } }],
  ['output_config.format', { output_config: { format: { type: 'json_schema', schema: {}, price_me: 1 } } }],
  ['output_config.task_budget', { output_config: { task_budget: { type: 'tokens', total: 1, price_me: 1 } } }],
  ['output_format', { output_format: { type: 'json_schema', schema: {}, price_me: 1 } }],
  ['context_management', { context_management: { price_me: 1 } }],
  ['context_management.edits.0', { context_management: { edits: [{ type: 'clear_thinking_20251015', price_me: 1 }] } }],
  [
    'context_management.edits.0.keep',
    { context_management: { edits: [{ type: 'clear_tool_uses_20250919', keep: { type: 'tool_uses', price_me: 1 } }] } },
  ],
  ['container', { container: { id: 'c', price_me: 1 } }],
  ['mcp_servers.0', { mcp_servers: [{ type: 'url', name: 'm', url: 'https://x.example/', price_me: 1 }] }],
  ['mcp_servers.0.tool_configuration', { mcp_servers: [{ type: 'url', tool_configuration: { price_me: 1 } }] }],
  ['messages.0', { messages: [{ role: 'user', content: 'hi', price_me: 1 }] }],
  ['messages.0.content.0', saying({ type: 'text', text: 'a', price_me: 1 })],
  ['messages.0.content.0', saying({ ...image, price_me: 1 })],
  ['messages.0.content.0.source', saying({ type: 'image', source: { ...image.source, price_me: 1 } })],
  ['messages.0.content.0.transformations', saying({ ...image, transformations: { price_me: 1 } })],
  [
    'messages.0.content.0.citations',
    saying({ type: 'document', source: { type: 'file' }, citations: { price_me: 1 } }),
  ],
  [
    'messages.0.content.0.caller',
    saying({ type: 'tool_use', id: 't', input: {}, caller: { type: 'direct', price_me: 1 } }),
  ],
  ['system.0', { system: [{ type: 'text', text: 'a', price_me: 1 }] }],
];

for (const [at, more] of /** @type {[string, Record<string, unknown> & { at?: string }][]} */ (HIDDEN)) {
  const { at: name = 'price_me', ...rest } = more;
  test(`refused: a field that is not known, in ${at} ${JSON.stringify(rest).slice(0, 40)}`, () => {
    assert.throws(
      () => readMessageRequest(bytes(body(rest)), SETTINGS, { counting: false }),
      (/** @type {ApiError} */ error) => {
        assert.equal(error.message.split(':', 1)[0], `${at}.${name}`);
        assert.deepEqual([error.status, error.details?.error_code], [400, 'unknown_field']);
        return true;
      },
    );
  });
}

test('refused: an object where a plain value stands', () => {
  for (const more of [
    { metadata: { user_id: { price_me: 1 } } },
    { stop_sequences: [{ price_me: 1 }] },
    { temperature: { price_me: 1 } },
    { tool_choice: { type: { price_me: 1 } } },
    { tools: [{ ...search, max_uses: 1, allowed_domains: [{ price_me: 1 }] }] },
    saying({ type: 'text', text: { price_me: 1 } }),
  ]) {
    assert.throws(
      () => readMessageRequest(bytes(body(more)), SETTINGS, { counting: false }),
      (/** @type {ApiError} */ error) => error.status === 400 && /expected no object in it$/.test(error.message),
      JSON.stringify(more),
    );
  }
});

test('refused, and not a failure: names that every object has', () => {
  for (const name of ['constructor', 'toString', 'hasOwnProperty', '__proto__']) {
    for (const given of [
      `{"${name}":1}`,
      `{"metadata":{"${name}":1}}`,
      `{"tools":[{"name":"a","input_schema":{},"${name}":1}]}`,
      `{"tools":[{"type":"${name}"}]}`,
      `{"tools":[{"type":{"toString":1,"valueOf":1}}]}`,
      `{"messages":[{"content":[{"type":{"toString":1,"valueOf":1}}]}]}`,
      `{"messages":[{"content":[{"type":"${name}"}]}]}`,
      `{"context_management":{"edits":[{"type":{"toString":1,"valueOf":1}}]}}`,
      `{"context_management":{"edits":[{"type":"${name}"}]}}`,
    ]) {
      assert.throws(
        () => readMessageRequest(bytes(given), SETTINGS, { counting: false }),
        (/** @type {ApiError} */ error) => error.status === 400,
        given,
      );
    }
  }
});

/** @type {import('@anthropic-ai/sdk').Anthropic.Beta.MessageCreateParams[]} */
const KNOWN = [
  {
    model: 'claude-haiku-4-5',
    max_tokens: 100,
    messages: [
      {
        role: 'user',
        content: [{ type: 'text', text: 'a', citations: null, cache_control: { type: 'ephemeral', ttl: '5m' } }],
      },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: '', signature: 's' },
          { type: 'redacted_thinking', data: 'd' },
          {
            type: 'text',
            text: 'b',
            citations: [
              {
                type: 'char_location',
                cited_text: 'c',
                document_index: 0,
                document_title: null,
                start_char_index: 0,
                end_char_index: 1,
              },
              {
                type: 'page_location',
                cited_text: 'c',
                document_index: 0,
                document_title: 't',
                start_page_number: 1,
                end_page_number: 2,
              },
              {
                type: 'content_block_location',
                cited_text: 'c',
                document_index: 0,
                document_title: null,
                start_block_index: 0,
                end_block_index: 1,
              },
              {
                type: 'search_result_location',
                cited_text: 'c',
                search_result_index: 0,
                source: 's',
                title: null,
                start_block_index: 0,
                end_block_index: 1,
              },
              { type: 'web_search_result_location', cited_text: 'c', encrypted_index: 'e', title: null, url: 'u' },
            ],
          },
          { type: 'tool_use', id: 't', name: 'f', input: { a: { b: 1 } }, caller: { type: 'direct' } },
          {
            type: 'server_tool_use',
            id: 's',
            name: 'web_search',
            input: { query: 'q' },
            caller: { type: 'code_execution_20260120', tool_id: 'c' },
          },
          {
            type: 'web_search_tool_result',
            tool_use_id: 's',
            caller: { type: 'direct' },
            content: [{ type: 'web_search_result', encrypted_content: 'e', title: 't', url: 'u', page_age: null }],
          },
          {
            type: 'web_search_tool_result',
            tool_use_id: 's',
            content: { type: 'web_search_tool_result_error', error_code: 'max_uses_exceeded' },
          },
          {
            type: 'web_fetch_tool_result',
            tool_use_id: 's',
            content: {
              type: 'web_fetch_result',
              url: 'u',
              retrieved_at: null,
              content: {
                type: 'document',
                title: 't',
                source: { type: 'text', media_type: 'text/plain', data: 'd' },
                citations: { enabled: true },
              },
            },
          },
          {
            type: 'tool_search_tool_result',
            tool_use_id: 's',
            content: {
              type: 'tool_search_tool_search_result',
              tool_references: [{ type: 'tool_reference', tool_name: 'f' }],
            },
          },
          {
            type: 'bash_code_execution_tool_result',
            tool_use_id: 's',
            content: {
              type: 'bash_code_execution_result',
              content: [{ type: 'bash_code_execution_output', file_id: 'f' }],
              return_code: 0,
              stderr: '',
              stdout: '',
            },
          },
          {
            type: 'text_editor_code_execution_tool_result',
            tool_use_id: 's',
            content: {
              type: 'text_editor_code_execution_str_replace_result',
              lines: ['l'],
              new_lines: 1,
              new_start: 1,
              old_lines: 1,
              old_start: 1,
            },
          },
          { type: 'mcp_tool_use', id: 'm', name: 'f', server_name: 'm', input: {} },
          { type: 'mcp_tool_result', tool_use_id: 'm', is_error: false, content: [{ type: 'text', text: 'r' }] },
        ],
      },
      {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: 't',
            is_error: false,
            toolset_name: null,
            content: [
              {
                type: 'image',
                source: { type: 'base64', media_type: 'image/png', data: 'AAAA' },
                transformations: { oversized_image: 'error' },
              },
              {
                type: 'search_result',
                source: 's',
                title: 't',
                content: [{ type: 'text', text: 'x' }],
                citations: { enabled: true },
              },
              { type: 'tool_reference', tool_name: 'f' },
              {
                type: 'browser_state',
                tabs: [{ tab_id: '1', title: 't', url: 'u', active: true }],
                state_changes: [
                  { type: 'tab_opened', tab_id: '1' },
                  { type: 'download_completed', download_id: 'd', url: 'u', path: 'p', size_bytes: 1 },
                ],
              },
            ],
          },
          {
            type: 'document',
            context: 'c',
            title: 't',
            source: { type: 'content', content: [{ type: 'text', text: 'x' }] },
          },
          { type: 'document', source: { type: 'url', url: 'u' } },
          { type: 'image', source: { type: 'file', file_id: 'f' } },
          { type: 'container_upload', file_id: 'f' },
        ],
      },
      { role: 'system', content: [{ type: 'text', text: 's' }], clear_at: 'never', output_config: { effort: 'low' } },
    ],
    system: [{ type: 'text', text: 's' }],
    metadata: { user_id: 'u' },
    thinking: {
      type: 'enabled',
      budget_tokens: 1024,
      display: 'omitted',
      block_binding: { prefix_mismatch_behavior: 'drop_block' },
    },
    tool_choice: { type: 'tool', name: 'f', disable_parallel_tool_use: true },
    diagnostics: { previous_message_id: 'm' },
    output_config: {
      effort: 'high',
      format: { type: 'json_schema', schema: { properties: { price_me: { type: 'object' } } } },
      task_budget: { type: 'tokens', total: 1, remaining: 1 },
    },
    context_management: {
      edits: [
        {
          type: 'clear_tool_uses_20250919',
          clear_at_least: { type: 'input_tokens', value: 1 },
          clear_tool_inputs: ['a'],
          exclude_tools: ['b'],
          keep: { type: 'tool_uses', value: 1 },
          trigger: { type: 'input_tokens', value: 1 },
        },
        { type: 'clear_thinking_20251015', keep: { type: 'thinking_turns', value: 1 } },
        { type: 'clear_thinking_20251015', keep: 'all' },
      ],
    },
    container: { id: 'c', skills: [{ type: 'anthropic', skill_id: 's', version: 'v' }] },
    mcp_servers: [
      {
        type: 'url',
        name: 'm',
        url: 'u',
        authorization_token: 't',
        tool_configuration: { allowed_tools: ['a'], enabled: true },
      },
    ],
    tools: [
      {
        type: 'custom',
        name: 'f',
        description: 'd',
        input_schema: { type: 'object', price_me: { type: 'hologram', cache_control: 1 } },
        input_examples: [{ a: { type: 'image' } }],
        allowed_callers: ['direct'],
        cache_control: { type: 'ephemeral', ttl: '1h' },
        defer_loading: false,
        eager_input_streaming: true,
        strict: true,
      },
      {
        type: 'computer_20251124',
        name: 'computer',
        display_height_px: 1,
        display_width_px: 1,
        display_number: 1,
        enable_zoom: true,
      },
      { type: 'text_editor_20250728', name: 'str_replace_based_edit_tool', max_characters: 1 },
      { type: 'browser_toolset_20260801', configs: { zoom: { enabled: true, defer_loading: false } } },
      {
        type: 'web_search_20260318',
        name: 'web_search',
        max_uses: 1,
        allowed_callers: ['direct'],
        allowed_domains: ['a'],
        blocked_domains: null,
        response_inclusion: 'full',
        user_location: { type: 'approximate', city: 'c', country: 'c', region: 'r', timezone: 't' },
      },
      {
        type: 'web_fetch_20260318',
        name: 'web_fetch',
        max_uses: 1,
        max_content_tokens: 1,
        citations: { enabled: true },
        use_cache: true,
        url_sources: {
          client_tool_results: { type: 'only', tools: [{ type: 'tool_reference', name: 'f' }] },
          user_input: { type: 'all' },
        },
      },
      { type: 'tool_search_tool_bm25', name: 'tool_search_tool_bm25' },
      {
        type: 'mcp_toolset',
        mcp_server_name: 'm',
        configs: { f: { enabled: true } },
        default_config: { defer_loading: true },
        tools: [{ name: 'f', description: 'd', input_schema: { price_me: 1 } }],
      },
      { type: 'code_execution_20260521', name: 'code_execution' },
    ],
  },
];

test('every field that the provider documents passes', () => {
  for (const given of KNOWN) readMessageRequest(bytes(given), SETTINGS, { counting: false });
});

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
