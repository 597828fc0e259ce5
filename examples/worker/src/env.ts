/** The worker's bindings: `wrangler.jsonc` has the object and the variables, `wrangler secret put` sets the rest. */
import type { OrganizationEnv } from 'tollgate/edge';

export interface Env extends OrganizationEnv {
  ORGANIZATIONS: DurableObjectNamespace;
  /** Where the Messages API is, and the key that replaces the callers' keys. */
  UPSTREAM_BASE_URL: string;
  UPSTREAM_API_KEY: string;
  UPSTREAM_TIMEOUT_MS?: string;
  MAX_BODY_BYTES?: string;
  /** The most iterations of the upstream's own loop; without it tools that run at the provider are refused. */
  SERVER_TOOL_ITERATIONS?: string;
  /** The most container time that is billed for one request, in milliseconds; without it code execution is refused. */
  CODE_EXECUTION_MS?: string;
  ON_DISCONNECT?: 'drain' | 'abort';
  /** The OpenID Connect provider that members sign in by, as the JSON of the setting `openid`; without it they sign in with codes. */
  OPENID?: string;
  /** Opens the operator's routes; without it they do not exist. */
  OPERATOR_TOKEN?: string;
}
