/**
 * JSON that every parser reads alike: no duplicate keys, no bytes that are not UTF-8, bounded nesting.
 *
 * The gateway judges its own reading of a body and the upstream acts on its own. Where two readings can differ (RFC 8259
 * leaves it open which of two equal keys counts), what was checked would not be what is billed.
 */
import { ApiError } from './api_error.js';
import { placeOfFault } from './json_fault.js';
import { decodeStrictUtf8 } from './utf8.js';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

const MAX_DEPTH = 256;
const COLON = 0x3a;
const BACKSLASH = 0x5c;

export function parseStrictJson(bytes: Uint8Array): Json {
  let text: string;
  try {
    text = decodeStrictUtf8(bytes);
  } catch {
    throw refused('is not UTF-8', 'encode it as UTF-8');
  }
  try {
    refuseAmbiguity(text);
    return JSON.parse(text) as Json;
  } catch (error) {
    if (error instanceof ApiError) throw error;
    // The engine's own message would quote the body, and a body may hold what must not reach a log.
    throw refused('is not valid JSON', placeOfFault(text));
  }
}

/** Walks the structure. Text that is not JSON may pass here: the parser that comes next refuses it. */
function refuseAmbiguity(text: string): void {
  const open: (Set<string> | null)[] = []; // for an object its keys so far, for an array null
  for (let at = 0; at < text.length; at += 1) {
    switch (text[at]) {
      case '{':
      case '[':
        if (open.length === MAX_DEPTH) throw refused(`nests deeper than ${MAX_DEPTH} levels`, 'nest it less');
        open.push(text[at] === '{' ? new Set() : null);
        break;
      case '}':
      case ']':
        open.pop();
        break;
      case '"': {
        const end = endOfString(text, at);
        if (end === -1) return;
        const keys = open.at(-1);
        if (keys && isKey(text, end + 1)) addKey(keys, text.slice(at, end + 1));
        at = end;
        break;
      }
    }
  }
}

function addKey(keys: Set<string>, literal: string): void {
  // Two spellings of one key (`"a"`, `"\u0061"`) are duplicates too.
  const key = JSON.parse(literal) as string;
  if (keys.has(key)) {
    throw ApiError.invalidRequest(`the key \`${key.slice(0, 64)}\` stands twice in one object: send it once`, {
      error_code: 'duplicate_key',
      problems: [
        {
          path: key.slice(0, 64),
          value: '(not shown)',
          message: 'the key stands twice in one object',
          remedy: 'send it once',
        },
      ],
    });
  }
  keys.add(key);
}

/** A body that is nothing to read fields in; nothing of it is shown. */
function refused(fault: string, remedy: string): ApiError {
  return ApiError.invalidRequest(`the body ${fault}: ${remedy}`, {
    error_code: 'invalid_json',
    problems: [{ path: 'body', value: '(not shown)', message: `it ${fault}`, remedy }],
  });
}

/** Only a key is followed by a colon. */
function isKey(text: string, from: number): boolean {
  let at = from;
  while (at < text.length && text.charCodeAt(at) <= 0x20) at += 1;
  return text.charCodeAt(at) === COLON;
}

/** The index of the quote that closes the string opened at `start`, or -1. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1) {
    let before = end - 1;
    while (text.charCodeAt(before) === BACKSLASH) before -= 1;
    if ((end - 1 - before) % 2 === 0) return end;
    end = text.indexOf('"', end + 1);
  }
  return -1;
}

/** A value for a message, never at length. */
export function shown(value: Json | undefined): string {
  if (typeof value === 'string') return value.slice(0, 64);
  if (Array.isArray(value)) return 'a list';
  return isObject(value) ? 'an object' : String(value);
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
