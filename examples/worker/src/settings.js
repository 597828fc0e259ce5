/** What the worker's variables say, as the settings of the gateway: `docs/edge.md` tells each. */

/**
 * @typedef {import('tollgate/edge').GatewaySettings} GatewaySettings
 * @typedef {import('./env.js').Variables} Variables
 */

/** What `CLIENT_ADDRESS` says where no proxy stands in front. */
const CONNECTION = 'connection';

/**
 * @param {Variables} env
 * @param {GatewaySettings['organizations']} organizations
 * @returns {GatewaySettings}
 */
export function settingsOf(env, organizations) {
  return {
    upstream: {
      baseUrl: env.UPSTREAM_BASE_URL,
      apiKey: env.UPSTREAM_API_KEY,
      ...(env.UPSTREAM_TIMEOUT_MS && { timeoutMs: Number(env.UPSTREAM_TIMEOUT_MS) }),
    },
    organizations,
    ...(env.MAX_BODY_BYTES && { maxBodyBytes: Number(env.MAX_BODY_BYTES) }),
    ...(env.SERVER_TOOL_ITERATIONS && { serverToolIterations: Number(env.SERVER_TOOL_ITERATIONS) }),
    ...(env.CODE_EXECUTION_MS && { codeExecutionMs: Number(env.CODE_EXECUTION_MS) }),
    ...(env.ON_DISCONNECT && { onDisconnect: env.ON_DISCONNECT }),
    // Empty is not absent: the default is a header that anybody can send where Cloudflare does not set it.
    ...(env.CLIENT_ADDRESS !== undefined && { clientAddress: clientAddress(env.CLIENT_ADDRESS) }),
    ...(env.OPENID && { openid: /** @type {import('tollgate/edge').OpenIdSettings} */ (JSON.parse(env.OPENID)) }),
  };
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
