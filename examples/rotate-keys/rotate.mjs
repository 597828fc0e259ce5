/**
 * Rotates the keys that are due, for a scheduler to run once a day.
 *
 *   TOLLGATE_BASE_URL=https://gateway.acme.example TOLLGATE_ADMIN_KEY=… \
 *     node rotate.mjs --pending /var/lib/rotate-keys -- ./store-secret.sh
 *
 * For each key the gateway makes a new secret, and takes those before for three days more. The command behind `--` gets the new secret on its
 * standard input, and TOLLGATE_KEY_ID and TOLLGATE_KEY_NAME in its environment: it puts the secret where the key's clients read it, and ends
 * with 0 when it stands there. The secret is in no argument, no environment and no log, and what the command says is passed on without it.
 *
 * The key that the script itself runs by (TOLLGATE_ADMIN_KEY) is left out unless `--own-key` says that the command stores its new secret where the
 * next run finds it.
 *
 * Run again it does what is still to do: a key that was rotated is not due any more, and one whose secret was not handed over stands in the
 * directory of `--pending` (its id only) and is rotated anew. It ends with 0 when every key that was due has a secret that works, with 1 when one has
 * not, and with 2 when it was called wrongly.
 */
import { APIError, ConflictError, Tollgate } from 'tollgate/admin';

import { handOver } from './hand_over.mjs';
import { Misuse, USAGE, readOptions } from './options.mjs';
import { ownKeyOf } from './own_key.mjs';
import { Pending } from './pending.mjs';
import { checkSecret } from './secret.mjs';

/** The most secrets that a key can have: another one would push out the oldest, which its clients may still use. */
const MAX_SECRETS = 4;

const NEXT_RUN = 'give the next run the secret that the command has stored, as TOLLGATE_ADMIN_KEY';

/** @typedef {import('tollgate/admin').ApiKey} ApiKey */

/**
 * The keys that are due, and those whose rotation was begun and not done.
 *
 * @param {Tollgate} admin
 * @param {import('./options.mjs').Options} options
 * @param {Pending} pending
 */
async function dueKeys(admin, { dueBeforeMs, workspace }, pending) {
  /** @type {ApiKey[]} */
  const due = [];
  const narrowed = workspace === undefined ? {} : { workspace_id: workspace };
  for await (const key of admin.apiKeys.list({ status: 'active', limit: 1000, ...narrowed })) {
    const isDue = key.rotation_due_at !== null && Date.parse(key.rotation_due_at) <= dueBeforeMs;
    // What expired, or belongs to nobody any more, is refused whatever its secret.
    const isUsed = key.status === 'active' && key.owner_active && key.workspace_active;
    if (isUsed && (isDue || pending.has(key.id))) due.push(key);
  }
  return due;
}

/**
 * @param {Tollgate} admin
 * @param {ApiKey} key
 * @param {import('./options.mjs').Options} options
 * @param {Pending} pending
 */
async function rotate(admin, key, { overlapMs, command, baseURL }, pending) {
  const taken = key.secrets.filter(({ expires_at }) => expires_at === null || Date.parse(expires_at) > Date.now());
  if (taken.length >= MAX_SECRETS) {
    throw new Error(
      `it has ${taken.length} secrets already, and another one would end the oldest, which may be in use: mend the command, then rotate when one has ended`,
    );
  }
  // Noted first: a secret that is made and lost with this process must be made anew before those in use end.
  const wasPending = pending.has(key.id);
  pending.add(key.id);
  // The revision keeps two of these, on two machines, from rotating one key at a time.
  const rotated = await admin.apiKeys.rotate(key.id, { overlap_ms: overlapMs, revision: key.revision }).catch((error) => {
    // What was refused has made no secret; what was not answered may have.
    const isRefused = error instanceof APIError && error.status !== undefined && error.status < 500;
    if (isRefused && !wasPending) pending.remove(key.id);
    throw error;
  });
  // Before, so that no client is given a secret that is refused; and after, with what the clients have now.
  await checkSecret(baseURL, rotated);
  await handOver(command, rotated);
  await checkSecret(baseURL, rotated);
  pending.remove(key.id);
  const ends = rotated.secrets.flatMap(({ expires_at }) => expires_at ?? []).sort().at(-1);
  console.log(`${key.id}: rotated: ${ends === undefined ? 'the secrets before are refused' : `the secrets before are taken until ${ends}`}`);
}

/**
 * Parts what is due into what is rotated, those last of which may be the key that this runs by, and what is left out, with why. The notes say what
 * is to be done about such a key once it was rotated.
 *
 * @param {Tollgate} admin
 * @param {ApiKey[]} due
 * @param {import('./options.mjs').Options} options
 * @param {Pending} pending
 */
async function withoutOwn(admin, due, { apiKey, ownKey }, pending) {
  const admins = due.filter(({ kind }) => kind === 'admin');
  const own = admins.length === 0 ? null : await ownKeyOf(admin, apiKey);
  // Where it cannot be known which it is, it may be any of them.
  const mayBeOwn = own === null ? [] : admins.filter(({ id }) => own.id === null || id === own.id);
  const others = due.filter((key) => !mayBeOwn.includes(key));
  // What was begun and not done must be done: the secrets before will end.
  const kept = mayBeOwn.filter(({ id }) => ownKey || pending.has(id));
  const why = own?.id === null ? `an admin key, and ${own.why}` : 'this runs by it (TOLLGATE_ADMIN_KEY)';
  const left = mayBeOwn.filter((key) => !kept.includes(key)).map((key) => ({ key, why }));
  /** What to do about each when it was rotated. */
  const then = own?.id === null ? `${why}: if it does, ${NEXT_RUN}` : `this runs by it: ${NEXT_RUN}`;
  return { due: [...others, ...kept], left, notes: new Map(kept.map(({ id }) => [id, then])) };
}

async function main() {
  const options = readOptions(process.argv.slice(2), process.env);
  const admin = new Tollgate({ apiKey: options.apiKey, baseURL: options.baseURL });
  const pending = options.dryRun ? Pending.in(options.pending) : Pending.lock(options.pending);
  const { due, left, notes } = await withoutOwn(admin, await dueKeys(admin, options, pending), options, pending);
  for (const { key, why } of left) {
    console.log(`${key.id}: due on ${key.rotation_due_at}: left out: ${why}: rotate it by hand, or with --own-key`);
  }
  let failed = 0;
  for (const key of due) {
    if (options.dryRun) {
      console.log(`${key.id}: ${pending.has(key.id) ? 'was begun and not done' : `due on ${key.rotation_due_at}`}: would be rotated`);
      continue;
    }
    try {
      await rotate(admin, key, options, pending);
      if (notes.has(key.id)) console.log(`${key.id}: ${notes.get(key.id)}`);
    } catch (error) {
      failed += 1;
      const told = error instanceof ConflictError ? 'somebody else changed it meanwhile: run this again' : messageOf(error);
      console.error(`${key.id}: not rotated: ${told}`);
    }
  }
  console.log(`${due.length} due, ${options.dryRun ? 0 : due.length - failed} rotated, ${failed} failed${left.length === 0 ? '' : `, ${left.length} left out`}`);
  return failed === 0 ? 0 : 1;
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Misuse ? `${error.message}\n\n${USAGE}` : messageOf(error));
  process.exitCode = error instanceof Misuse ? 2 : 1;
}
