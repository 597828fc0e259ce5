/** What is wrong with a policy, and where. */
export interface Problem {
  path: string;
  value: string;
  message: string;
  remedy: string;
  /** `not_found` where it names something that does not exist. */
  code?: 'not_found';
}

/** A caller's mistake: nothing was changed. */
export class TollgateError extends Error {
  override readonly name = 'TollgateError';
  /** A stable code, such as `unknown_reservation`; `engine_lost` after a panic, `engine_freed` after `free`. */
  readonly code: string;
  /** Where in the input, such as `command.request.max_tokens`; empty where there is no such place. */
  readonly path: string;
  /** Every problem of a refused policy. */
  readonly problems: readonly Problem[];

  constructor(code: string, message: string, path = '', problems: readonly Problem[] = []) {
    super(message);
    this.code = code;
    this.path = path;
    this.problems = problems;
  }
}
