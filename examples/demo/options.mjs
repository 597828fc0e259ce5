/** The command line: what the demo can be told, and what is wrong with what it was told. */
import { parseArgs } from 'node:util';
import { Refusal } from '../worker/machine/refusal.mjs';

export const HELP = `Runs an example company behind Tollgate on this machine.

usage: cargo xtask demo [OPTIONS]

  --once                 run a scripted tour with the SDKs, then stop; fails if anything was not as expected
  --port PORT            where the gateway listens on loopback; 0 for any free port (default 8787, with --once any)
  --state DIR            keep keys, ledger and levels in DIR between runs (default: a directory that is removed)
  --ready-file FILE      once it serves, write its address and keys to FILE, readable by its owner only;
                         it is removed when the demo ends
  --upstream local       answer from a local upstream that costs nothing (the default)
  --upstream anthropic   answer from the real API with the key in ANTHROPIC_API_KEY; this spends real money
  --help                 show this text

docs/demo.md says what to try.
`;

const DEFAULT_PORT = 8787;

/**
 * @typedef {{
 *   help: boolean, once: boolean, port: number, stateDir: string | null, readyFile: string | null,
 *   upstream: { type: 'local' } | { type: 'anthropic', apiKey: string },
 * }} Options
 */

/**
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Options}
 */
export function optionsFrom(args, env) {
  const values = parsed(args);
  const once = values.once === true;
  const upstream = upstreamFrom(values.upstream ?? 'local', env);
  if (once && upstream.type === 'anthropic') {
    throw new Refusal('the tour directs the local upstream and cannot be had from the real one: leave out `--once` or `--upstream anthropic`', 2);
  }
  return {
    help: values.help === true,
    once,
    port: portFrom(values.port, once ? 0 : DEFAULT_PORT),
    stateDir: pathFrom('--state', values.state),
    readyFile: pathFrom('--ready-file', values['ready-file']),
    upstream,
  };
}

/** @param {string[]} args */
function parsed(args) {
  try {
    return parseArgs({
      args,
      options: {
        help: { type: 'boolean', short: 'h' },
        once: { type: 'boolean' },
        port: { type: 'string' },
        state: { type: 'string' },
        'ready-file': { type: 'string' },
        upstream: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new Refusal(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`, 2);
  }
}

/**
 * @param {string | undefined} raw
 * @param {number} otherwise
 */
function portFrom(raw, otherwise) {
  if (raw === undefined) return otherwise;
  const port = Number(raw);
  if (!/^\d{1,5}$/.test(raw) || port > 65535) throw new Refusal(`\`--port ${raw}\` is no port: give an integer from 0 to 65535`, 2);
  return port;
}

/**
 * @param {string} option
 * @param {string | undefined} raw
 */
function pathFrom(option, raw) {
  if (raw === '') throw new Refusal(`\`${option}\` needs a path`, 2);
  return raw ?? null;
}

/**
 * @param {string} name
 * @param {NodeJS.ProcessEnv} env
 * @returns {Options['upstream']}
 */
function upstreamFrom(name, env) {
  // The variable alone never chooses the real API: it stands in many shells, and a demo must not spend money by surprise.
  if (name === 'local') return { type: 'local' };
  if (name !== 'anthropic') throw new Refusal(`\`--upstream ${name}\` is not known: use \`local\` or \`anthropic\``, 2);
  const apiKey = env.ANTHROPIC_API_KEY;
  if (apiKey === undefined || apiKey === '') {
    throw new Refusal('`--upstream anthropic` needs a key of that API in ANTHROPIC_API_KEY: set it, or leave the option out', 2);
  }
  return { type: 'anthropic', apiKey };
}
