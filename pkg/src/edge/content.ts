/** What the blocks of a conversation do to the bound. */
import { ApiError } from './api_error.js';
import type { CostBound } from './bound.js';
import { isObject, type Json, type JsonObject } from './strict_json.js';

type Effect = (bound: CostBound, block: JsonObject) => void;

/** Its text is in the body, and a token is never shorter than a byte of it. */
const carried: Effect = () => undefined;

/** The provider reads more from it than the body shows: ciphertext, a file, a page of the web. */
const external: Effect = (bound) => bound.externalInput();

const image: Effect = (bound, block) => {
  bound.image();
  if (sourceType(block) !== 'base64') bound.externalInput();
};

const document: Effect = (bound, block) => {
  const source = sourceType(block);
  // A PDF is read as text and as pictures of its pages; with citations, each sentence gets a mark of its own.
  if ((source !== 'text' && source !== 'content') || citationsEnabled(block)) bound.externalInput();
};

const searchResult: Effect = (bound, block) => {
  if (citationsEnabled(block)) bound.tools();
};

const upload: Effect = (bound) => bound.boundless();

/** Every `type` that may stand in `messages` or `system`: blocks, their sources, their citations, their callers. */
const EFFECTS: ReadonlyMap<string, Effect> = new Map<string, Effect>([
  ...[
    'text',
    'thinking',
    'redacted_thinking',
    'tool_use',
    'tool_result',
    'tool_reference',
    'server_tool_use',
    'mcp_tool_use',
    'mcp_tool_result',
    'base64',
    'content',
    'url',
    'file',
    'char_location',
    'page_location',
    'content_block_location',
    'search_result_location',
    'web_search_result_location',
    'direct',
    'code_execution_20250825',
    'code_execution_20260120',
    'code_execution_20260521',
    'web_search_tool_result_error',
    'web_fetch_tool_result_error',
    'tool_search_tool_result',
    'tool_search_tool_search_result',
    'tool_search_tool_result_error',
    'code_execution_tool_result',
    'code_execution_result',
    'code_execution_output',
    'code_execution_tool_result_error',
    'bash_code_execution_tool_result',
    'bash_code_execution_result',
    'bash_code_execution_output',
    'bash_code_execution_tool_result_error',
    'text_editor_code_execution_tool_result',
    'text_editor_code_execution_view_result',
    'text_editor_code_execution_create_result',
    'text_editor_code_execution_str_replace_result',
    'text_editor_code_execution_tool_result_error',
    'browser_state',
    'tab_opened',
    'download_started',
    'download_completed',
    'download_failed',
  ].map((type): [string, Effect] => [type, carried]),
  ['image', image],
  ['document', document],
  ['search_result', searchResult],
  ['web_search_tool_result', external],
  ['web_search_result', external],
  ['web_fetch_tool_result', external],
  ['web_fetch_result', external],
  ['encrypted_code_execution_result', external],
  ['container_upload', upload],
]);

/** What the model reads as plain text, however it looks; a `type` in it means nothing. */
const OPAQUE: ReadonlySet<string> = new Set(['input', 'input_schema', 'input_examples', 'schema', 'cache_control']);

/** Reads a conversation, or any part of one, to its leaves. */
export function readContent(bound: CostBound, value: Json, path: string): void {
  if (Array.isArray(value)) {
    value.forEach((item, index) => readContent(bound, item, `${path}.${index}`));
    return;
  }
  if (!isObject(value)) return;
  readCacheControl(bound, value['cache_control'], `${path}.cache_control`);
  const type = value['type'];
  if (type !== undefined) {
    const effect = typeof type === 'string' ? EFFECTS.get(type) : undefined;
    if (effect === undefined) {
      throw ApiError.invalidRequest(
        `${path}.type: \`${String(type).slice(0, 64)}\` is not known to this gateway, and could change the price: leave it out`,
        { error_code: 'unknown_block' },
      );
    }
    effect(bound, value);
  }
  for (const [name, child] of Object.entries(value)) {
    if (!OPAQUE.has(name)) readContent(bound, child, `${path}.${name}`);
  }
}

/** A mark that the prompt up to here is written to the cache, at the price of its time to live. */
export function readCacheControl(bound: CostBound, mark: Json | undefined, path: string): void {
  if (mark === undefined || mark === null) return;
  if (!isObject(mark) || mark['type'] !== 'ephemeral') {
    throw ApiError.invalidRequest(`${path}.type: expected \`ephemeral\``);
  }
  const ttl = mark['ttl'] ?? '5m';
  if (ttl !== '5m' && ttl !== '1h') throw ApiError.invalidRequest(`${path}.ttl: expected \`5m\` or \`1h\``);
  bound.cacheWrite(ttl);
}

function sourceType(block: JsonObject): Json | undefined {
  const source = block['source'];
  return isObject(source) ? source['type'] : undefined;
}

function citationsEnabled(block: JsonObject): boolean {
  const citations = block['citations'];
  return isObject(citations) && citations['enabled'] === true;
}
