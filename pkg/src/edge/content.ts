/** The blocks of a conversation: what each may hold, and what it does to the bound. */
import { ApiError } from './api_error.js';
import type { CostBound } from './bound.js';
import { cacheControl } from './cache_control.js';
import { free, list, object, plain, type Field, type Fields } from './fields.js';
import { isObject, shown, type Json, type JsonObject } from './strict_json.js';

type Effect = (bound: CostBound, block: JsonObject) => void;

interface Kind {
  fields: Field;
  effect: Effect;
}

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

/** A container that files are loaded into is billed even when nothing runs in it. */
const upload: Effect = (bound) => bound.container(true);

/** Text, a block, or a list of blocks: read to its leaves. */
export const content: Field = (bound, value, path) => {
  if (Array.isArray(value)) value.forEach((item, index) => content(bound, item, `${path}.${index}`));
  else if (isObject(value)) readBlock(bound, value, path);
};

const switchable = object({ enabled: plain });

/** Citations that were made are blocks; an object without a type turns them on. */
const citations: Field = (bound, value, path) => {
  if (isObject(value) && value['type'] === undefined) switchable(bound, value, path);
  else content(bound, value, path);
};

const kind = (fields: Fields, effect: Effect = carried): Kind => ({
  fields: object({ type: plain, ...fields }),
  effect,
});

const cited = { cited_text: plain, title: plain, file_id: plain };
const ofDocument = { ...cited, document_index: plain, document_title: plain };
const result = { tool_use_id: plain, content, cache_control: cacheControl };
const error = { error_code: plain, error_message: plain };
const output = { content, return_code: plain, stderr: plain, stdout: plain };
const use = { id: plain, name: plain, input: free, cache_control: cacheControl };

/** Every `type` that may stand in `messages` or `system`: blocks, their sources, their citations, their callers. */
const KINDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  // A block of text, and the source of a document that is one.
  ['text', kind({ text: plain, cache_control: cacheControl, citations, data: plain, media_type: plain })],
  ['thinking', kind({ thinking: plain, signature: plain })],
  ['redacted_thinking', kind({ data: plain })],
  [
    'image',
    kind({ source: content, cache_control: cacheControl, transformations: object({ oversized_image: plain }) }, image),
  ],
  [
    'document',
    kind({ source: content, cache_control: cacheControl, citations, context: plain, title: plain }, document),
  ],
  [
    'search_result',
    kind({ content, source: plain, title: plain, cache_control: cacheControl, citations }, searchResult),
  ],
  ['container_upload', kind({ file_id: plain, cache_control: cacheControl }, upload)],

  ['tool_use', kind({ ...use, caller: content, toolset_name: plain })],
  ['server_tool_use', kind({ ...use, caller: content })],
  ['mcp_tool_use', kind({ ...use, server_name: plain })],
  ['tool_result', kind({ ...result, is_error: plain, toolset_name: plain })],
  ['mcp_tool_result', kind({ ...result, is_error: plain })],
  ['tool_reference', kind({ tool_name: plain, cache_control: cacheControl })],
  ['direct', kind({})],
  ['code_execution_20250825', kind({ tool_id: plain })],
  ['code_execution_20260120', kind({ tool_id: plain })],
  ['code_execution_20260521', kind({ tool_id: plain })],

  ['base64', kind({ data: plain, media_type: plain })],
  ['content', kind({ content })],
  ['url', kind({ url: plain })],
  ['file', kind({ file_id: plain })],

  ['char_location', kind({ ...ofDocument, start_char_index: plain, end_char_index: plain })],
  ['page_location', kind({ ...ofDocument, start_page_number: plain, end_page_number: plain })],
  ['content_block_location', kind({ ...ofDocument, start_block_index: plain, end_block_index: plain })],
  [
    'search_result_location',
    kind({ ...cited, search_result_index: plain, source: plain, start_block_index: plain, end_block_index: plain }),
  ],
  ['web_search_result_location', kind({ ...cited, encrypted_index: plain, url: plain })],

  ['web_search_tool_result', kind({ ...result, caller: content }, external)],
  ['web_search_result', kind({ encrypted_content: plain, page_age: plain, title: plain, url: plain }, external)],
  ['web_search_tool_result_error', kind(error)],
  ['web_fetch_tool_result', kind({ ...result, caller: content }, external)],
  ['web_fetch_result', kind({ content, retrieved_at: plain, url: plain }, external)],
  ['web_fetch_tool_result_error', kind(error)],

  ['tool_search_tool_result', kind(result)],
  ['tool_search_tool_search_result', kind({ tool_references: content })],
  ['tool_search_tool_result_error', kind(error)],

  ['code_execution_tool_result', kind(result)],
  ['code_execution_result', kind(output)],
  ['encrypted_code_execution_result', kind({ ...output, encrypted_stdout: plain }, external)],
  ['code_execution_output', kind({ file_id: plain })],
  ['code_execution_tool_result_error', kind(error)],
  ['bash_code_execution_tool_result', kind(result)],
  ['bash_code_execution_result', kind(output)],
  ['bash_code_execution_output', kind({ file_id: plain })],
  ['bash_code_execution_tool_result_error', kind(error)],
  ['text_editor_code_execution_tool_result', kind(result)],
  [
    'text_editor_code_execution_view_result',
    kind({ content: plain, file_type: plain, num_lines: plain, start_line: plain, total_lines: plain }),
  ],
  ['text_editor_code_execution_create_result', kind({ is_file_update: plain })],
  [
    'text_editor_code_execution_str_replace_result',
    kind({ lines: plain, new_lines: plain, new_start: plain, old_lines: plain, old_start: plain }),
  ],
  ['text_editor_code_execution_tool_result_error', kind(error)],

  [
    'browser_state',
    kind({
      tabs: list(object({ tab_id: plain, title: plain, url: plain, active: plain })),
      state_changes: content,
      cache_control: cacheControl,
    }),
  ],
  ['tab_opened', kind({ tab_id: plain })],
  ['download_started', kind({ download_id: plain, url: plain })],
  ['download_completed', kind({ download_id: plain, url: plain, path: plain, size_bytes: plain })],
  ['download_failed', kind({ download_id: plain, url: plain, error: plain })],
]);

/** The turns of a conversation. One of the role `system` may also say what holds from there on. */
export const messages: Field = list(
  object({ role: plain, content, clear_at: plain, output_config: object({ effort: plain }) }),
);

function readBlock(bound: CostBound, block: JsonObject, path: string): void {
  const type = block['type'];
  const known = typeof type === 'string' ? KINDS.get(type) : undefined;
  if (known === undefined) {
    throw ApiError.invalidRequest(
      `${path}.type: \`${shown(type)}\` is not known to this gateway, and could change the price: leave it out`,
      { error_code: 'unknown_block' },
    );
  }
  known.effect(bound, block);
  known.fields(bound, block, path);
}

function sourceType(block: JsonObject): Json | undefined {
  const source = block['source'];
  return isObject(source) ? source['type'] : undefined;
}

function citationsEnabled(block: JsonObject): boolean {
  const citations = block['citations'];
  return isObject(citations) && citations['enabled'] === true;
}
