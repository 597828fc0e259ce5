/** The kinds of tools: what each may say of itself, and what it does to the bound. */
import { ApiError } from './api_error.js';
import type { CostBound } from './bound.js';
import { cacheControl } from './cache_control.js';
import { each, free, list, object, plain, type Field, type Fields } from './fields.js';
import { isObject, shown, type JsonObject } from './strict_json.js';

type Effect = (bound: CostBound, tool: JsonObject, path: string) => void;

interface Kind {
  fields: Field;
  effect: Effect;
}

/** The caller defines it, so the body carries all of it; the surcharge for having tools at all is the rate card's. */
const client: Effect = (bound) => bound.tools();

/** The provider adds a definition of published size; twice that leaves room for a rewording. */
const providerDefined =
  (tokens: number): Effect =>
  (bound) =>
    bound.tools(tokens);

/** The provider adds a definition of unpublished size. */
const unpublished: Effect = (bound) => {
  bound.tools();
  bound.externalInput();
};

/** Runs at the provider. `max_uses` limits what it does, and not how often the model asks for it. */
const uses =
  (search: boolean): Effect =>
  (bound, tool, path) =>
    bound.serverTool({ most: tool['max_uses'] ?? null, search, path: `${path}.max_uses` });

/** As `uses`; unless told otherwise it is called from code that runs at the provider, as often as that code likes. */
const usesFromCode =
  (search: boolean): Effect =>
  (bound, tool, path) => {
    const callers = tool['allowed_callers'];
    const direct = Array.isArray(callers) && callers.length === 1 && callers[0] === 'direct';
    if (direct) uses(search)(bound, tool, path);
    else bound.boundless();
  };

/** Runs at the provider, and nothing in the request says how often. */
const unlimited: Effect = (bound) => bound.serverTool({ most: null, search: false, path: '' });

/** Nothing in the request says how long it runs. */
const container: Effect = (bound) => bound.container(false);

const kind = (effect: Effect, fields: Fields): Kind => ({ fields: object({ type: plain, ...fields }), effect });

const common = {
  name: plain,
  allowed_callers: plain,
  cache_control: cacheControl,
  defer_loading: plain,
  strict: plain,
};
const called = { ...common, input_examples: free };
const screen = { ...called, display_height_px: plain, display_width_px: plain, display_number: plain };
const web = { ...common, allowed_domains: plain, blocked_domains: plain, max_uses: plain };
const search = {
  ...web,
  user_location: object({ type: plain, city: plain, country: plain, region: plain, timezone: plain }),
};
const urlSource = object({ type: plain, tools: list(object({ type: plain, name: plain })) });
const fetched = {
  ...web,
  citations: object({ enabled: plain }),
  max_content_tokens: plain,
  url_sources: object({ client_tool_results: urlSource, server_tool_results: urlSource, user_input: urlSource }),
};
const toolConfig = object({ defer_loading: plain, enabled: plain });
const toolset = { cache_control: cacheControl, configs: each(toolConfig) };

const KINDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ['custom', kind(client, { ...called, input_schema: free, description: plain, eager_input_streaming: plain })],
  ['bash_20241022', kind(providerDefined(500), called)],
  ['bash_20250124', kind(providerDefined(500), called)],
  ['text_editor_20241022', kind(providerDefined(1_400), called)],
  ['text_editor_20250124', kind(providerDefined(1_400), called)],
  ['text_editor_20250429', kind(providerDefined(1_400), called)],
  ['text_editor_20250728', kind(providerDefined(1_400), { ...called, max_characters: plain })],
  ['computer_20241022', kind(providerDefined(2_500), screen)],
  ['computer_20250124', kind(providerDefined(2_500), screen)],
  ['computer_20251124', kind(providerDefined(2_500), { ...screen, enable_zoom: plain })],
  ['memory_20250818', kind(unpublished, called)],
  ['computer_toolset_20260801', kind(unpublished, toolset)],
  ['browser_toolset_20260801', kind(unpublished, toolset)],
  ['web_search_20250305', kind(uses(true), search)],
  ['web_search_20260209', kind(usesFromCode(true), search)],
  ['web_search_20260318', kind(usesFromCode(true), { ...search, response_inclusion: plain })],
  ['web_fetch_20250910', kind(uses(false), fetched)],
  ['web_fetch_20260209', kind(usesFromCode(false), fetched)],
  ['web_fetch_20260309', kind(usesFromCode(false), { ...fetched, use_cache: plain })],
  ['web_fetch_20260318', kind(usesFromCode(false), { ...fetched, use_cache: plain, response_inclusion: plain })],
  ['tool_search_tool_bm25', kind(unlimited, common)],
  ['tool_search_tool_bm25_20251119', kind(unlimited, common)],
  ['tool_search_tool_regex', kind(unlimited, common)],
  ['tool_search_tool_regex_20251119', kind(unlimited, common)],
  [
    'mcp_toolset',
    kind(unlimited, {
      ...toolset,
      mcp_server_name: plain,
      default_config: toolConfig,
      tools: list(object({ name: plain, description: plain, input_schema: free })),
    }),
  ],
  ['code_execution_20250522', kind(container, common)],
  ['code_execution_20250825', kind(container, common)],
  ['code_execution_20260120', kind(container, common)],
  ['code_execution_20260521', kind(container, common)],
]);

export const tool: Field = (bound, value, path) => {
  if (!isObject(value)) throw ApiError.invalidRequest(`${path}: expected an object`);
  const type = value['type'] ?? 'custom';
  const known = typeof type === 'string' ? KINDS.get(type) : undefined;
  if (known === undefined) {
    throw ApiError.invalidRequest(
      `${path}.type: \`${shown(type)}\` is not known to this gateway, and could change the price: leave the tool out`,
      { error_code: 'unknown_tool' },
    );
  }
  known.fields(bound, value, path);
  known.effect(bound, value, path);
};
