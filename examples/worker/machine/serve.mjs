/** A gateway on this machine, from the check of its policy to the last request that is waited for. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isatty } from 'node:tty';
import { createGateway, generateKey } from 'tollgate/edge';
import { Engine, TollgateError } from 'tollgate/management';

import { count, settingsOf } from '../src/settings.js';
import { Gateway } from './gateway.mjs';
import { Refusal } from './refusal.mjs';
import { State } from './state.mjs';

const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
/** Standard input, output and error. */
const STREAMS = [0, 1, 2];
/** How long requests that are under way are waited for when it is asked to stop; Cloudflare gives as much. */
const STOP_WITHIN_MS = 30_000;
/** Signals that come within this time are one: npm passes on what the terminal has sent already. */
const ONE_ASKING_MS = 1_000;

/** A refusal after which the state directory is what it was. */
class NothingBegan extends Refusal {}

/** How long the organization may take for its first answer before it is said that it gives none. */
const ANSWERS_WITHIN_MS = 10_000;

/** Addresses that nobody on another machine reaches. */
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|::1)$/;

/**
 * @typedef {object} Policy
 * @property {string} text
 * @property {string} organization
 * @property {boolean} isManaged whether a key of it may manage
 */

/**
 * The policy file, which must be one that an organization can begin with.
 *
 * @param {string} path
 * @returns {Policy}
 */
function readPolicy(path) {
  let text;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new Refusal(`cannot read \`--policy ${path}\` (${messageOf(error)}): name a policy file`, 2);
  }
  try {
    Engine.create(text, Date.now()).engine.free();
  } catch (error) {
    if (!(error instanceof TollgateError)) throw error;
    const problems = error.problems ?? [];
    const told = problems.map(({ path: place, value, message, remedy }) => `  ${place}: ${value}: ${message}: ${remedy}`);
    throw new Refusal(`\`${path}\` is no policy to begin with:\n${told.length > 0 ? told.join('\n') : `  ${error.message}`}`, 2);
  }
  /** @type {{ organization: { id: string }, keys?: { kind?: string, status?: string }[] }} */
  const { organization, keys = [] } = JSON.parse(text);
  return { text, organization: organization.id, isManaged: keys.some(({ kind, status }) => kind === 'admin' && (status ?? 'active') === 'active') };
}

/**
 * The export that the organization is to begin with, which its object reads and proves.
 *
 * @param {string} path
 * @param {State} state where nothing may have begun
 */
function readExport(path, state) {
  if (state.holdsOrganization) {
    throw new Refusal(`an organization has begun in \`${state.dir}\`: restore into another directory with \`--state\`, or leave \`--restore\` out`, 2);
  }
  let text;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new Refusal(`cannot read \`--restore ${path}\` (${messageOf(error)}): name an export`, 2);
  }
  try {
    JSON.parse(text);
  } catch {
    throw new Refusal(`\`--restore ${path}\` is not JSON, so that it is no export or not the whole of one: take another copy`, 2);
  }
  return text;
}

/**
 * Begins the organization with an export, or refuses in the words of what proved it.
 *
 * @param {string} url
 * @param {{ file: string, organization: string, token: string, document: string, signal: AbortSignal }} given
 */
async function restore(url, { file, organization, token, document, signal }) {
  const headers = { 'authorization': `Bearer ${token}`, 'content-type': 'application/json' };
  let response;
  let text;
  try {
    response = await fetch(`${url}/operator/${encodeURIComponent(organization)}/restore`, { method: 'POST', headers, body: document, signal });
    text = await response.text();
  } catch (error) {
    const why = signal.aborted ? 'it was asked to stop' : messageOf(error);
    throw new Refusal(`whether \`${file}\` was restored is not known (${why}): start again with \`--restore\`, which says whether an organization has begun`);
  }
  if (response.ok) return;
  const refused = `\`${file}\` was not restored: ${toldBy(text)}`;
  throw response.status < 500 ? new NothingBegan(refused, 2) : new Refusal(refused);
}

/** What the gateway said, with the place in the document where it said one. @param {string} text */
function toldBy(text) {
  try {
    /** @type {{ error: { message: string, path?: string } }} */
    const { error } = JSON.parse(text);
    return error.path === undefined ? error.message : `\`${error.path}\`: ${error.message}`;
  } catch {
    return text.slice(0, 500);
  }
}

/** Lets the gateway check its settings as it does when it serves. @param {import('../options.mjs').Options['vars']} vars */
function checkSettings(vars) {
  try {
    // Only their form is looked at; nothing is asked of the organization.
    createGateway(settingsOf(vars, /** @type {never} */ ({ idFromName: () => undefined })));
    // The organization's object takes its default for what it cannot read.
    if (vars.SNAPSHOT_EVERY) count('SNAPSHOT_EVERY', vars.SNAPSHOT_EVERY);
  } catch (error) {
    if (error instanceof TypeError) throw new Refusal(asWritten(error.message), 2);
    throw error;
  }
}

/** A refusal with what the reader wrote in place of the setting or the variable that was made of it. @param {string} message */
function asWritten(message) {
  return message.replace(/^`openid\.(\w+)`/, '`$1` of `OPENID`').replace(/^`CLIENT_ADDRESS`/, '`--client-address`');
}

/**
 * What stands in the way of the organization, or null: a key that nobody has is refused only after it was looked for.
 *
 * @param {string} url
 * @param {string} organization
 * @param {AbortSignal} stop nobody waits for the answer any more
 * @param {number} [withinMs]
 */
export async function trouble(url, organization, stop, withinMs = ANSWERS_WITHIN_MS) {
  const { key } = await generateKey(organization);
  const givenUp = new AbortController();
  const giveUp = () => givenUp.abort();
  const timer = setTimeout(giveUp, withinMs);
  stop.addEventListener('abort', giveUp);
  try {
    stop.throwIfAborted();
    const response = await fetch(`${url}/v1/models`, { headers: { 'x-api-key': key }, signal: givenUp.signal });
    const text = await response.text();
    return response.status === 401 ? null : `${response.status} ${text.slice(0, 500)}`;
  } catch (error) {
    if (stop.aborted) return null;
    return givenUp.signal.aborted ? `no answer within ${withinMs / 1_000} s` : messageOf(error);
  } finally {
    clearTimeout(timer);
    stop.removeEventListener('abort', giveUp);
  }
}

/**
 * @param {import('../options.mjs').Options} options
 * @param {{ url: string, policy: Policy, isNew: boolean }} serving
 */
function welcome({ policyFile, restoreFile, stateDir, host, vars }, { url, policy, isNew }) {
  const goesOn = `goes on from \`${stateDir}\`; what \`${policyFile}\` says has no effect any more`;
  const founded = isNew ? `begins with \`${policyFile}\`` : goesOn;
  const begun = restoreFile === null ? founded : `is that of \`${restoreFile}\`; of \`${policyFile}\` only its id counts`;
  const manage = `manage it with an admin key:
  curl -sS ${url}/v1/organizations/me -H "x-api-key: $ADMIN_KEY"
  then docs/management.md`;
  const noAdmin = `No key of \`${policyFile}\` is of kind \`admin\` and active, so that nobody can manage over HTTP: see "The first admin key" in docs/management.md.`;
  return `Tollgate serves ${url} for ${policy.organization}, in front of ${vars.UPSTREAM_BASE_URL}.
The organization ${begun}.
${LOOPBACK.test(host) ? '' : `Who reaches \`${host}\` reaches it without TLS: put a proxy that speaks it in front.\n`}
${isNew && restoreFile === null && !policy.isManaged ? noAdmin : manage}

call a model with a caller's key:
  curl -sS ${url}/v1/models -H "x-api-key: $KEY"
  and any client of the Messages API, with ${url} for its base URL

Stop with Ctrl-C.
`;
}

/** @param {string} host @param {string} port */
function urlOf(host, port) {
  const anywhere = host === '0.0.0.0' || host === '::';
  const name = anywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

/**
 * Serves until it is asked to stop.
 *
 * @param {import('../options.mjs').Options} options
 * @returns {Promise<number>} the exit code
 */
export async function serve(options) {
  const policy = readPolicy(options.policyFile);
  checkSettings(options.vars);
  // Before anything is made: all of it, workerd's files too, is for this user alone.
  process.umask(0o077);
  const state = State.take(options.stateDir, 'gateway');
  /** @type {Gateway | null} */
  let gateway = null;
  let nothingBegan = false;
  const asked = new AbortController();
  const stopped = new Promise((resolve) => {
    let askedAtMs = Infinity;
    const stop = () => {
      const nowMs = performance.now();
      // Whoever asks again does not want to wait.
      if (nowMs - askedAtMs > ONE_ASKING_MS) void gateway?.stop(0);
      askedAtMs = Math.min(askedAtMs, nowMs);
      asked.abort();
      resolve(null);
    };
    // SIGHUP says that the terminal has gone. Node undoes what `nohup` did about that, so it is told by there being none.
    const isHeld = STREAMS.some((descriptor) => isatty(descriptor));
    for (const signal of SIGNALS) process.on(signal, signal === 'SIGHUP' && !isHeld ? () => undefined : stop);
  });
  try {
    const isNew = !state.holdsOrganization;
    const document = options.restoreFile === null ? null : readExport(options.restoreFile, state);
    state.keepFor(policy.organization);
    // What is restored comes by the operator's routes: where nobody is to use them, by a token that nobody knows.
    const token = options.vars.OPERATOR_TOKEN ?? randomBytes(32).toString('base64url');
    gateway = await Gateway.start({
      state,
      port: options.port,
      host: options.host,
      // Without a policy nobody begins the organization before it is restored.
      vars: { ORGANIZATION: policy.organization, ...options.vars, ...(document === null ? { POLICY: policy.text } : { POLICY: '', OPERATOR_TOKEN: token }) },
      onOutput: (line) => process.stderr.write(`${line}\n`),
    });
    const url = urlOf(options.host, new URL(gateway.url).port);
    const died = gateway.died.then((how) => {
      throw new Refusal(`the gateway ended by itself (${how})`);
    });
    if (document !== null) {
      const { organization } = policy;
      await Promise.race([restore(url, { file: options.restoreFile ?? '', organization, token, document, signal: asked.signal }), died]);
    }
    const inTheWay = await Promise.race([trouble(url, policy.organization, asked.signal), died]);
    if (asked.signal.aborted) return 0;
    if (inTheWay !== null) process.stderr.write(`the organization cannot be asked: ${inTheWay}\nsee "A clock that jumped" in docs/edge.md if it says \`clock_jump\`\n`);
    process.stdout.write(welcome(options, { url, policy, isNew }));
    await Promise.race([stopped, died]);
    return 0;
  } catch (error) {
    nothingBegan = error instanceof NothingBegan;
    throw error;
  } finally {
    await gateway?.stop(STOP_WITHIN_MS);
    if (nothingBegan) state.forget();
    state.release();
  }
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}
