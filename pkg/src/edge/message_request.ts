/**
 * The body of a Messages request, judged field by field before it is forwarded byte for byte.
 *
 * A field that is not in the table could change the price in a way that the bound does not know, so it is refused by name.
 */
import { ApiError } from './api_error.js';
import { CostBound, type Iterations } from './bound.js';
import { readCacheControl, readContent } from './content.js';
import { isObject, parseStrictJson, type Json, type JsonObject } from './strict_json.js';
import { readTool } from './tool.js';
import type { AdmitRequest } from './wire.js';

export interface MessageRequest {
  model: string;
  maxTokens: number;
  stream: boolean;
  bound: CostBound;
}

export interface BoundSettings {
  defaultInferenceGeo: AdmitRequest['inference_geo'];
  serverToolIterations: Iterations;
}

type Field = (bound: CostBound, value: Json, path: string) => void;

const MAX_OUTPUT = 1_000_000_000;

const inert: Field = () => undefined;

const FIELDS: ReadonlyMap<string, Field> = new Map<string, Field>([
  ['model', inert],
  ['max_tokens', inert],
  ['stream', inert],
  ['metadata', inert],
  ['stop_sequences', inert],
  ['temperature', inert],
  ['top_k', inert],
  ['top_p', inert],
  // Thinking is output, and `max_tokens` bounds it.
  ['thinking', inert],
  ['tool_choice', inert],
  ['diagnostics', inert],
  ['messages', readContent],
  ['system', readContent],
  ['cache_control', readCacheControl],
  ['tools', readTools],
  ['output_config', readOutputConfig],
  ['output_format', (bound) => bound.tools()],
  ['context_management', readContextManagement],
  // A container brings code execution; its time is billed by the hour, and no rate prices it.
  ['container', (bound) => bound.boundless()],
  ['mcp_servers', readMcpServers],
  // `auto` may be served at the priority tier; the settlement says so, and a tier without a price is charged at the hold.
  ['service_tier', (_, value, path) => oneOf(value, path, ['auto', 'standard_only'])],
  ['speed', (bound, value, path) => void (bound.speed = oneOf(value, path, ['standard', 'fast']))],
  ['inference_geo', (bound, value, path) => void (bound.inferenceGeo = oneOf(value, path, ['global', 'us']))],
]);

/** `counting`: for `count_tokens`, which makes no output and so needs no `max_tokens`. */
export function readMessageRequest(
  bytes: Uint8Array,
  settings: BoundSettings,
  options: { counting: boolean },
): MessageRequest {
  const body = parseStrictJson(bytes);
  if (!isObject(body)) throw ApiError.invalidRequest('the body is not a JSON object');
  const bound = new CostBound({
    inferenceGeo: settings.defaultInferenceGeo,
    loopIterations: settings.serverToolIterations,
  });
  for (const [name, value] of Object.entries(body)) {
    const field = FIELDS.get(name);
    if (field === undefined) {
      throw ApiError.invalidRequest(
        `${name.slice(0, 64)}: this field is not known to this gateway, and could change the price: leave it out`,
        { error_code: 'unknown_field' },
      );
    }
    if (value !== null) field(bound, value, name);
  }
  return {
    model: readModel(body),
    maxTokens: options.counting ? 0 : readMaxTokens(body),
    stream: readStream(body),
    bound,
  };
}

function readModel(body: JsonObject): string {
  const model = body['model'];
  if (typeof model !== 'string' || model === '') throw ApiError.invalidRequest('model: expected a model id');
  return model;
}

function readMaxTokens(body: JsonObject): number {
  const most = body['max_tokens'];
  if (typeof most !== 'number' || !Number.isInteger(most) || most < 0 || most > MAX_OUTPUT) {
    throw ApiError.invalidRequest(`max_tokens: expected an integer from 0 to ${MAX_OUTPUT}`);
  }
  return most;
}

function readStream(body: JsonObject): boolean {
  const stream = body['stream'] ?? false;
  if (typeof stream !== 'boolean') throw ApiError.invalidRequest('stream: expected `true` or `false`');
  return stream;
}

function readTools(bound: CostBound, value: Json, path: string): void {
  if (!Array.isArray(value)) throw ApiError.invalidRequest(`${path}: expected a list`);
  value.forEach((tool, index) => {
    readTool(bound, tool, `${path}.${index}`);
    if (isObject(tool)) readCacheControl(bound, tool['cache_control'], `${path}.${index}.cache_control`);
  });
}

/** A schema for the output is in the body; the provider adds instructions for it, as it does for tools. */
function readOutputConfig(bound: CostBound, value: Json, path: string): void {
  if (!isObject(value)) throw ApiError.invalidRequest(`${path}: expected an object`);
  for (const name of Object.keys(value)) {
    if (name !== 'effort' && name !== 'format' && name !== 'task_budget') {
      throw ApiError.invalidRequest(
        `${path}.${name.slice(0, 64)}: this field is not known to this gateway: leave it out`,
        {
          error_code: 'unknown_field',
        },
      );
    }
  }
  bound.tools();
}

/** Edits that drop parts of the prompt make it cheaper; one that summarises it runs the model once more. */
function readContextManagement(_: CostBound, value: Json, path: string): void {
  const edits = isObject(value) ? (value['edits'] ?? []) : null;
  if (!Array.isArray(edits)) throw ApiError.invalidRequest(`${path}.edits: expected a list`);
  edits.forEach((edit, index) => {
    const type = isObject(edit) ? edit['type'] : undefined;
    if (type !== 'clear_tool_uses_20250919' && type !== 'clear_thinking_20251015') {
      throw ApiError.invalidRequest(
        `${path}.edits.${index}.type: \`${String(type).slice(0, 64)}\` is not known to this gateway, and could change the price: leave it out`,
        { error_code: 'unknown_field' },
      );
    }
  });
}

function readMcpServers(bound: CostBound, value: Json, path: string): void {
  if (!Array.isArray(value)) throw ApiError.invalidRequest(`${path}: expected a list`);
  if (value.length > 0) bound.serverTool({ most: null, search: false });
}

function oneOf<T extends string>(value: Json, path: string, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === value);
  if (found === undefined) {
    throw ApiError.invalidRequest(`${path}: expected ${allowed.map((each) => `\`${each}\``).join(' or ')}`);
  }
  return found;
}
