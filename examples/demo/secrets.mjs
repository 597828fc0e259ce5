/** The company's keys: made once, kept with the state, and known to the gateway by their digests only. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOfKey, generateKey } from 'tollgate/edge';
import { KEY_NAMES, ORGANIZATION } from './company.mjs';
import { Refusal } from '../worker/machine/refusal.mjs';

/** @typedef {import('./company.mjs').KeyName} KeyName */

/**
 * @param {import('../worker/machine/state.mjs').State} state
 * @returns {Promise<{ keys: Record<KeyName, string>, digests: Record<KeyName, string> }>}
 */
export async function companyKeys(state) {
  const path = join(state.dir, 'keys.json');
  const keys = existsSync(path) ? kept(path) : await made(state, path);
  const digests = await Promise.all(KEY_NAMES.map(async (name) => [name, await digestOfKey(keys[name])]));
  return { keys, digests: Object.fromEntries(digests) };
}

/**
 * @param {string} path
 * @returns {Record<KeyName, string>}
 */
function kept(path) {
  /** @type {Partial<Record<KeyName, string>>} */
  let found;
  try {
    found = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Refusal(`cannot read \`${path}\` (${error instanceof Error ? error.message : String(error)}): choose another directory with \`--state\``);
  }
  const missing = KEY_NAMES.filter((name) => typeof found?.[name] !== 'string');
  if (missing.length > 0) {
    throw new Refusal(`\`${path}\` has no key \`${missing.join('`, `')}\`: it is of another release; choose another directory with \`--state\``);
  }
  return /** @type {Record<KeyName, string>} */ (found);
}

/**
 * @param {import('../worker/machine/state.mjs').State} state
 * @param {string} path
 */
async function made(state, path) {
  if (existsSync(state.objectsDir)) {
    throw new Refusal(`\`${state.dir}\` holds an organization but not its keys, which cannot be made again: choose another directory with \`--state\``);
  }
  const pairs = await Promise.all(KEY_NAMES.map(async (name) => [name, (await generateKey(ORGANIZATION)).key]));
  const keys = Object.fromEntries(pairs);
  // Whole or not at all: half a file would lock the company out of its own state.
  writeFileSync(`${path}.new`, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return keys;
}
