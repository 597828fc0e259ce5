/** What the worker's variables say, as the settings of the gateway: `docs/edge.md` tells each. */

/**
 * @typedef {import('tollgate/edge').GatewaySettings} GatewaySettings
 * @typedef {import('./env.js').Variables} Variables
 */

/** The most that the gateway takes (docs/edge.md). */
const MAX_ITERATIONS = 1_000;
const MAX_CONTAINER_MS = 1_000_000_000;

/** What `CLIENT_ADDRESS` says where no proxy stands in front. */
const CONNECTION = 'connection';

/**
 * Throws a `TypeError` that names the variable where one is wrong in form.
 *
 * @param {Variables} env
 * @param {GatewaySettings['organizations']} organizations
 * @returns {GatewaySettings}
 */
export function settingsOf(env, organizations) {
  return {
    upstream: {
      baseUrl: env.UPSTREAM_BASE_URL,
      apiKey: env.UPSTREAM_API_KEY,
      ...(env.UPSTREAM_TIMEOUT_MS && { timeoutMs: count('UPSTREAM_TIMEOUT_MS', env.UPSTREAM_TIMEOUT_MS) }),
    },
    organizations,
    ...(env.ORGANIZATION && { onlyOrganization: env.ORGANIZATION }),
    ...(env.MAX_BODY_BYTES && { maxBodyBytes: count('MAX_BODY_BYTES', env.MAX_BODY_BYTES) }),
    ...(env.SERVER_TOOL_ITERATIONS && {
      serverToolIterations: count('SERVER_TOOL_ITERATIONS', env.SERVER_TOOL_ITERATIONS, MAX_ITERATIONS),
    }),
    ...(env.CODE_EXECUTION_MS && { codeExecutionMs: count('CODE_EXECUTION_MS', env.CODE_EXECUTION_MS, MAX_CONTAINER_MS) }),
    ...(env.ON_DISCONNECT && { onDisconnect: onDisconnect(env.ON_DISCONNECT) }),
    // Empty is not absent: the default is a header that anybody can send where Cloudflare does not set it.
    ...(env.CLIENT_ADDRESS !== undefined && { clientAddress: clientAddress(env.CLIENT_ADDRESS) }),
    ...(env.OPENID && { openid: openid(env.OPENID) }),
  };
}

/**
 * @param {string} name
 * @param {string} raw
 * @param {number} [most]
 */
export function count(name, raw, most) {
  const number = Number(raw);
  if (!Number.isSafeInteger(number) || number < 1 || (most !== undefined && number > most)) {
    throw new TypeError(`\`${name}\` is \`${raw}\`: give ${most === undefined ? 'a positive integer' : `an integer from 1 to ${most}`}`);
  }
  return number;
}

/** @param {string} raw */
function onDisconnect(raw) {
  if (raw !== 'drain' && raw !== 'abort') throw new TypeError(`\`ON_DISCONNECT\` is \`${raw}\`: give \`drain\` or \`abort\``);
  return raw;
}

/**
 * Whatever is wrong, nothing of the text is told: it holds the client's secret.
 *
 * @param {string} raw
 * @returns {import('tollgate/edge').OpenIdSettings}
 */
function openid(raw) {
  let given;
  try {
    given = JSON.parse(raw);
  } catch {
    throw new TypeError('`OPENID` is not JSON: see docs/management.md');
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new TypeError('`OPENID` is JSON and no object: see docs/management.md');
  }
  for (const name of ['issuer', 'clientId', 'clientSecret', 'organization', 'origin']) {
    if (typeof given[name] !== 'string' || given[name] === '') {
      throw new TypeError(`\`OPENID\` has no text \`${name}\`: give it, or leave \`OPENID\` out`);
    }
  }
  return given;
}

/**
 * How the address is found that a request came from: in the header that a proxy sets, or as the other end of the connection.
 *
 * Of a header that is a list (`x-forwarded-for`) the last address counts: the nearest proxy added it, and a caller can write those before.
 *
 * @param {string} source
 * @returns {(request: Request) => string | null}
 */
function clientAddress(source) {
  if (source === CONNECTION) return peerAddress;
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(source)) {
    throw new TypeError(`\`CLIENT_ADDRESS\` is ${source === '' ? 'empty' : `\`${source}\``}: name one header, or \`${CONNECTION}\``);
  }
  return (request) => request.headers.get(source)?.split(',').at(-1)?.trim() ?? null;
}

/** The other end of the connection, which workerd tells on a machine of one's own: `127.0.0.1:50412`, `[::1]:50412`. @param {Request} request */
function peerAddress(request) {
  const { cf } = /** @type {{ cf?: { clientIp?: unknown } }} */ (request);
  if (typeof cf?.clientIp !== 'string') return null;
  return cf.clientIp.replace(/^\[(.*)\](?::\d+)?$/, '$1').replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1');
}
