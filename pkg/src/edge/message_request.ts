/**
 * The body of a Messages request, judged field by field before it is forwarded byte for byte.
 *
 * A field that is not in the table could change the price in a way that the bound does not know, so it is refused by name.
 */
import { ApiError } from './api_error.js';
import { CostBound, type Iterations } from './bound.js';
import { cacheControl } from './cache_control.js';
import { content, messages } from './content.js';
import { free, list, object, plain, unknownField, type Field } from './fields.js';
import { isObject, parseStrictJson, shown, type Json, type JsonObject } from './strict_json.js';
import { tool } from './tool.js';
import { encodeUtf8 } from './utf8.js';
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
  codeExecutionMs: number | null;
}

/** What the engine takes. */
const MAX_OUTPUT = 1_000_000_000;
const MAX_MODEL_BYTES = 128;

/** The provider adds instructions for a schema of the output, as it does for tools; the schema itself is in the body. */
const structured =
  (fields: Field): Field =>
  (bound, value, path) => {
    fields(bound, value, path);
    bound.tools();
  };

const schema = object({ type: plain, schema: free });

const amount = object({ type: plain, value: plain });

/** Edits that drop parts of the prompt make it cheaper; one that summarises it runs the model once more. */
const EDITS: ReadonlyMap<string, Field> = new Map([
  [
    'clear_tool_uses_20250919',
    object({
      type: plain,
      clear_at_least: amount,
      clear_tool_inputs: plain,
      exclude_tools: plain,
      keep: amount,
      trigger: amount,
    }),
  ],
  [
    'clear_thinking_20251015',
    object({ type: plain, keep: (bound, value, path) => (isObject(value) ? amount : plain)(bound, value, path) }),
  ],
]);

const edit: Field = (bound, value, path) => {
  const type = isObject(value) ? value['type'] : undefined;
  const fields = typeof type === 'string' ? EDITS.get(type) : undefined;
  if (fields === undefined) {
    throw ApiError.invalidRequest(
      `${path}.type: \`${shown(type)}\` is not known to this gateway, and could change the price: leave it out`,
      { error_code: 'unknown_field' },
    );
  }
  fields(bound, value, path);
};

const containerParts = object({ id: plain, skills: list(object({ type: plain, skill_id: plain, version: plain })) });

/** It brings code execution, whose time is billed by the hour. */
const container: Field = (bound, value, path) => {
  (isObject(value) ? containerParts : plain)(bound, value, path);
  bound.container(false);
};

const mcpServer: Field = (bound, value, path) => {
  mcpServerParts(bound, value, path);
  bound.serverTool({ most: null, search: false, path });
};

const mcpServerParts = object({
  type: plain,
  name: plain,
  url: plain,
  authorization_token: plain,
  tool_configuration: object({ allowed_tools: plain, enabled: plain }),
});

const FIELDS: ReadonlyMap<string, Field> = new Map<string, Field>([
  ['model', plain],
  ['max_tokens', plain],
  ['stream', plain],
  ['metadata', object({ user_id: plain })],
  ['stop_sequences', plain],
  ['temperature', plain],
  ['top_k', plain],
  ['top_p', plain],
  // Thinking is output, and `max_tokens` bounds it.
  [
    'thinking',
    object({
      type: plain,
      budget_tokens: plain,
      display: plain,
      block_binding: object({ prefix_mismatch_behavior: plain }),
    }),
  ],
  ['tool_choice', object({ type: plain, name: plain, disable_parallel_tool_use: plain })],
  ['diagnostics', object({ previous_message_id: plain })],
  ['messages', messages],
  ['system', content],
  ['cache_control', cacheControl],
  ['tools', list(tool)],
  [
    'output_config',
    structured(
      object({
        effort: plain,
        format: schema,
        task_budget: object({ type: plain, total: plain, remaining: plain }),
      }),
    ),
  ],
  ['output_format', structured(schema)],
  ['context_management', object({ edits: list(edit) })],
  ['container', container],
  ['mcp_servers', list(mcpServer)],
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
    containerMs: settings.codeExecutionMs,
  });
  for (const [name, value] of Object.entries(body)) {
    const field = FIELDS.get(name);
    if (field === undefined) throw unknownField(name.slice(0, 64));
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
  if (model === undefined) throw missing('model');
  if (typeof model !== 'string' || model === '') throw ApiError.invalidRequest('model: expected a model id');
  // Half of a surrogate pair is no text: it would go on as something else.
  if (/\p{Surrogate}/u.test(model)) {
    throw ApiError.invalidRequest('model: expected a model id in Unicode');
  }
  if (encodeUtf8(model).length > MAX_MODEL_BYTES) {
    throw ApiError.invalidRequest(`model: expected a model id of at most ${MAX_MODEL_BYTES} bytes`);
  }
  return model;
}

function readMaxTokens(body: JsonObject): number {
  const most = body['max_tokens'];
  if (most === undefined) throw missing('max_tokens');
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

function missing(name: string): ApiError {
  return ApiError.invalidRequest(`${name}: is missing`);
}

function oneOf<T extends string>(value: Json, path: string, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === value);
  if (found === undefined) {
    throw ApiError.invalidRequest(`${path}: expected ${allowed.map((each) => `\`${each}\``).join(' or ')}`);
  }
  return found;
}
