/** The instance of the module: what it throws, and what becomes of it when it fails. */
import { __wbg_reset_state } from './core.js';
import { TollgateError, type Problem } from './error.js';

// Counts the instances of the module. An engine of an earlier one is lost.
let current = 0;

/** The instance of the module that answers now. */
export const instance = (): number => current;

/** Turns what the module throws into a `TollgateError`; a panic replaces the whole instance. */
export function guarded<T>(call: () => T): T {
  try {
    return call();
  } catch (thrown) {
    if (thrown instanceof TollgateError) {
      throw thrown;
    }
    if (isRefusal(thrown)) {
      throw new TollgateError(thrown.code, thrown.message, thrown.path, thrown.problems);
    }
    // The module trapped. Its memory is not to be believed: no engine in it ever answers again.
    current += 1;
    __wbg_reset_state();
    throw new TollgateError(
      'engine_lost',
      `the engine failed and was discarded: rebuild it from its log (${String(thrown)})`,
    );
  }
}

function isRefusal(thrown: unknown): thrown is { code: string; message: string; path: string; problems: Problem[] } {
  return (
    typeof thrown === 'object' && thrown !== null && !(thrown instanceof Error) && 'code' in thrown && 'path' in thrown
  );
}
