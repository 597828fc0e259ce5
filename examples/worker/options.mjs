/** How the gateway is told what to serve: by options what anybody may read, by the environment what nobody else may. */
import { parseArgs } from 'node:util';

import { Refusal } from './machine/refusal.mjs';

export const HELP = `Runs a gateway on this machine: the worker that production deploys, under workerd, with its organization in a directory.

usage: node serve.mjs --policy FILE --state DIR [OPTIONS]

  --policy FILE           the policy file that seeds the organization (docs/policy.md); once the organization has begun, its
                          own log says what is configured, and the file only which organization it is (another one is refused)
  --state DIR             keeps the organization (keys by their digests, limits, budgets, ledger, audit log) in DIR, which one
                          gateway at a time may use
  --restore FILE          begins the organization with an export (docs/management.md) instead of the policy file, which says only
                          whose it is: into a DIR where nothing has begun
  --upstream URL          where the Messages API is (default https://api.anthropic.com)
  --port PORT             where to listen; 0 for any free port (default 8787)
  --host ADDRESS          the address to listen on (default 127.0.0.1; another one needs a proxy in front that speaks TLS)
  --client-address NAME   the header in which the proxy in front says where a request came from, for the audit log
                          (default: the other end of the connection)
  --help                  show this text

From the environment, for every process of this machine can read options:

  UPSTREAM_API_KEY        required: the upstream's own key, which replaces those of callers
  OPERATOR_TOKEN          opens the operator's routes; without it there are none
  OPENID, UPSTREAM_TIMEOUT_MS, MAX_BODY_BYTES, ON_DISCONNECT, SERVER_TOOL_ITERATIONS, CODE_EXECUTION_MS, SNAPSHOT_EVERY
                          settings of docs/edge.md

Exit codes: 0 stopped by Ctrl-C, SIGTERM or the end of its terminal; 1 something failed; 2 the options, the environment or the policy are wrong.
`;

const DEFAULT_PORT = 8787;
const DEFAULT_UPSTREAM = 'https://api.anthropic.com';
/** An operator's token guards everything that the organization has. */
const LEAST_TOKEN = 16;

/** What comes from the environment as it is. */
const OPTIONAL = /** @type {const} */ ([
  'OPENID',
  'UPSTREAM_TIMEOUT_MS',
  'MAX_BODY_BYTES',
  'ON_DISCONNECT',
  'SERVER_TOOL_ITERATIONS',
  'CODE_EXECUTION_MS',
  'SNAPSHOT_EVERY',
]);

/**
 * @typedef {object} Options
 * @property {string} policyFile
 * @property {string} stateDir
 * @property {string | null} restoreFile
 * @property {string} host
 * @property {number} port
 * @property {import('./src/env.js').Variables & { OPERATOR_TOKEN?: string, SNAPSHOT_EVERY?: string }} vars all but the policy
 */

/**
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Options | 'help'}
 */
export function optionsFrom(args, env) {
  const values = parsed(args);
  if (values.help === true) return 'help';
  /** @type {string[]} */
  const missing = [];
  const required = (/** @type {string} */ name, /** @type {string | undefined} */ value, /** @type {string} */ remedy) => {
    if (value === undefined || value === '') missing.push(`\`${name}\` is missing: ${remedy}`);
    return value ?? '';
  };
  const policyFile = required('--policy', values.policy, 'name the policy file, as in docs/edge.md');
  const stateDir = required('--state', values.state, 'name a directory to keep the organization in');
  const apiKey = required('UPSTREAM_API_KEY', env['UPSTREAM_API_KEY'], "set it in the environment to the upstream's own key");
  if (missing.length > 0) throw new Refusal(`${missing.join('\n')}\n\n\`--help\` tells all options`, 2);
  const token = env['OPERATOR_TOKEN'];
  if (token && token.length < LEAST_TOKEN) {
    throw new Refusal(`\`OPERATOR_TOKEN\` has ${token.length} characters, and whoever guesses it may do everything: give it ${LEAST_TOKEN} or more`, 2);
  }
  const others = OPTIONAL.flatMap((name) => (env[name] ? [[name, env[name]]] : []));
  return {
    policyFile,
    stateDir,
    restoreFile: restoreFrom(values.restore),
    host: hostFrom(values.host ?? '127.0.0.1'),
    port: portFrom(values.port),
    vars: {
      UPSTREAM_BASE_URL: upstreamFrom(values.upstream ?? DEFAULT_UPSTREAM),
      UPSTREAM_API_KEY: apiKey,
      CLIENT_ADDRESS: headerFrom(values['client-address'] ?? 'connection'),
      ...(token && { OPERATOR_TOKEN: token }),
      ...Object.fromEntries(others),
    },
  };
}

/** @param {string[]} args */
function parsed(args) {
  const text = /** @type {const} */ ({ type: 'string' });
  try {
    return parseArgs({
      args,
      options: {
        'help': { type: 'boolean', short: 'h' },
        'policy': text,
        'state': text,
        'restore': text,
        'upstream': text,
        'port': text,
        'host': text,
        'client-address': text,
      },
    }).values;
  } catch (error) {
    throw new Refusal(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`, 2);
  }
}

/** @param {string | undefined} raw */
function restoreFrom(raw) {
  if (raw === '') throw new Refusal('`--restore` is empty: name an export, or leave it out to begin with the policy file', 2);
  return raw ?? null;
}

/** @param {string} raw */
function upstreamFrom(raw) {
  if (raw === '') throw new Refusal('`--upstream` is empty: give an http or https address, or leave it out', 2);
  if (!isWebAddress(raw)) throw new Refusal(`\`--upstream ${raw}\` is no address: give one of http or https`, 2);
  return raw;
}

/** @param {string} raw */
function isWebAddress(raw) {
  try {
    return /^https?:$/.test(new URL(raw).protocol);
  } catch {
    return false;
  }
}

/** Without a header the gateway would believe that of Cloudflare, which any caller can send here. @param {string} raw */
function headerFrom(raw) {
  if (raw === '') throw new Refusal('`--client-address` is empty: name the header that your proxy sets, or leave it out where there is none', 2);
  return raw;
}

/** @param {string | undefined} raw */
function portFrom(raw) {
  if (raw === undefined) return DEFAULT_PORT;
  if (raw === '') throw new Refusal('`--port` is empty: give an integer from 0 to 65535, or leave it out', 2);
  const port = Number(raw);
  if (!/^\d{1,5}$/.test(raw) || port > 65535) throw new Refusal(`\`--port ${raw}\` is no port: give an integer from 0 to 65535`, 2);
  return port;
}

/** @param {string} raw */
function hostFrom(raw) {
  if (raw === '') throw new Refusal('`--host` is empty: give an address of this machine, or leave it out', 2);
  if (!/^[0-9A-Za-z.:_-]+$/.test(raw)) throw new Refusal(`\`--host ${raw}\` is no address: give one of this machine, such as 127.0.0.1`, 2);
  return raw;
}
