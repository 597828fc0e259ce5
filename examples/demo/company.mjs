/** The example company: who works there, which keys they hold, and what the keys may do and spend. */

export const ORGANIZATION = 'acme';

/**
 * Every key of the company, by the name that the ready file and the tour use.
 *
 * @typedef {'admin' | 'ada' | 'normal' | 'tight_limit' | 'tight_budget' | 'revoked' | 'one_model' | 'expired' | 'viewer'} KeyName
 */

/** @type {Record<KeyName, { owner: object, kind?: 'admin', project?: string, about: string, status?: 'revoked', expires_at?: string, models?: string[] }>} */
export const KEYS = {
  admin: { owner: { member: 'ada' }, kind: 'admin', about: 'Ada manages the company with it; it calls no model' },
  ada: { owner: { member: 'ada' }, about: "Ada's own key for calls; she administers the company" },
  normal: { owner: { member: 'ben' }, project: 'support-bot', about: 'a developer; the limits are wide' },
  tight_limit: { owner: { service_account: 'ci' }, project: 'support-bot', about: 'two requests at once, then one every three seconds' },
  tight_budget: { owner: { member: 'ben' }, project: 'research', about: 'may spend 0.012 usd a month' },
  revoked: { owner: { member: 'ben' }, project: 'support-bot', about: 'was taken back', status: 'revoked' },
  one_model: { owner: { member: 'ben' }, project: 'support-bot', about: 'claude-haiku-4-5 only', models: ['claude-haiku-4-5'] },
  expired: { owner: { member: 'ben' }, project: 'support-bot', about: 'ended with the year 2025', expires_at: '2026-01-01T00:00:00Z' },
  viewer: { owner: { member: 'vera' }, about: 'may look, and not call a model' },
};

export const KEY_NAMES = /** @type {KeyName[]} */ (Object.keys(KEYS));

/** The id of a key in the policy and in the ledger. @param {KeyName} name */
export const keyId = (name) => `key_${name}`;

/**
 * The policy file of the company. It holds digests only: whoever reads it cannot use a key.
 *
 * @param {Record<KeyName, string>} digests SHA-256 of each key's secret, in lower-case hex
 */
export function policy(digests) {
  return {
    schema_version: 1,
    organization: { id: ORGANIZATION, name: 'Acme Corp' },
    price_book: 'claude',
    members: [
      { id: 'ada', email: 'ada@acme.example', name: 'Ada', role: 'admin' },
      { id: 'ben', email: 'ben@acme.example', name: 'Ben', role: 'developer' },
      { id: 'vera', email: 'vera@acme.example', name: 'Vera', role: 'viewer' },
    ],
    projects: [
      { id: 'support-bot', name: 'Customer support bot' },
      { id: 'research', name: 'Research' },
    ],
    service_accounts: [{ id: 'ci', project: 'support-bot', role: 'developer' }],
    keys: KEY_NAMES.map((name) => {
      const { about, ...key } = KEYS[name];
      return { id: keyId(name), name: about, ...key, secrets: [{ sha256: digests[name] }] };
    }),
    limits: [
      { id: 'org-requests', scope: 'organization', meter: 'requests', rate: 6000, period_ms: 60_000, capacity: 1000 },
      { id: 'org-input', scope: 'organization', meter: 'input_tokens', rate: 4_000_000, period_ms: 60_000, capacity: 4_000_000 },
      { id: 'org-output', scope: 'organization', meter: 'output_tokens', rate: 800_000, period_ms: 60_000, capacity: 800_000 },
      { id: 'org-counts', scope: 'organization', meter: 'requests', operation: 'count_tokens', rate: 600, period_ms: 60_000, capacity: 100 },
      { id: 'bot-parallel', scope: { project: 'support-bot' }, meter: 'concurrent_requests', capacity: 256 },
      { id: 'tight-requests', scope: { key: keyId('tight_limit') }, meter: 'requests', rate: 20, period_ms: 60_000, capacity: 2 },
    ],
    budgets: [
      { id: 'org-month', scope: 'organization', window: 'monthly', cap_usd: '500', thresholds_percent: [50, 80, 100] },
      { id: 'bot-week', scope: { project: 'support-bot' }, window: 'weekly', cap_usd: '100', thresholds_percent: [80, 100] },
      { id: 'tight-month', scope: { key: keyId('tight_budget') }, window: 'monthly', cap_usd: '0.012', thresholds_percent: [50, 100] },
      { id: 'research-day', scope: { project: 'research' }, window: 'daily', cap_usd: '0.005', mode: 'shadow' },
    ],
  };
}
