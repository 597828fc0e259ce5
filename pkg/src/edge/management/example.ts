/** Ids as the API description gives them for examples: each of the kind that belongs where it stands. */

/** By the name of the field or parameter. */
const BY_NAME: ReadonlyMap<string, string> = new Map([
  ['member', 'ada'],
  ['member_id', 'ada'],
  ['user_id', 'ada'],
  ['owner_user_id', 'ada'],
  ['actor_id', 'ada'],
  ['project', 'support-bot'],
  ['workspace_id', 'support-bot'],
  ['role', 'developer'],
  ['workspace_role', 'workspace_developer'],
  ['service_account', 'ci'],
  ['service_account_id', 'ci'],
  ['owner_service_account_id', 'ci'],
  ['key', 'backend-service'],
  ['api_key_id', 'backend-service'],
  ['target_id', 'backend-service'],
  ['limit', 'org-rpm'],
  ['budget', 'org-month'],
  ['spend_limit_id', 'org-month'],
  ['model_class', 'small'],
  ['organization_id', 'acme'],
]);

/** By what it is the id of: the name of its form, without what a form adds to it. */
const BY_NOUN: ReadonlyMap<string, string> = new Map([
  ['Organization', 'acme'],
  ['Profile', 'acme'],
  ['Member', 'ada'],
  ['User', 'ada'],
  ['Invite', 'ben'],
  ['Workspace', 'support-bot'],
  ['WorkspaceMember', 'ada'],
  ['ApiKey', 'backend-service'],
  ['ServiceAccount', 'ci'],
  ['Role', 'auditor'],
  ['ModelClass', 'small'],
  ['Limit', 'org-rpm'],
  ['Budget', 'org-month'],
  ['SpendLimit', 'org-month'],
  ['IncreaseRequest', 'launch'],
  ['Session', 'session_5TkDbXhRm2wV'],
]);

/** An id that may stand in a field of a form, or in a parameter of an address, that is about a noun; undefined where none fits. */
export function exampleOfId(field: string, noun: string): string | undefined {
  const own = noun.replace(/^(?:New|Opened)/, '').replace(/(?:Put|Change|Deleted|WithSecret)$/, '');
  return BY_NAME.get(field) ?? (['id', 'after_id', 'before_id', 'first_id', 'last_id'].includes(field) ? BY_NOUN.get(own) : undefined);
}
