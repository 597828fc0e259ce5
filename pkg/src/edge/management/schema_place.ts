/** What a schema takes at a place of a request: its fields, its forms, and where else a field that it does not have belongs. */
import { z } from '@hono/zod-openapi';

import { either } from '../problem.js';

export type Schema = z.core.$ZodType;
export type ObjectSchema = z.core.$ZodObject;
type Place = readonly PropertyKey[];

/** For fields that an object does not have and that somebody may well give: what to do instead. */
const ELSEWHERE = z.registry<Readonly<Record<string, string>>>();

export function withElsewhere<S extends z.ZodType>(schema: S, remedies: Readonly<Record<string, string>>): S {
  for (const form of formsOf(schema)) ELSEWHERE.add(form as never, remedies as never);
  return schema;
}

/** What to do instead of giving a field, by the form that has most of what is given; undefined where nothing is known of it. */
export function elsewhere(forms: readonly ObjectSchema[], field: string, given: readonly string[]): string | undefined {
  const fit = (form: ObjectSchema) => given.filter((name) => Object.hasOwn(form._zod.def.shape, name)).length;
  return [...forms]
    .sort((one, other) => fit(other) - fit(one))
    .map((form) => own(ELSEWHERE.get(form as never), field))
    .find((remedy) => remedy !== undefined);
}

/** What stands under a name; nothing of what every object has. */
function own<T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
}

/** The objects that may stand at a place. */
export function objectsAt(schema: Schema, place: Place): ObjectSchema[] {
  return formsAt(schema, place).filter(isObject);
}

/** The names of the fields that some of these objects have. */
export function fieldsOf(forms: readonly ObjectSchema[]): string[] {
  return [...new Set(forms.flatMap((form) => Object.keys(form._zod.def.shape)))];
}

/** The fields that an object cannot be without. */
export function requiredFields(form: ObjectSchema): string[] {
  const fields = Object.entries(form._zod.def.shape);
  return fields.filter(([, field]) => field._zod.optin === undefined).map(([name]) => name);
}

/** What is wrong with a value that is to be this object. */
export function faultsOf(form: ObjectSchema, value: unknown): z.core.$ZodIssue[] {
  return z.core.safeParse(form, value).error?.issues ?? [];
}

/** The forms that may stand at a place, as somebody would write them. */
export function writtenAt(schema: Schema, place: Place): string[] {
  return [...new Set(formsAt(schema, place).map(written))];
}

function written(form: Schema): string {
  const { def } = form._zod as { def: z.core.$ZodTypeDef };
  if (isObject(form)) return `\`{${requiredFields(form).map((name) => `"${name}": …`).join(', ')}}\``;
  if (def.type === 'literal') return quoted((def as z.core.$ZodLiteralDef<z.core.util.Literal>).values);
  if (def.type === 'enum') return quoted(Object.values((def as z.core.$ZodEnumDef).entries));
  return TYPES.get(def.type) ?? 'what the API description names';
}

function quoted(values: readonly unknown[]): string {
  return either(values.map((value) => `\`${JSON.stringify(value)}\``));
}

/** The types of values in words. */
export const TYPES: ReadonlyMap<string, string> = new Map([
  ['string', 'a string'],
  ['number', 'a number'],
  ['int', 'a whole number'],
  ['boolean', '`true` or `false`'],
  ['array', 'a list'],
  ['object', 'an object'],
  ['record', 'an object'],
  ['null', '`null`'],
]);

function isObject(form: Schema): form is ObjectSchema {
  return form._zod.def.type === 'object';
}

function formsAt(schema: Schema, place: Place): Schema[] {
  return place.reduce<Schema[]>((forms, part) => forms.flatMap((form) => below(form, part)), formsOf(schema));
}

function below(form: Schema, part: PropertyKey): Schema[] {
  if (isObject(form)) {
    const field = own(form._zod.def.shape, String(part));
    return field === undefined ? [] : formsOf(field);
  }
  if (form._zod.def.type !== 'array') return [];
  return formsOf((form._zod.def as z.core.$ZodArrayDef).element);
}

/** What stands behind defaults and the like, and each form of a union. */
function formsOf(schema: Schema): Schema[] {
  const def: z.core.$ZodTypeDef = schema._zod.def;
  switch (def.type) {
    case 'union':
      return (def as z.core.$ZodUnionDef).options.flatMap(formsOf);
    case 'pipe':
      return formsOf((def as z.core.$ZodPipeDef).in);
    case 'optional':
    case 'nullable':
    case 'default':
      return formsOf((def as z.core.$ZodOptionalDef).innerType);
    default:
      return [schema];
  }
}
