/** The file that tells scripts where the demo serves and with which keys. */
import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { Refusal } from '../worker/machine/refusal.mjs';

/**
 * Writes it in one step: a script that waits for the file never reads half of it, and nobody else can read it at any time.
 *
 * @param {string} path
 * @param {object} content
 * @returns {() => void} takes it away again, unless another demo has written it anew
 */
export function writeReadyFile(path, content) {
  const text = `${JSON.stringify(content, null, 2)}\n`;
  const unfinished = `${path}.${randomUUID()}`;
  try {
    writeFileSync(unfinished, text, { mode: 0o600, flag: 'wx' });
    renameSync(unfinished, path);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw new Refusal(`cannot write \`--ready-file ${path}\` (${error instanceof Error ? error.message : String(error)}): choose a path that can be written`);
  }
  return () => {
    if (textAt(path) === text) rmSync(path, { force: true });
  };
}

/**
 * Whoever waits for the file may have taken it away already.
 *
 * @param {string} path
 */
function textAt(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
