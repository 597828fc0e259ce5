/** The tables of fields: what no table holds is refused wherever it stands, and what the provider documents passes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readMessageRequest } from '../../pkg/dist/edge/message_request.js';

/** @typedef {import('../../pkg/dist/edge/api_error.js').ApiError} ApiError */

const SETTINGS = { defaultInferenceGeo: /** @type {'global' | 'us'} */ ('global'), serverToolIterations: null, codeExecutionMs: null };

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

const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } };
const search = { type: 'web_search_20250305', name: 'web_search' };
const fetch = { type: 'web_fetch_20250910', name: 'web_fetch' };
const custom = { name: 'f', input_schema: { type: 'object' } };

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
