/** How the script is called. */
import { parseArgs } from 'node:util';

export const USAGE = `node rotate.mjs --pending DIRECTORY [options] -- COMMAND [ARGUMENT…]

  --pending DIRECTORY   keeps the ids of keys whose rotation was begun and is not done
  --overlap-hours N     how long the secrets before are taken (72; 0 to 720): longer than several runs
                        are apart, so that one that fails is made good in time
  --within-days N       also those that will be due in so many days (0)
  --as-of INSTANT       due by then, such as 2027-01-31T00:00:00Z (now)
  --workspace ID        only keys of that workspace
  --own-key             also the admin key that this runs by: COMMAND stores its new secret where the next
                        run has TOLLGATE_ADMIN_KEY from
  --dry-run             says what is due, and changes nothing; needs no command

TOLLGATE_BASE_URL and TOLLGATE_ADMIN_KEY say which gateway, and by which admin key.`;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The script was called wrongly. */
export class Misuse extends Error {}

/**
 * @typedef {object} Options
 * @property {string} baseURL
 * @property {string} apiKey
 * @property {string} pending
 * @property {number} overlapMs
 * @property {number} dueBeforeMs
 * @property {string | undefined} workspace
 * @property {boolean} ownKey whether the key that this runs by is rotated too
 * @property {boolean} dryRun
 * @property {string[]} command
 */

/**
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Options}
 */
export function readOptions(args, env) {
  const end = args.indexOf('--');
  const command = end === -1 ? [] : args.slice(end + 1);
  const values = parsed(end === -1 ? args : args.slice(0, end));
  const dryRun = values['dry-run'] ?? false;
  if (command.length === 0 && !dryRun) throw new Misuse('COMMAND: it is missing: name behind `--` what takes the new secret');
  const asOfMs = values['as-of'] === undefined ? Date.now() : Date.parse(values['as-of']);
  if (Number.isNaN(asOfMs)) throw new Misuse(`--as-of: \`${values['as-of']}\`: give an instant such as 2027-01-31T00:00:00Z`);
  return {
    baseURL: required('TOLLGATE_BASE_URL', env['TOLLGATE_BASE_URL']),
    // As it is sent: a header has no space around it, and a file often ends with a line.
    apiKey: required('TOLLGATE_ADMIN_KEY', env['TOLLGATE_ADMIN_KEY']?.trim()),
    pending: required('--pending', values.pending),
    overlapMs: number('--overlap-hours', values['overlap-hours'] ?? '72', 720) * HOUR_MS,
    dueBeforeMs: asOfMs + number('--within-days', values['within-days'] ?? '0', 366) * DAY_MS,
    workspace: values.workspace,
    ownKey: values['own-key'] ?? false,
    dryRun,
    command,
  };
}

/** @param {string[]} args */
function parsed(args) {
  const text = /** @type {const} */ ({ type: 'string' });
  try {
    return parseArgs({
      args,
      options: {
        'pending': text,
        'overlap-hours': text,
        'within-days': text,
        'as-of': text,
        'workspace': text,
        'own-key': { type: 'boolean' },
        'dry-run': { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new Misuse(error instanceof Error ? error.message : String(error));
  }
}

/** @param {string} name @param {string | undefined} value */
function required(name, value) {
  if (value === undefined || value === '') throw new Misuse(`${name}: it is missing`);
  return value;
}

/** @param {string} name @param {string} value @param {number} most */
function number(name, value, most) {
  const count = Number(value);
  if (value === '' || !Number.isInteger(count) || count < 0 || count > most) {
    throw new Misuse(`${name}: \`${value}\`: give a whole number from 0 to ${most}`);
  }
  return count;
}
