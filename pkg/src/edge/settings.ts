/** What a host tells the gateway. */
import type { Iterations } from './bound.js';
import type { OrganizationNamespace } from './organization_door.js';
import type { AdmitRequest } from './wire.js';

export interface GatewaySettings {
  upstream: {
    /** Where the Messages API is, without the path: `https://api.anthropic.com`. */
    baseUrl: string;
    /** Replaces the caller's key. */
    apiKey: string;
    /** The longest silence, before the answer's head and between its chunks; then the request is given up (600,000). */
    timeoutMs?: number;
  };
  /** The binding of the Durable Object class `OrganizationObject`. */
  organizations: OrganizationNamespace;
  /**
   * The only organization that is served (any). To ask the object of another one makes one, which a runtime may keep: on a machine of
   * one's own it is a file, for each name that somebody makes up.
   */
  onlyOrganization?: string;
  /**
   * When a client leaves: `drain` (the default) reads the answer to its end, so that what was made is billed exactly; `abort`
   * stops the upstream, and the output is charged at the hold.
   */
  onDisconnect?: 'drain' | 'abort';
  /** How long `drain` goes on before it aborts (25,000: a worker may live 30 seconds after its client has gone). */
  drainMs?: number;
  /** The largest body (32 MiB), and the longest headers, names and values together (16 KiB). */
  maxBodyBytes?: number;
  maxHeaderBytes?: number;
  /** Names for `anthropic-beta` that the host knows not to change a price, beside those that the gateway knows. */
  betas?: readonly string[];
  /** Where the upstream's account runs a request that does not say (`global`). */
  defaultInferenceGeo?: AdmitRequest['inference_geo'];
  /**
   * The most iterations that the upstream runs for one request before it pauses the turn, 1 to 1,000. Null (the default): not
   * known, and a request with tools that run at the provider is refused, for nothing else bounds it.
   */
  serverToolIterations?: Iterations;
  /**
   * The most container time, in milliseconds, that is billed for one request: each container counts at the price book's minimum
   * at least. Null (the default): not known, and a request with code execution is refused.
   */
  codeExecutionMs?: number | null;
  /** Counts a prompt exactly, for a tighter hold; null where it cannot. It must never count too few. */
  countInputTokens?: (body: Uint8Array) => Promise<number | null>;
  /**
   * The address that a request of the management plane came from, for the audit log. By default what `cf-connecting-ip` says,
   * which Cloudflare sets; where anybody else could set it, name the header that your own proxy sets, or return null.
   */
  clientAddress?: (request: Request) => string | null;
  /** An OpenID Connect provider that members sign in by. Without it they sign in with codes. */
  openid?: OpenIdSettings;
}

export interface OpenIdSettings {
  /** The provider, such as `https://login.example.com`: https, or http on this very machine. */
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Whose members sign in by it. */
  organization: string;
  /** Where browsers find this gateway, such as `https://gateway.example.com`; the provider sends them back to its `/v1/sessions/openid/callback`. */
  origin: string;
}

export interface ResolvedSettings {
  upstream: { baseUrl: string; apiKey: string; timeoutMs: number };
  organizations: OrganizationNamespace;
  onlyOrganization: string | null;
  onDisconnect: 'drain' | 'abort';
  drainMs: number;
  maxBodyBytes: number;
  maxHeaderBytes: number;
  betas: readonly string[];
  defaultInferenceGeo: AdmitRequest['inference_geo'];
  serverToolIterations: Iterations;
  codeExecutionMs: number | null;
  countInputTokens: (body: Uint8Array) => Promise<number | null>;
  clientAddress: (request: Request) => string | null;
  openid: OpenIdSettings | null;
}

/** What the engine takes. */
const MAX_ITERATIONS = 1_000;
const MAX_CONTAINER_MS = 1_000_000_000;

/** Checks what a host gave and fills in the rest; throws a `TypeError` that names the setting. */
export function resolveSettings(given: GatewaySettings): ResolvedSettings {
  const { upstream, organizations } = given;
  if (!organizations?.idFromName)
    throw new TypeError('`organizations` is not a durable object binding: bind the class `OrganizationObject`');
  if (!upstream?.apiKey) throw new TypeError('`upstream.apiKey` is missing: set it as a secret of the worker');
  return {
    upstream: {
      baseUrl: baseUrl(upstream.baseUrl),
      apiKey: headerSecret(upstream.apiKey),
      timeoutMs: positive('upstream.timeoutMs', upstream.timeoutMs, 600_000),
    },
    organizations,
    onlyOrganization: given.onlyOrganization ?? null,
    onDisconnect: onDisconnect(given.onDisconnect),
    drainMs: positive('drainMs', given.drainMs, 25_000),
    maxBodyBytes: positive('maxBodyBytes', given.maxBodyBytes, 32 * 1024 * 1024),
    maxHeaderBytes: positive('maxHeaderBytes', given.maxHeaderBytes, 16 * 1024),
    betas: given.betas ?? [],
    defaultInferenceGeo: given.defaultInferenceGeo ?? 'global',
    serverToolIterations:
      given.serverToolIterations == null
        ? null
        : positive('serverToolIterations', given.serverToolIterations, 1, MAX_ITERATIONS),
    codeExecutionMs:
      given.codeExecutionMs == null ? null : positive('codeExecutionMs', given.codeExecutionMs, 1, MAX_CONTAINER_MS),
    countInputTokens: given.countInputTokens ?? (() => Promise.resolve(null)),
    clientAddress: given.clientAddress ?? ((request) => request.headers.get('cf-connecting-ip')),
    openid: given.openid === undefined ? null : openidOf(given.openid),
  };
}

function openidOf(given: OpenIdSettings): OpenIdSettings {
  for (const name of ['clientId', 'clientSecret', 'organization'] as const) {
    if (!given[name]) throw new TypeError(`\`openid.${name}\` is missing: set it, or leave \`openid\` out`);
  }
  for (const name of ['issuer', 'origin'] as const) {
    const url = URL.canParse(given[name]) ? new URL(given[name]) : null;
    const isHere = url?.hostname === 'localhost' || url?.hostname === '127.0.0.1' || url?.hostname === '[::1]';
    if (url === null || !(url.protocol === 'https:' || (url.protocol === 'http:' && isHere))) {
      throw new TypeError(`\`openid.${name}\` is \`${given[name]}\`: give an https address`);
    }
  }
  return given;
}

function positive(name: string, value: number | undefined, otherwise: number, most = Infinity): number {
  const number = value ?? otherwise;
  if (!Number.isSafeInteger(number) || number < 1 || number > most) {
    const range = most === Infinity ? 'a positive integer' : `an integer from 1 to ${most}`;
    throw new TypeError(`\`${name}\` is \`${number}\`: give ${range}`);
  }
  return number;
}

function onDisconnect(value: GatewaySettings['onDisconnect']): 'drain' | 'abort' {
  if (value === undefined || value === 'drain') return 'drain';
  if (value === 'abort') return 'abort';
  throw new TypeError(`\`onDisconnect\` is \`${String(value)}\`: give \`drain\` or \`abort\``);
}

/** What could not be sent is known before anything is reserved for a request. The value is never repeated: it is a secret. */
function headerSecret(value: string): string {
  const sent = value.trim();
  if (!/^[\x21-\x7e]+$/.test(sent)) {
    throw new TypeError('`upstream.apiKey` is no key that a header can carry: give it in one line, without spaces, in ASCII');
  }
  return sent;
}

function baseUrl(value: string): string {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new TypeError(`\`upstream.baseUrl\` is \`${value}\`: give an http or https address`);
  }
  return url.href.replace(/\/+$/, '');
}
