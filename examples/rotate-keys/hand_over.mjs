/** Gives a new secret to the operator's command. */
import { spawn } from 'node:child_process';

/** The most of what a command says that is passed on. */
const MAX_SAID = 4_096;

/**
 * Runs the command with the secret on its standard input, and fails unless it ends with 0.
 *
 * Its standard output is dropped, for a program may well repeat what it was given; what it says on the other is passed on without the secret.
 *
 * @param {string[]} command
 * @param {import('tollgate/admin').ApiKeyWithSecret} key
 */
export async function handOver([program = '', ...args], { id, name, key: secret }) {
  const { TOLLGATE_ADMIN_KEY: _, ...inherited } = process.env;
  const child = spawn(program, args, {
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { ...inherited, TOLLGATE_KEY_ID: id, TOLLGATE_KEY_NAME: name },
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
    said = (said + text).slice(0, MAX_SAID + secret.length);
  });
  // A command that ends without reading breaks the pipe; how it ended says whether that is a failure.
  child.stdin.on('error', () => {});
  child.stdin.end(secret);
  /** @type {string | null} */
  const failure = await new Promise((done) => {
    child.once('error', (error) => done(error.message));
    child.once('close', (code, signal) => done(code === 0 ? null : `it ended with ${signal ?? code}`));
  });
  const shown = said.replaceAll(secret, '(the secret)').slice(0, MAX_SAID).trimEnd();
  if (failure !== null) throw new Error(`the command \`${program}\` did not take the new secret: ${failure}${shown && `: ${shown}`}`);
  if (shown !== '') console.error(shown);
}
