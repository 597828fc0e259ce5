/** A problem with what a caller sent, as the caller is told it. */
import { ApiError } from './api_error.js';
import type { Problem } from '../error.js';

/** A problem as callers see it: the status says what its code says. */
export type ShownProblem = Omit<Problem, 'code'>;

/** In one line. What is no text in quotes stands in backticks. */
export function told({ path, value, message, remedy }: ShownProblem): string {
  return `${path}: ${value.startsWith('"') ? value : `\`${value}\``}: ${message}: ${remedy}`;
}

/** A 400: the first problem is the message, and all of them stand in the details. */
export function malformed(
  problems: readonly [ShownProblem, ...ShownProblem[]],
  error_code = 'invalid_input',
  more: Record<string, unknown> = {},
): ApiError {
  return ApiError.invalidRequest(told(problems[0]), { error_code, ...more, problems });
}

/** Words as a remedy names them: `a`, `b` or `c`. */
export function either(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
