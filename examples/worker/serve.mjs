/**
 * Runs the gateway on this machine. `--help` says how to call it, `docs/edge.md` what to do with it.
 *
 * Secrets come from the environment, and go to workerd in its own: no file holds one, so that none is left however the gateway ends.
 */
import { closeSync } from 'node:fs';

import { Refusal } from './machine/refusal.mjs';
import { HELP, optionsFrom } from './options.mjs';

/** What stands between a fresh checkout and this. */
const SET_UP = 'run `cargo xtask build` in the repository, then `npm install` in examples/worker';

/** Loaded when it is needed: help and mistakes are told without what has to be built and installed. */
async function machine() {
  try {
    return await import('./machine/serve.mjs');
  } catch (error) {
    const { code, message } = /** @type {Error & { code?: string }} */ (error);
    if (code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Refusal(`${message}\n${SET_UP}`);
  }
}

/** @returns {Promise<number>} */
async function exitCode() {
  try {
    const options = optionsFrom(process.argv.slice(2), process.env);
    if (options !== 'help') return await (await machine()).serve(options);
    process.stdout.write(HELP);
    return 0;
  } catch (error) {
    const expected = error instanceof Refusal;
    process.stderr.write(`${expected ? `serve: ${error.message}` : error instanceof Error ? error.stack : String(error)}\n`);
    return expected ? error.exitCode : 1;
  }
}

// It serves on when nobody reads any more what it says.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
const code = await exitCode();
process.stdout.write('', () => {
  // Node resets the terminal at its end, and aborts where that has gone.
  for (const descriptor of [0, 1, 2]) closeSync(descriptor);
  process.exit(code);
});
