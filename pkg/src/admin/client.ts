/** The client of the management API. */
import { ApiKeys } from './resources/api_keys.js';
import { AuditLogs } from './resources/audit_logs.js';
import { Budgets } from './resources/budgets.js';
import { Denials } from './resources/denials.js';
import { IncreaseRequests } from './resources/increase_requests.js';
import { Invites } from './resources/invites.js';
import { Limits } from './resources/limits.js';
import { Members } from './resources/members.js';
import { ModelClasses } from './resources/model_classes.js';
import { PriceBook } from './resources/price_book.js';
import { Profile } from './resources/profile.js';
import { Projects } from './resources/projects.js';
import { RateLimits } from './resources/rate_limits.js';
import { Roles } from './resources/roles.js';
import { ServiceAccounts } from './resources/service_accounts.js';
import { Sessions } from './resources/sessions.js';
import { Settings } from './resources/settings.js';
import { SpendLimits } from './resources/spend_limits.js';
import type { Answer, Body } from './operation.js';
import { Transport, type RequestOptions } from './transport.js';

export interface ClientOptions {
  /**
   * The secret of an admin key. By default the environment's `TOLLGATE_ADMIN_KEY`; null in a browser whose cookie says who asks.
   */
  apiKey?: string | null;
  /** Where the gateway serves, without `/v1`. By default the environment's `TOLLGATE_BASE_URL`. */
  baseURL?: string;
  /** How long each attempt may take, in milliseconds. By default a minute. */
  timeout?: number;
  /** How often a call is tried again that failed in a way that passes. By default twice. */
  maxRetries?: number;
  /** In place of the global `fetch`. */
  fetch?: typeof fetch;
}

const TIMEOUT_MS = 60_000;
const MAX_RETRIES = 2;

/**
 * ```ts
 * const admin = new Tollgate({ apiKey: process.env.TOLLGATE_ADMIN_KEY, baseURL: 'https://gateway.acme.example' });
 * const { id, key } = await admin.apiKeys.create({ name: 'backend', rate_limit: { requests_per_minute: 100 } });
 * for await (const each of admin.apiKeys.list()) console.log(each.id, each.rotation_due_at);
 * ```
 */
export class Tollgate {
  readonly apiKeys: ApiKeys;
  readonly members: Members;
  readonly invites: Invites;
  /** Projects are what the provider's API calls workspaces. */
  readonly projects: Projects;
  readonly workspaces: Projects;
  readonly serviceAccounts: ServiceAccounts;
  readonly roles: Roles;
  readonly modelClasses: ModelClasses;
  readonly limits: Limits;
  readonly budgets: Budgets;
  readonly spendLimits: SpendLimits;
  readonly rateLimits: RateLimits;
  readonly increaseRequests: IncreaseRequests;
  readonly auditLogs: AuditLogs;
  readonly settings: Settings;
  readonly profile: Profile;
  readonly priceBook: PriceBook;
  readonly sessions: Sessions;
  readonly denials: Denials;
  readonly #transport: Transport;

  constructor(options: ClientOptions = {}) {
    const transport = new Transport({
      apiKey: options.apiKey === null ? null : given('apiKey', options.apiKey, 'TOLLGATE_ADMIN_KEY'),
      baseURL: address(given('baseURL', options.baseURL, 'TOLLGATE_BASE_URL')),
      timeout: options.timeout ?? TIMEOUT_MS,
      maxRetries: options.maxRetries ?? MAX_RETRIES,
      fetch: options.fetch ?? globalThis.fetch,
    });
    this.apiKeys = new ApiKeys(transport);
    this.members = new Members(transport);
    this.invites = new Invites(transport);
    this.projects = new Projects(transport);
    this.workspaces = this.projects;
    this.serviceAccounts = new ServiceAccounts(transport);
    this.roles = new Roles(transport);
    this.modelClasses = new ModelClasses(transport);
    this.limits = new Limits(transport);
    this.budgets = new Budgets(transport);
    this.spendLimits = new SpendLimits(transport);
    this.rateLimits = new RateLimits(transport);
    this.increaseRequests = new IncreaseRequests(transport);
    this.auditLogs = new AuditLogs(transport);
    this.settings = new Settings(transport);
    this.profile = new Profile(transport);
    this.priceBook = new PriceBook(transport);
    this.sessions = new Sessions(transport);
    this.denials = new Denials(transport);
    this.#transport = transport;
  }

  /** The organization that the key belongs to. */
  organization(options?: RequestOptions): Promise<Answer<'GET /v1/organizations/me'>> {
    return this.#transport.send('GET /v1/organizations/me', {}, options);
  }

  /** What changes would do, if they were made now. Nothing is changed or recorded. */
  preview(
    body: Body<'POST /v1/organizations/preview'>,
    options?: RequestOptions,
  ): Promise<Answer<'POST /v1/organizations/preview'>> {
    return this.#transport.send('POST /v1/organizations/preview', { body }, options);
  }

  /** Everything that the organization knows, in one document: stream the body to where it is kept, byte for byte. */
  export(options?: RequestOptions): Promise<Response> {
    return this.#transport.stream('GET /v1/organizations/export', {}, options);
  }
}

/** What was given, or what the environment has, in those places that have one. */
function given(name: string, value: string | undefined, variable: string): string {
  const found = value ?? (typeof process === 'undefined' ? undefined : process.env?.[variable]);
  if (found === undefined || found === '') {
    throw new TypeError(`${name}: \`${found ?? '(nothing)'}\`: it is missing: give it to the client, or set ${variable}`);
  }
  return found;
}

function address(baseURL: string): string {
  const url = URL.canParse(baseURL) ? new URL(baseURL) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    throw new TypeError(`baseURL: \`${baseURL}\`: it is no address: give one such as \`https://gateway.acme.example\``);
  }
  return baseURL.replace(/\/+$/, '');
}
