/** What is wrong with a request that a schema refuses: where, what stands there, and what should. */
import type { z } from '@hono/zod-openapi';

import { withoutSecrets } from '../secret_mask.js';
import { nearest } from './nearest.js';
import { either, type ShownProblem } from '../problem.js';
import {
  TYPES,
  elsewhere,
  faultsOf,
  fieldsOf,
  objectsAt,
  requiredFields,
  writtenAt,
  type ObjectSchema,
  type Schema,
} from './schema_place.js';

type Issue = z.core.$ZodIssue;
type Place = readonly PropertyKey[];

/** Fields whose values must not be repeated to anybody. */
const SECRET = new Set(['code']);
const MAX_SHOWN = 80;
/** Of a longer text the rest is not even looked at. */
const MAX_READ = 400;
/** So many unknown fields of one object are reported. */
const MOST_UNKNOWN = 20;
/** A list of more words than this is not repeated. */
const MOST_WORDS = 16;

/** What was sent, where, and what is taken there. */
export interface Sent {
  /** Which part of the request: `json`, `query`, `param`, `header`. */
  target: string;
  input: unknown;
  schema: Schema;
}

export function problemsOf(issues: readonly Issue[], sent: Sent): ShownProblem[] {
  const told = new Map<string, ShownProblem>();
  for (const problem of new Faults(sent).of(issues, [])) {
    const key = JSON.stringify([problem.path, problem.message]);
    if (!told.has(key)) told.set(key, problem);
  }
  return [...told.values()];
}

class Faults {
  readonly #sent: Sent;

  constructor(sent: Sent) {
    this.#sent = sent;
  }

  of(issues: readonly Issue[], below: Place): ShownProblem[] {
    return issues.flatMap((issue) => this.#problems(issue, [...below, ...issue.path]));
  }

  #problems(issue: Issue, place: Place): ShownProblem[] {
    switch (issue.code) {
      case 'unrecognized_keys':
        return this.#unknownFields(place, issue.keys);
      case 'invalid_union':
        if ('options' in issue && issue.errors.length === 0) return [this.#noSuchWord(place, issue.options ?? [])];
        return this.#noSuchForm(issue.errors, place);
      case 'invalid_value':
        return [this.#noSuchWord(place, issue.values, issue.message)];
      default:
        return [this.#problem(place, faultOf(issue, this.#at(place)), remedyOf(issue))];
    }
  }

  /** Fields that are not taken where they stand. */
  #unknownFields(place: Place, keys: readonly string[]): ShownProblem[] {
    const forms = objectsAt(this.#sent.schema, place);
    const names = fieldsOf(forms);
    const given = Object.keys(Object(this.#at(place)));
    const free = names.filter((name) => !given.includes(name));
    return keys.slice(0, MOST_UNKNOWN).flatMap((key) => {
      const at = [...place, key];
      const instead = elsewhere(forms, key, given);
      if (instead === undefined && names.includes(key)) return this.#fieldOfAnother(forms, given, at);
      return [this.#problem(at, 'the field is not known here', instead ?? nearOrLeaveOut(key, names, free))];
    });
  }

  /** A field that one of the forms has, and not the one that the rest was read by. */
  #fieldOfAnother(forms: readonly ObjectSchema[], given: readonly string[], at: Place): ShownProblem[] {
    const place = at.slice(0, -1);
    const [form] = forms
      .filter((each) => given.every((name) => Object.hasOwn(each._zod.def.shape, name)) && !faultsOf(each, this.#at(place)).some(isTag))
      .sort((one, other) => missing(one, given).length - missing(other, given).length);
    if (form === undefined) return [this.#problem(at, 'it does not go with what else is given', 'leave it out')];
    const needed = listed(missing(form, given), 'and');
    if (needed !== '') return [this.#problem(at, `it stands only beside ${needed}`, `give ${needed} too, or leave it out`)];
    // All its fields are there, so that something is wrong with one of them.
    return this.of(faultsOf(form, this.#at(place)), place);
  }

  #noSuchWord(place: Place, words: readonly unknown[], said = ''): ShownProblem {
    const value = this.#at(place);
    const fault = value === undefined ? 'it is missing' : 'it is not what belongs there';
    return this.#problem(place, fault, wordRemedy(value, words, said));
  }

  /** Of several forms that do not fit, what is wrong with the one that fits best. */
  #noSuchForm(errors: readonly Issue[][], place: Place): ShownProblem[] {
    const candidates = errors.filter((issues) => !issues.some(isOfAnotherKind)).sort(byFit);
    const [best] = candidates;
    if (best === undefined) {
      const value = this.#at(place);
      const words = errors.flat().flatMap((issue) => (issue.code === 'invalid_value' && issue.path.length === 0 ? issue.values : []));
      const near = typeof value === 'string' ? nearest(value, words.filter(isText)) : null;
      const remedy = near === null ? `give ${either(writtenAt(this.#sent.schema, place))}` : `write \`"${near}"\``;
      return [this.#problem(place, value === undefined ? 'it is missing' : 'it is none of the forms that it may have', remedy)];
    }
    const choices = candidates.map((issues) => issues.find(isTag));
    if (choices.every((choice) => choice !== undefined)) {
      // Each form says by one word that it is another one.
      const [tag] = choices;
      const words = choices.flatMap(({ values }) => values);
      if (tag !== undefined && choices.every(({ path }) => path[0] === tag.path[0])) {
        return [this.#noSuchWord([...place, ...tag.path], words)];
      }
    }
    return this.#choiceMissing(candidates.filter((issues) => byFit(issues, best, 'choice') === 0), place) ?? this.of(best, place);
  }

  /** Where forms that fit equally well each want a field of their own: one of these is missing. */
  #choiceMissing(forms: readonly Issue[][], place: Place): ShownProblem[] | null {
    const missing = forms.map((issues) =>
      issues.flatMap(({ path }) => (path.length === 1 && this.#at([...place, ...path]) === undefined ? [String(path[0])] : [])),
    );
    const own = missing.map((names) => names.filter((name) => !missing.every((others) => others.includes(name))));
    const firsts = own.map(([first]) => first);
    if (forms.length < 2 || !firsts.every(isText)) return null;
    const [best = []] = forms;
    const rest = this.of(best, place).filter((_, index) => !own[0]?.includes(String(best[index]?.path[0])));
    const choice = listed([...new Set(firsts)], 'or');
    return [...rest, this.#problem(place, `one of the fields ${choice} is missing`, `give ${choice}`)];
  }

  #problem(place: Place, message: string, remedy: string): ShownProblem {
    const { target } = this.#sent;
    const found = this.#at(place);
    const secret = found !== undefined && place.some((part) => SECRET.has(String(part)));
    const path = place.length === 0 ? (target === 'json' ? 'body' : target) : pathOf(place);
    return { path, value: secret ? '(not shown)' : shown(found), message, remedy };
  }

  #at(place: Place): unknown {
    return valueAt(this.#sent.input, place);
  }
}

function nearOrLeaveOut(key: string, names: readonly string[], free: readonly string[]): string {
  const near = nearest(key, free);
  if (near !== null) return `write \`${near}\``;
  return names.length === 0 ? 'leave it out; nothing can be given here' : `leave it out; the fields here are ${listed(names, 'and')}`;
}

/** The fields that an object needs beside those that are given. */
function missing(form: ObjectSchema, given: readonly string[]): string[] {
  return requiredFields(form).filter((name) => !given.includes(name));
}

/** It is not of the kind of value that this form is. */
function isOfAnotherKind({ code, path }: Issue): boolean {
  return path.length === 0 && (code === 'invalid_type' || code === 'invalid_value');
}

/** The word by which a form is told from others. */
function isTag(issue: Issue): issue is z.core.$ZodIssueInvalidValue {
  return issue.code === 'invalid_value' && issue.path.length === 1 && issue.values.length === 1;
}

/** The form that somebody meant has its word, and the fields that were given. */
function byFit(one: readonly Issue[], other: readonly Issue[], by: 'choice' | 'all' = 'all'): number {
  const unknown = (issues: readonly Issue[]) =>
    issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 0), 0);
  const tags = one.filter(isTag).length - other.filter(isTag).length;
  const choice = tags || unknown(one) - unknown(other);
  return by === 'choice' ? choice : choice || one.length - other.length;
}

function wordRemedy(value: unknown, words: readonly unknown[], said: string): string {
  const near = typeof value === 'string' ? nearest(value, words.filter(isText)) : null;
  if (near !== null) return `write \`${near}\``;
  if (said.startsWith('give ')) return said;
  if (words.length > MOST_WORDS) return `give one of the ${words.length} words that the API description lists`;
  return `give ${either(words.map((word) => `\`${String(word)}\``))}`;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function listed(names: readonly string[], last: 'and' | 'or'): string {
  return either(names.map((name) => `\`${name}\``)).replace(/ or (?=`[^`]*`$)/, ` ${last} `);
}

function faultOf(issue: Issue, value: unknown): string {
  if (value === undefined) return 'it is missing';
  switch (issue.code) {
    case 'too_small':
    case 'too_big':
      return 'it is outside its range';
    default:
      return 'it is not what belongs there';
  }
}

function remedyOf(issue: Issue): string {
  // A schema that has something better to say than its pattern says it.
  if (issue.message.startsWith('give ')) return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return `give ${TYPES.get(issue.expected) ?? issue.expected}`;
    case 'too_small':
      return `give ${unit(issue.origin)}${String(issue.minimum)} or more`;
    case 'too_big':
      return `give ${unit(issue.origin)}${String(issue.maximum)} or less`;
    default:
      return 'give what the API description names';
  }
}

function unit(origin: string): string {
  return origin === 'string' ? 'a text of length ' : origin === 'array' ? 'so many items: ' : '';
}

/** What stands at a place; undefined where nothing does. */
export function valueAt(input: unknown, place: Place): unknown {
  return place.reduce<unknown>(
    (value, part) => (value === undefined || value === null ? undefined : Reflect.get(Object(value), part)),
    input,
  );
}

/** A value as a problem shows it. */
export function shown(value: unknown): string {
  if (value === undefined) return '(nothing)';
  const text = withoutSecrets(JSON.stringify(value).slice(0, MAX_READ));
  if (text.length <= MAX_SHOWN) return text;
  return `${text.slice(0, MAX_SHOWN)}…${typeof value === 'string' ? '"' : ''}`;
}

function pathOf(place: Place): string {
  return place
    .map((part, at) => (typeof part === 'number' ? `[${part}]` : `${at === 0 ? '' : '.'}${String(part).slice(0, MAX_SHOWN)}`))
    .join('');
}
