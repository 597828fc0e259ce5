/** The instance of a module: what it throws, and what becomes of it when it fails. */
import { TollgateError, type Problem } from './error.js';

export class Instance {
  // Counts the instances of the module. An engine of an earlier one is lost.
  #number = 0;
  readonly #reset: () => void;

  /** `reset` replaces the instance by a new one. */
  constructor(reset: () => void) {
    this.#reset = reset;
  }

  /** The instance of the module that answers now. */
  get number(): number {
    return this.#number;
  }

  /** Turns what the module throws into a `TollgateError`; a panic replaces the whole instance. */
  guarded<T>(call: () => T): T {
    try {
      return call();
    } catch (thrown) {
      if (thrown instanceof TollgateError) {
        throw thrown;
      }
      const refusal = refusalOf(thrown);
      if (refusal !== undefined) {
        throw new TollgateError(refusal.code, refusal.message, refusal.path, refusal.problems ?? []);
      }
      // The module trapped. Its memory is not to be believed: no engine in it ever answers again.
      this.#number += 1;
      this.#reset();
      throw new TollgateError(
        'engine_lost',
        `the engine failed and was discarded: rebuild it from its log (${String(thrown)})`,
      );
    }
  }
}

interface Refusal {
  code: string;
  message: string;
  path: string;
  problems?: Problem[];
}

/** What a module throws at a caller's mistake is the text of an error. */
function refusalOf(thrown: unknown): Refusal | undefined {
  return typeof thrown === 'string' ? (JSON.parse(thrown) as { error: Refusal }).error : undefined;
}
