/** The gateway, as it is deployed: the plugin, its Durable Object, and a door for the operator. */
import { createGateway, type OpenIdSettings } from 'tollgate/edge';

import type { Env } from './env.js';
import { operator } from './operator.js';

export { OrganizationObject } from 'tollgate/edge';

const gateway = createGateway<Env>((env) => ({
  upstream: {
    baseUrl: env.UPSTREAM_BASE_URL,
    apiKey: env.UPSTREAM_API_KEY,
    ...(env.UPSTREAM_TIMEOUT_MS && { timeoutMs: Number(env.UPSTREAM_TIMEOUT_MS) }),
  },
  organizations: env.ORGANIZATIONS,
  ...(env.MAX_BODY_BYTES && { maxBodyBytes: Number(env.MAX_BODY_BYTES) }),
  ...(env.SERVER_TOOL_ITERATIONS && { serverToolIterations: Number(env.SERVER_TOOL_ITERATIONS) }),
  ...(env.CODE_EXECUTION_MS && { codeExecutionMs: Number(env.CODE_EXECUTION_MS) }),
  ...(env.ON_DISCONNECT && { onDisconnect: env.ON_DISCONNECT }),
  ...(env.OPENID && { openid: JSON.parse(env.OPENID) as OpenIdSettings }),
}));

gateway.route('/operator', operator);

export default gateway;
