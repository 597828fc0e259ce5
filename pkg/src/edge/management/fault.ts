/** What is wrong with a request that a schema refuses: where, what stands there, and what should. */
import type { z } from '@hono/zod-openapi';

import type { Problem } from '../../error.js';
import { withoutSecrets } from '../secret_mask.js';

type Issue = z.core.$ZodIssue;

/** Fields whose values must not be repeated to anybody. */
const SECRET = new Set(['code']);
const MAX_SHOWN = 80;

export function problemsOf(issues: readonly Issue[], input: unknown): Problem[] {
  return issues.flatMap((issue) => problems(issue, input));
}

function problems(issue: Issue, input: unknown): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      return problem(path, input, 'the field is not known here', 'leave it out');
    });
  }
  if (issue.code === 'invalid_union') {
    const closest = closestOf(issue.errors);
    if (closest !== null) {
      return closest.flatMap((each) => problems({ ...each, path: [...issue.path, ...each.path] }, input));
    }
    return [
      problem(
        issue.path,
        input,
        'it has none of the forms that it may have',
        'give one that the API description names',
      ),
    ];
  }
  return [problem(issue.path, input, faultOf(issue, valueAt(input, issue.path)), remedyOf(issue))];
}

/** Of several forms that do not fit, what is wrong with the one that fits best; null where none is of its kind. */
function closestOf(forms: readonly Issue[][]): readonly Issue[] | null {
  const isOther = ({ code, path }: Issue) => path.length === 0 && (code === 'invalid_type' || code === 'invalid_value');
  const [best] = forms.filter((issues) => !issues.some(isOther)).sort((one, other) => one.length - other.length);
  return best ?? null;
}

function problem(path: readonly PropertyKey[], input: unknown, message: string, remedy: string): Problem {
  const found = valueAt(input, path);
  const value = found !== undefined && path.some((part) => SECRET.has(String(part))) ? '(not shown)' : shown(found);
  return { path: path.length === 0 ? 'body' : pathOf(path), value, message, remedy };
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
      return `give a value of the type ${issue.expected}`;
    case 'invalid_value':
      return `give ${issue.values.map((value) => `\`${String(value)}\``).join(' or ')}`;
    case 'too_small':
      return `give ${unit(issue.origin)}${String(issue.minimum)} or more`;
    case 'too_big':
      return `give ${unit(issue.origin)}${String(issue.maximum)} or less`;
    case 'invalid_format':
      return issue.pattern === undefined
        ? `give a text of the form ${issue.format}`
        : `give a text that matches ${issue.pattern}`;
    case 'custom':
      return issue.message;
    default:
      return 'give what the API description names';
  }
}

function unit(origin: string): string {
  return origin === 'string' ? 'a text of length ' : origin === 'array' ? 'so many items: ' : '';
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, part) => (value === undefined || value === null ? undefined : Reflect.get(Object(value), part)),
    input,
  );
}

function shown(value: unknown): string {
  return value === undefined ? '(nothing)' : withoutSecrets(JSON.stringify(value)).slice(0, MAX_SHOWN);
}

function pathOf(path: readonly PropertyKey[]): string {
  return path
    .map((part, at) => (typeof part === 'number' ? `[${part}]` : `${at === 0 ? '' : '.'}${String(part)}`))
    .join('');
}
