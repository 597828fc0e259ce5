/** What each kind of tool does to the bound. */
import { ApiError } from './api_error.js';
import type { CostBound } from './bound.js';
import { isObject, type Json, type JsonObject } from './strict_json.js';

type Effect = (bound: CostBound, tool: JsonObject, path: string) => void;

const MAX_USES = 1_000;

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

/** Runs at the provider, at most `max_uses` times. */
const uses =
  (search: boolean): Effect =>
  (bound, tool, path) => {
    bound.serverTool({ most: maxUses(tool, path), search });
  };

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
const unlimited: Effect = (bound) => bound.serverTool({ most: null, search: false });

/** Container time is billed by the hour, and no rate prices it. */
const container: Effect = (bound) => bound.boundless();

const EFFECTS: ReadonlyMap<string, Effect> = new Map<string, Effect>([
  ['custom', client],
  ['bash_20241022', providerDefined(500)],
  ['bash_20250124', providerDefined(500)],
  ['text_editor_20241022', providerDefined(1_400)],
  ['text_editor_20250124', providerDefined(1_400)],
  ['text_editor_20250429', providerDefined(1_400)],
  ['text_editor_20250728', providerDefined(1_400)],
  ['computer_20241022', providerDefined(2_500)],
  ['computer_20250124', providerDefined(2_500)],
  ['computer_20251124', providerDefined(2_500)],
  ['memory_20250818', unpublished],
  ['computer_toolset_20260801', unpublished],
  ['browser_toolset_20260801', unpublished],
  ['web_search_20250305', uses(true)],
  ['web_search_20260209', usesFromCode(true)],
  ['web_search_20260318', usesFromCode(true)],
  ['web_fetch_20250910', uses(false)],
  ['web_fetch_20260209', usesFromCode(false)],
  ['web_fetch_20260309', usesFromCode(false)],
  ['web_fetch_20260318', usesFromCode(false)],
  ['tool_search_tool_bm25', unlimited],
  ['tool_search_tool_bm25_20251119', unlimited],
  ['tool_search_tool_regex', unlimited],
  ['tool_search_tool_regex_20251119', unlimited],
  ['mcp_toolset', unlimited],
  ['code_execution_20250522', container],
  ['code_execution_20250825', container],
  ['code_execution_20260120', container],
  ['code_execution_20260521', container],
]);

export function readTool(bound: CostBound, tool: Json, path: string): void {
  if (!isObject(tool)) throw ApiError.invalidRequest(`${path}: expected an object`);
  const type = tool['type'] ?? 'custom';
  const effect = typeof type === 'string' ? EFFECTS.get(type) : undefined;
  if (effect === undefined) {
    throw ApiError.invalidRequest(
      `${path}.type: \`${String(type).slice(0, 64)}\` is not known to this gateway, and could change the price: leave the tool out`,
      { error_code: 'unknown_tool' },
    );
  }
  effect(bound, tool, path);
}

function maxUses(tool: JsonObject, path: string): number | null {
  const most = tool['max_uses'] ?? null;
  if (most === null) return null;
  if (typeof most !== 'number' || !Number.isInteger(most) || most < 1 || most > MAX_USES) {
    throw ApiError.invalidRequest(`${path}.max_uses: expected an integer from 1 to ${MAX_USES}`);
  }
  return most;
}
