/** The worker's bindings: `wrangler.jsonc` has the object and the variables, `wrangler secret put` sets the rest. */
import type { OrganizationEnv } from 'tollgate/edge';

/** What makes the settings of the gateway. */
export interface Variables {
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
  /**
   * The header in which the proxy in front says where a request came from, for the audit log, or `connection` for the other end of the
   * connection where none stands in front; without it `cf-connecting-ip`, which Cloudflare sets.
   */
  CLIENT_ADDRESS?: string;
  /** The only organization that is served, where it is one: its id. */
  ORGANIZATION?: string;
  /** The OpenID Connect provider that members sign in by, as the JSON of the setting `openid`; without it they sign in with codes. */
  OPENID?: string;
}

export interface Env extends OrganizationEnv, Variables {
  ORGANIZATIONS: DurableObjectNamespace;
  /** Opens the operator's routes; without it they do not exist. */
  OPERATOR_TOKEN?: string;
}
