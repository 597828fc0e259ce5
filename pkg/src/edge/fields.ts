/**
 * The fields that an object of a request may have, as tables that are data.
 *
 * A field that is not in its table could change the price in a way that the bound does not know, so it is refused by name,
 * however deep it stands.
 */
import { ApiError } from './api_error.js';
import type { CostBound } from './bound.js';
import { isObject, type Json } from './strict_json.js';

/** Judges a value, and notes in the bound what it can cost. */
export type Field = (bound: CostBound, value: Json, path: string) => void;
export type Fields = Readonly<Record<string, Field>>;

/** A string, a number, a truth value, or a list of such: nothing stands in it. */
export const plain: Field = (_, value, path) => {
  const values = Array.isArray(value) ? value : [value];
  if (values.some((each) => typeof each === 'object' && each !== null)) {
    throw ApiError.invalidRequest(`${path}: expected no object in it`);
  }
};

/** What the model reads as plain text, however it looks: a name in it means nothing. */
export const free: Field = () => undefined;

/** An object that has no other fields than these; null is absent. */
export function object(fields: Fields): Field {
  const known = new Map(Object.entries(fields));
  return (bound, value, path) => {
    if (value === null) return;
    if (!isObject(value)) throw ApiError.invalidRequest(`${path}: expected an object`);
    for (const [name, child] of Object.entries(value)) {
      const field = known.get(name);
      if (field === undefined) throw unknownField(`${path}.${name.slice(0, 64)}`);
      if (child !== null) field(bound, child, `${path}.${name}`);
    }
  };
}

/** An object whose names the caller chose, such as those of tools. */
export function each(field: Field): Field {
  return (bound, value, path) => {
    if (!isObject(value)) throw ApiError.invalidRequest(`${path}: expected an object`);
    for (const [name, child] of Object.entries(value)) field(bound, child, `${path}.${name.slice(0, 64)}`);
  };
}

export function list(field: Field): Field {
  return (bound, value, path) => {
    if (!Array.isArray(value)) throw ApiError.invalidRequest(`${path}: expected a list`);
    value.forEach((item, index) => field(bound, item, `${path}.${index}`));
  };
}

export function unknownField(path: string): ApiError {
  return ApiError.invalidRequest(
    `${path}: this field is not known to this gateway, and could change the price: leave it out`,
    { error_code: 'unknown_field' },
  );
}
