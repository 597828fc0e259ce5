/** A Messages request as the upstream reads it: checked as the provider checks it, with the directives it carries. */
import { DirectiveError, directivesIn } from './directive.mjs';
import { Failure } from './failure.mjs';
import { modelNamed } from './model.mjs';

/**
 * @typedef {Record<string, unknown>} Fields
 * @typedef {{
 *   model: string, maxTokens: number, stream: boolean, thinking: boolean, clientTool: string | null, webSearch: boolean,
 *   speed: 'standard' | 'fast', inferenceGeo: string, bytes: number, directives: import('./directive.mjs').Directive[],
 * }} MessagesRequest
 */

/**
 * @param {unknown} value
 * @returns {value is Fields}
 */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * @param {Buffer} body
 * @returns {Fields}
 */
function fieldsOf(body) {
  /** @type {unknown} */
  let value;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    throw new Failure(400, 'The request body is not valid JSON.');
  }
  if (!isObject(value)) throw new Failure(400, 'The request body must be an object.');
  return value;
}

/** @param {unknown} content */
function textOf(content) {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) throw new Failure(400, 'messages: content must be a string or a list of blocks');
  return content.map((block) => (isObject(block) && typeof block.text === 'string' ? block.text : '')).join('\n');
}

/** @param {Fields} fields */
function messagesOf(fields) {
  const messages = fields.messages;
  if (!Array.isArray(messages) || messages.length === 0) {
    throw new Failure(400, 'messages: at least one message is required');
  }
  return messages.map((message, at) => {
    if (!isObject(message) || (message.role !== 'user' && message.role !== 'assistant')) {
      throw new Failure(400, `messages.${at}.role: must be \`user\` or \`assistant\``);
    }
    return { role: message.role, text: textOf(message.content) };
  });
}

/** @param {Fields} fields */
function toolsOf(fields) {
  const tools = fields.tools ?? [];
  if (!Array.isArray(tools) || !tools.every(isObject)) throw new Failure(400, 'tools: must be a list of tools');
  const typed = tools.map((tool) => ({ type: String(tool.type ?? 'custom'), name: String(tool.name ?? '') }));
  return {
    clientTool: typed.find((tool) => tool.type === 'custom')?.name ?? null,
    webSearch: typed.some((tool) => tool.type.startsWith('web_search_')),
  };
}

/** @param {Fields} fields */
function directivesOf(fields) {
  const last = messagesOf(fields).findLast((message) => message.role === 'user');
  try {
    return directivesIn(last?.text ?? '');
  } catch (error) {
    if (error instanceof DirectiveError) throw new Failure(400, error.message);
    throw error;
  }
}

/** @param {Fields} fields */
function modelOf(fields) {
  if (typeof fields.model !== 'string' || fields.model === '') throw new Failure(400, 'model: Field required');
  modelNamed(fields.model);
  return fields.model;
}

/**
 * @param {Buffer} body
 * @returns {MessagesRequest}
 */
export function messagesRequest(body) {
  const fields = fieldsOf(body);
  const model = modelOf(fields);
  const maxTokens = fields.max_tokens;
  if (typeof maxTokens !== 'number' || !Number.isInteger(maxTokens) || maxTokens < 1) {
    throw new Failure(400, 'max_tokens: must be an integer of 1 or more');
  }
  if (fields.stream !== undefined && typeof fields.stream !== 'boolean') {
    throw new Failure(400, 'stream: must be true or false');
  }
  return {
    model,
    maxTokens,
    stream: fields.stream === true,
    thinking: isObject(fields.thinking) && fields.thinking.type !== 'disabled',
    ...toolsOf(fields),
    speed: fields.speed === 'fast' ? 'fast' : 'standard',
    inferenceGeo: typeof fields.inference_geo === 'string' ? fields.inference_geo : 'global',
    bytes: body.length,
    directives: directivesOf(fields),
  };
}

/**
 * @param {Buffer} body
 * @returns {{ bytes: number, directives: import('./directive.mjs').Directive[] }}
 */
export function countRequest(body) {
  const fields = fieldsOf(body);
  modelOf(fields);
  return { bytes: body.length, directives: directivesOf(fields) };
}
