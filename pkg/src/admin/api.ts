// Generated from the API description by `node pkg/build/admin_types.mjs`. Do not edit.

export type Action = 'messages.create' | 'messages.count_tokens' | 'models.read' | 'usage.read' | 'cost.read' | 'keys.create' | 'keys.read' | 'keys.update' | 'keys.rotate' | 'keys.revoke' | 'members.read' | 'members.invite' | 'members.update' | 'members.remove' | 'service_accounts.read' | 'service_accounts.write' | 'projects.read' | 'projects.create' | 'projects.update' | 'projects.archive' | 'roles.read' | 'roles.write' | 'limits.read' | 'limits.write' | 'budgets.read' | 'budgets.write' | 'increase_requests.create' | 'increase_requests.read' | 'increase_requests.decide' | 'prices.read' | 'prices.write' | 'billing.read' | 'billing.write' | 'organization.read' | 'organization.update' | 'settings.read' | 'settings.write' | 'audit.read' | 'alerts.read' | 'webhooks.read' | 'webhooks.write' | 'charges.adjust' | 'clock.advance' | 'policy.write' | 'state.export';

export type Address = {
  line1: string;
  line2?: string | null;
  city: string;
  region?: string | null;
  postal_code?: string | null;
  /** two letters, as ISO 3166 has them */
  country: string;
} | null;

/** What the rate of the limit is to be, in what it counts: requests, tokens, or for `cost` US dollars; of a limit of open requests its capacity. */
export type Amount = number | string;

export type ApiKey = {
  id: string;
  type: 'api_key';
  name: string;
  kind: 'caller' | 'admin';
  status: 'active' | 'inactive' | 'archived' | 'expired';
  partial_key_hint: string | null;
  created_at: string;
  created_by: {
    id: string;
    type: 'user' | 'service_account' | 'api_key';
  } | null;
  expires_at: string | null;
  principal: {
    type: 'user_actor';
    user_id: string;
  } | {
    type: 'service_account_actor';
    service_account_id: string;
  };
  scope: {
    type: 'organization';
  } | {
    type: 'workspace';
    workspace_id: string;
  };
  workspace_id: string | null;
  owner: Owner;
  owner_active: boolean;
  workspace_active: boolean;
  role: string | null;
  models: string[] | null;
  /** Until when each of its secrets is taken; more than one while it is rotated. */
  secrets: {
    expires_at: string | null;
  }[];
  rotated_at: string;
  rotation_due_at: string | null;
  revision: number;
};

export type ApiKeyChange = {
  name?: string | null;
  /** An `inactive` key is refused until it is `active` again; `archived` revokes it, for good. */
  status?: 'active' | 'inactive' | 'archived';
  workspace_id?: string | null;
  role?: string | null;
  models?: string[] | null;
  expires_at?: string | null;
  revision?: number;
};

export type ApiKeyWithSecret = {
  id: string;
  type: 'api_key';
  name: string;
  kind: 'caller' | 'admin';
  status: 'active' | 'inactive' | 'archived' | 'expired';
  partial_key_hint: string | null;
  created_at: string;
  created_by: {
    id: string;
    type: 'user' | 'service_account' | 'api_key';
  } | null;
  expires_at: string | null;
  principal: {
    type: 'user_actor';
    user_id: string;
  } | {
    type: 'service_account_actor';
    service_account_id: string;
  };
  scope: {
    type: 'organization';
  } | {
    type: 'workspace';
    workspace_id: string;
  };
  workspace_id: string | null;
  owner: Owner;
  owner_active: boolean;
  workspace_active: boolean;
  role: string | null;
  models: string[] | null;
  /** Until when each of its secrets is taken; more than one while it is rotated. */
  secrets: {
    expires_at: string | null;
  }[];
  rotated_at: string;
  rotation_due_at: string | null;
  revision: number;
  /** The secret. Only this answer has it: it is kept nowhere. */
  key: string;
};

export type AuditHead = {
  type: 'audit_head';
  entries: number;
  hash: string;
};

export type AuditLogEntry = {
  id: string;
  type: string;
  created_at: string;
  organization_id: string;
  actor: {
    type: 'user_actor';
    user_id: string;
    ip_address: string | null;
  } | {
    type: 'service_account_actor';
    service_account_id: string;
    ip_address: string | null;
  } | {
    type: 'api_key_actor';
    api_key_id: string;
    ip_address: string | null;
  } | {
    type: 'system_actor';
    ip_address: string | null;
  };
  target: {
    type: string;
    id: string;
  } | null;
  before?: unknown;
  after?: unknown;
  previous: string;
  hash: string;
};

export type Budget = {
  id: string;
  type: 'budget';
  scope: Scope;
  window: 'daily' | 'weekly' | 'monthly' | 'total';
  /** US dollars as a decimal string */
  cap_usd: string;
  utc_offset?: string;
  week_start?: 'monday' | 'tuesday' | 'wednesday' | 'thursday' | 'friday' | 'saturday' | 'sunday';
  anchor_day?: number;
  thresholds_percent?: number[];
  mode?: 'enforce' | 'shadow';
  created_at: string;
  revision: number;
};

export type BudgetPut = {
  scope: Scope;
  window: 'daily' | 'weekly' | 'monthly' | 'total';
  /** US dollars as a decimal string */
  cap_usd: string;
  utc_offset?: string;
  week_start?: 'monday' | 'tuesday' | 'wednesday' | 'thursday' | 'friday' | 'saturday' | 'sunday';
  anchor_day?: number;
  thresholds_percent?: number[];
  mode?: 'enforce' | 'shadow';
  revision?: number;
};

export type Denial = {
  at: string;
  action: string | null;
  model: string | null;
  gate: string;
  reason: string;
  /** When the same request would pass; null: not by waiting. */
  passes_at: string | null;
  remedy: string;
  violated: Violation[];
};

export type EffectiveSpendLimit = {
  spend_limit_id: string;
  actor: {
    type: 'user_actor';
    user_id: string;
    email_address: string;
    name: string | null;
    deleted: boolean;
  };
  amount: string;
  currency: 'USD';
  period: 'daily' | 'weekly' | 'monthly';
  /** What was spent of the budget that `source` names, in cents. Where that is the organization's it is everybody's spending: what one member spends is counted only where the member has a budget of its own. */
  period_to_date_spend: string;
  scope: SpendLimitScope;
  source: SpendLimitScope;
};

export type Error = {
  type: 'error';
  error: {
    type: string;
    message: string;
    details?: {
      error_code: string;
      problems?: Problem[];
      [name: string]: unknown;
    };
  };
  request_id: string;
};

export type Export = {
  format: string;
  organization: string;
  exported_at: string;
  snapshot_seq: number;
  snapshot: string;
  audit_head: {
    entries: number;
    hash: string;
  };
  log: unknown[];
  /** The SHA-256 of all that stands before it, which names the end of the audit log. */
  digest: string;
  audit: unknown[];
  [name: string]: unknown;
};

export type IncreaseDecision = {
  note?: string;
  revision?: number;
};

export type IncreaseRequest = {
  id: string;
  type: 'increase_request';
  limit: string | null;
  /** What the rate of the limit is to be, in what it counts: requests, tokens, or for `cost` US dollars; of a limit of open requests its capacity. */
  rate: number | string | null;
  budget: string | null;
  /** What the cap of the budget is to be, in US dollars. */
  cap_usd: string | null;
  reason: string;
  status: 'pending' | 'approved' | 'denied' | 'withdrawn';
  note: string | null;
  requested_by: Principal;
  created_at: string;
  revision: number;
};

export type Invite = {
  id: string;
  type: 'invite';
  email: string;
  role: string;
  status: 'pending' | 'accepted' | 'expired' | 'deleted';
  invited_at: string;
  expires_at: string;
  accepted_at: string | null;
  rbac_group_ids: string[];
  /** Accepts the invitation, once. Only the answer that made it has it. */
  code?: string;
};

export type Limit = {
  id: string;
  type: 'limit';
  scope: Scope;
  meter: 'requests' | 'input_tokens' | 'output_tokens' | 'tokens' | 'cost' | 'concurrent_requests';
  rate: number | string | null;
  period_ms: number | null;
  capacity: Amount;
  model_class: string | null;
  operation: 'messages' | 'count_tokens';
  count_cache_reads: boolean;
  output: 'reserve' | 'settle';
  mode: 'enforce' | 'shadow';
  created_at: string;
  revision: number;
};

export type LimitPut = {
  meter: 'requests';
  operation?: 'messages' | 'count_tokens';
  rate: number;
  period_ms: number;
  capacity: number;
  count_cache_reads?: false;
  output?: 'settle';
  scope: Scope;
  model_class?: string | null;
  mode?: 'enforce' | 'shadow';
  revision?: number;
} | {
  meter: 'input_tokens';
  rate: number;
  period_ms: number;
  capacity: number;
  operation?: 'messages';
  count_cache_reads?: boolean;
  output?: 'settle';
  scope: Scope;
  model_class?: string | null;
  mode?: 'enforce' | 'shadow';
  revision?: number;
} | {
  meter: 'output_tokens';
  rate: number;
  period_ms: number;
  capacity: number;
  operation?: 'messages';
  count_cache_reads?: false;
  output?: 'reserve' | 'settle';
  scope: Scope;
  model_class?: string | null;
  mode?: 'enforce' | 'shadow';
  revision?: number;
} | {
  meter: 'tokens';
  rate: number;
  period_ms: number;
  capacity: number;
  operation?: 'messages';
  count_cache_reads?: boolean;
  output?: 'reserve' | 'settle';
  scope: Scope;
  model_class?: string | null;
  mode?: 'enforce' | 'shadow';
  revision?: number;
} | {
  meter: 'cost';
  rate: string;
  period_ms: number;
  capacity: string;
  operation?: 'messages';
  count_cache_reads?: false;
  output?: 'settle';
  scope: Scope;
  model_class?: string | null;
  mode?: 'enforce' | 'shadow';
  revision?: number;
} | {
  meter: 'concurrent_requests';
  rate?: null;
  period_ms?: null;
  capacity: number;
  operation?: 'messages';
  count_cache_reads?: false;
  output?: 'settle';
  scope: Scope;
  model_class?: string | null;
  mode?: 'enforce' | 'shadow';
  revision?: number;
};

export type Member = {
  id: string;
  type: 'user';
  email: string;
  name: string;
  role: string;
  status: 'active' | 'invited' | 'removed';
  added_at: string;
  revision: number;
};

export type MemberChange = {
  role?: string;
  name?: string | null;
  email?: string;
  revision?: number;
};

export type ModelClass = {
  id: string;
  type: 'model_class';
  models: string[];
  created_at: string;
  revision: number;
};

export type ModelClassPut = {
  models: string[];
  revision?: number;
};

export type NewApiKey = {
  name: string;
  /** A new one by default; the limits that come with it are named after it. */
  id?: string;
  kind?: 'caller' | 'admin';
  owner?: Owner;
  workspace_id?: string | null;
  /** Cuts what the owner may do; never adds to it. */
  role?: string | null;
  models?: string[] | null;
  expires_at?: string | null;
  rate_limit?: {
    requests_per_minute?: number;
    tokens_per_minute?: number;
  };
  /** US dollars as a decimal string */
  monthly_cap_usd: string;
  alert_threshold_percent?: number;
} | {
  name: string;
  /** A new one by default; the limits that come with it are named after it. */
  id?: string;
  kind?: 'caller' | 'admin';
  owner?: Owner;
  workspace_id?: string | null;
  /** Cuts what the owner may do; never adds to it. */
  role?: string | null;
  models?: string[] | null;
  expires_at?: string | null;
  rate_limit?: {
    requests_per_minute?: number;
    tokens_per_minute?: number;
  };
  monthly_cap_usd?: never;
  alert_threshold_percent?: never;
};

export type NewIncreaseRequest = {
  limit: string;
  rate: Amount;
  reason: string;
  id?: string;
} | {
  budget: string;
  /** What the cap of the budget is to be, in US dollars. */
  cap_usd: string;
  reason: string;
  id?: string;
};

export type NewInvite = {
  email: string;
  role: string;
  name?: string;
  id?: string;
};

export type NewSignInCode = {
  member_id: string;
};

export type NewSpendLimit = {
  /** whole cents */
  amount: string;
  period: 'daily' | 'weekly' | 'monthly';
  scope: SpendLimitScope;
  id?: string;
};

export type NewWorkspace = {
  name: string;
  id?: string;
  models?: string[] | null;
};

export type NewWorkspaceMember = {
  user_id: string;
  /** `workspace_admin`, `workspace_developer`, `workspace_user`, `workspace_billing`, or the id of a role */
  workspace_role: string;
};

export type OpenedSession = {
  type: 'session';
  id: string;
  member_id: string;
  expires_at: string;
};

export type Organization = {
  id: string;
  type: 'organization';
  name: string;
};

export type Owner = {
  member: string;
} | {
  service_account: string;
};

export type Payment = {
  method: 'card' | 'invoice';
  status: 'active' | 'failed' | 'missing';
} | null;

export type Preview = {
  changes: {
    /** A change, as the engine takes it: `{"type": "limit_set", "limit": {…}}` */
    change: {
      type: string;
      [name: string]: unknown;
    };
    revision?: number | null;
  }[];
};

export type Previewed = {
  outcome: 'allowed';
  changes: {
    target: {
      [name: string]: string;
    };
    revision: number;
  }[];
} | {
  outcome: 'denied';
  reason: string;
} | {
  outcome: 'refused';
  code: string;
  message: string;
  path: string | null;
  problems: {
    path: string;
    value: string;
    message: string;
    remedy: string;
  }[];
};

export type PriceBook = {
  type: 'price_book';
  name: string;
  hash: string;
  models: number;
  revision: number;
};

/** A price book, as docs/prices.md tells its fields. The engine reads it strictly. */
export type PriceBookFile = {
  schema_version: 1;
  name: string;
  provider: string;
  code_execution?: {
    [name: string]: unknown;
  } | null;
  cards: {
    model: string;
    versions: {
      [name: string]: unknown;
    }[];
    [name: string]: unknown;
  }[];
};

export type Principal = {
  member: string;
} | {
  service_account: string;
} | {
  key: string;
};

export type Problem = {
  path: string;
  value: string;
  message: string;
  remedy: string;
};

export type Profile = {
  id: string;
  type: 'organization_profile';
  name: string | null;
  legal_name: string | null;
  tax_id: string | null;
  billing_address: Address;
  payment: Payment;
  revision: number;
};

/** What is absent stays as it is. */
export type ProfileChange = {
  name?: string | null;
  legal_name?: string | null;
  tax_id?: string | null;
  billing_address?: Address;
  payment?: Payment;
  revision?: number;
};

export type RateLimit = {
  id: string;
  type: 'rate_limit';
  group: {
    id: string;
    type: 'model_group';
    display_name: string;
  } | {
    id: string;
    type: 'token_count';
  };
  models: string[] | null;
  limits: {
    type: string;
    value: number;
  }[];
};

export type Role = {
  id: string;
  type: 'role';
  permissions: {
    action: Action;
    scope: 'any' | 'own';
  }[];
  /** Whether every organization has it: it cannot be changed. */
  built_in: boolean;
  /** Null where it is built in. */
  created_at: string | null;
  revision: number;
};

export type RolePut = {
  permissions: {
    action: Action;
    scope: 'any' | 'own';
  }[];
  revision?: number;
};

export type Rotation = {
  /** How long the secrets before are still taken. */
  overlap_ms?: number;
  revision?: number;
};

export type Scope = 'organization' | {
  project: string;
} | {
  member: string;
} | {
  key: string;
};

export type ServiceAccount = {
  id: string;
  type: 'service_account';
  name?: string | null;
  project: string;
  role: string;
  status?: 'active' | 'removed';
  created_at: string;
  revision: number;
};

export type ServiceAccountPut = {
  name?: string | null;
  project: string;
  role: string;
  status?: 'active' | 'removed';
  revision?: number;
};

export type Session = {
  id: string;
  type: 'session';
  member_id: string;
  created_at: string;
  expires_at: string;
  ip_address: string | null;
  user_agent: string | null;
  current: boolean;
};

export type Settings = {
  type: 'settings';
  max_forward_ms?: number;
  reservation_timeout_ms?: number;
  retention_ms?: number;
  max_reservations?: number;
  fallback_model?: string | null;
  key_max_age_ms?: number | null;
  revision: number;
};

/** What is absent stays as it is. */
export type SettingsChange = {
  max_forward_ms?: number;
  reservation_timeout_ms?: number;
  retention_ms?: number;
  max_reservations?: number;
  fallback_model?: string | null;
  key_max_age_ms?: number | null;
  revision?: number;
};

export type SignIn = {
  /** A code that works once. */
  code: string;
};

export type SignInCode = {
  type: 'sign_in_code';
  member_id: string;
  code: string;
  expires_at: string;
};

export type SpendLimit = {
  id: string;
  type: 'spend_limit';
  amount: string;
  currency: 'USD';
  period: 'daily' | 'weekly' | 'monthly';
  scope: SpendLimitScope;
  is_enabled: boolean;
  created_at: string;
  updated_at: string;
  revision: number;
};

export type SpendLimitChange = {
  /** whole cents */
  amount?: string;
  is_enabled?: boolean;
  revision?: number;
};

export type SpendLimitScope = {
  type: 'organization';
} | {
  type: 'workspace';
  workspace_id: string;
} | {
  type: 'user';
  user_id: string;
} | {
  type: 'api_key';
  api_key_id: string;
};

export type Violation = {
  type: 'limit';
  limit: string;
  scope: Scope;
  meter: string;
  needed: string;
  available: string;
  passes_at: string | null;
  remedy: string;
} | {
  type: 'budget';
  budget: string;
  scope: Scope;
  cap_usd: string;
  settled_usd: string;
  assumed_usd: string;
  held_usd: string;
  quote_usd: string;
  passes_at: string | null;
  remedy: string;
};

export type Workspace = {
  id: string;
  type: 'workspace';
  name: string;
  created_at: string;
  archived_at: string | null;
  display_color: string;
  models: string[] | null;
  revision: number;
};

export type WorkspaceChange = {
  name?: string;
  models?: string[] | null;
  revision?: number;
};

export type WorkspaceMember = {
  type: 'workspace_member';
  user_id: string;
  workspace_id: string;
  workspace_role: string;
};

export type WorkspaceMemberChange = {
  /** `workspace_admin`, `workspace_developer`, `workspace_user`, `workspace_billing`, or the id of a role */
  workspace_role: string;
};

export type WorkspaceRateLimit = {
  rate_limit_id: string;
  type: 'workspace_rate_limit';
  workspace_id: string;
  group: {
    id: string;
    type: 'model_group';
    display_name: string;
  } | {
    id: string;
    type: 'token_count';
  };
  models: string[] | null;
  limits: {
    type: string;
    value: number;
    org_limit: number | null;
    source: {
      type: 'workspace';
    };
  }[];
};

/** What each endpoint takes and answers. */
export interface Operations {
  /** The keys that the caller may see */
  'GET /v1/api-keys': {
    path: object;
    query: {
      limit?: number;
      after_id?: string;
      before_id?: string;
      status?: 'active' | 'inactive' | 'archived' | 'expired';
      workspace_id?: string;
      owner_user_id?: string;
      owner_service_account_id?: string;
      search?: string;
    };
    body: undefined;
    answer: {
      data: ApiKey[];
      has_more: boolean;
      first_id: string | null;
      last_id: string | null;
    };
  };
  /** Make a key */
  'POST /v1/api-keys': {
    path: object;
    query: object;
    body: NewApiKey;
    answer: ApiKeyWithSecret;
  };
  /** A key */
  'GET /v1/api-keys/{id}': {
    path: {
      id: string;
    };
    query: object;
    body: undefined;
    answer: ApiKey;
  };
  /** Change a key */
  'POST /v1/api-keys/{id}': {
    path: {
      id: string;
    };
    query: object;
    body: ApiKeyChange;
    answer: ApiKey;
  };
  /** Revoke a key */
  'DELETE /v1/api-keys/{id}': {
    path: {
      id: string;
    };
    query: object;
    body: undefined;
    answer: {
      id: string;
      type: 'api_key_deleted';
    };
  };
  /** Give a key a new secret */
  'POST /v1/api-keys/{id}/rotate': {
    path: {
      id: string;
    };
    query: object;
    body: Rotation;
    answer: ApiKeyWithSecret;
  };
  /** Accept an invitation, and sign in */
  'POST /v1/invites/accept': {
    path: object;
    query: object;
    body: SignIn;
    answer: OpenedSession;
  };
  /** The keys that the caller may see */
  'GET /v1/organizations/api_keys': {
    path: object;
    query: {
      limit?: number;
      after_id?: string;
      before_id?: string;
      status?: 'active' | 'inactive' | 'archived' | 'expired';
      workspace_id?: string;
      owner_user_id?: string;
      owner_service_account_id?: string;
      search?: string;
    };
    body: undefined;
    answer: {
      data: ApiKey[];
      has_more: boolean;
      first_id: string | null;
      last_id: string | null;
    };
  };
  /** A key */
  'GET /v1/organizations/api_keys/{id}': {
    path: {
      id: string;
    };
    query: object;
    body: undefined;
    answer: ApiKey;
  };
  /** Change a key */
  'POST /v1/organizations/api_keys/{id}': {
    path: {
      id: string;
    };
    query: object;
    body: ApiKeyChange;
    answer: ApiKey;
  };
  /** Who changed what, newest first */
  'GET /v1/organizations/audit-logs': {
    path: object;
    query: {
      limit?: number;
      after_id?: string;
      before_id?: string;
      actor_type?: 'member' | 'service_account' | 'key' | 'api_key' | 'user' | 'user_actor' | 'service_account_actor' | 'api_key_actor';
      actor_id?: string;
      action?: 'organization.created' | 'organization.updated' | 'settings.created' | 'settings.updated' | 'price_book.created' | 'price_book.updated' | 'model_class.created' | 'model_class.updated' | 'model_class.removed' | 'role.created' | 'role.updated' | 'role.removed' | 'member.invited' | 'member.accepted' | 'member.created' | 'member.updated' | 'member.removed' | 'project.created' | 'project.updated' | 'project.archived' | 'service_account.created' | 'service_account.updated' | 'service_account.removed' | 'key.created' | 'key.updated' | 'key.rotated' | 'key.revoked' | 'limit.created' | 'limit.updated' | 'limit.removed' | 'budget.created' | 'budget.updated' | 'budget.removed' | 'increase_request.created' | 'increase_request.updated' | 'increase_request.approved' | 'increase_request.denied' | 'increase_request.withdrawn' | 'workspace.created' | 'workspace.updated' | 'workspace.archived' | 'api_key.created' | 'api_key.updated' | 'api_key.rotated' | 'api_key.revoked' | 'user.invited' | 'user.accepted' | 'user.created' | 'user.updated' | 'user.removed' | 'charge.adjusted' | 'clock.advanced' | 'denial.recorded';
      target_type?: 'organization' | 'settings' | 'price_book' | 'model_class' | 'role' | 'member' | 'project' | 'service_account' | 'key' | 'limit' | 'budget' | 'increase_request' | 'reservation' | 'workspace' | 'api_key' | 'user';
      target_id?: string;
      starting_at?: string;
      ending_at?: string;
    };
    body: undefined;
    answer: {
      data: AuditLogEntry[];
      has_more: boolean;
      first_id: string | null;
      last_id: string | null;
    };
  };
  /** The entries as they were written, oldest first */
  'GET /v1/organizations/audit-logs/export': {
    path: object;
    query: {
      actor_type?: 'member' | 'service_account' | 'key' | 'api_key' | 'user' | 'user_actor' | 'service_account_actor' | 'api_key_actor';
      actor_id?: string;
      action?: 'organization.created' | 'organization.updated' | 'settings.created' | 'settings.updated' | 'price_book.created' | 'price_book.updated' | 'model_class.created' | 'model_class.updated' | 'model_class.removed' | 'role.created' | 'role.updated' | 'role.removed' | 'member.invited' | 'member.accepted' | 'member.created' | 'member.updated' | 'member.removed' | 'project.created' | 'project.updated' | 'project.archived' | 'service_account.created' | 'service_account.updated' | 'service_account.removed' | 'key.created' | 'key.updated' | 'key.rotated' | 'key.revoked' | 'limit.created' | 'limit.updated' | 'limit.removed' | 'budget.created' | 'budget.updated' | 'budget.removed' | 'increase_request.created' | 'increase_request.updated' | 'increase_request.approved' | 'increase_request.denied' | 'increase_request.withdrawn' | 'workspace.created' | 'workspace.updated' | 'workspace.archived' | 'api_key.created' | 'api_key.updated' | 'api_key.rotated' | 'api_key.revoked' | 'user.invited' | 'user.accepted' | 'user.created' | 'user.updated' | 'user.removed' | 'charge.adjusted' | 'clock.advanced' | 'denial.recorded';
      target_type?: 'organization' | 'settings' | 'price_book' | 'model_class' | 'role' | 'member' | 'project' | 'service_account' | 'key' | 'limit' | 'budget' | 'increase_request' | 'reservation' | 'workspace' | 'api_key' | 'user';
      target_id?: string;
      starting_at?: string;
      ending_at?: string;
    };
    body: undefined;
    answer: string;
  };
  /** How many entries there are, and the hash of the last */
  'GET /v1/organizations/audit-logs/head': {
    path: object;
    query: object;
    body: undefined;
    answer: AuditHead;
  };
  /** The budgets */
  'GET /v1/organizations/budgets': {
    path: object;
    query: {
      limit?: number;
      after_id?: string;
      before_id?: string;
      workspace_id?: string;
    };
    body: undefined;
    answer: {
      data: Budget[];
      has_more: boolean;
      first_id: string | null;
      last_id: string | null;
    };
  };
  /** A budget */
  'GET /v1/organizations/budgets/{id}': {
    path: {
      id: string;
    };
    query: object;
    body: undefined;
    answer: Budget;
  };
  /** Make or replace a budget */
  'PUT /v1/organizations/budgets/{id}': {
    path: {
      id: string;
    };
    query: object;
    body: BudgetPut;
    answer: Budget;
  };
  /** Take a budget out */
  'DELETE /v1/organizations/budgets/{id}': {
    path: {
      id: string;
    };
    query: object;
    body: undefined;
    answer: {
      id: string;
      type: 'budget_deleted';
    };
  };
  /** Why the last requests of a key were denied */
  'GET /v1/organizations/denials': {
    path: object;
    query: {
      api_key_id: string;
    };
    body: undefined;
    answer: {
      data: Denial[];
    };
  };
  /** Everything that the organization knows, in one document */
  'GET /v1/organizations/export': {
    path: object;
    query: object;
    body: undefined;
    answer: Export;
  };
  /** The requests that the caller may see */
  'GET /v1/organizations/increase_requests': {
    path: object;
    query: {
      limit?: number;
      after_id?: string;
      before_id?: string;
      status?: 'pending' | 'approved' | 'denied' | 'withdrawn';
    };
    body: undefined;
    answer: {
      data: IncreaseRequest[];
      has_more: boolean;
      first_id: string | null;
      last_id: string | null;
    };
  };
  /** Ask for a higher limit or cap */
  'POST /v1/organizations/increase_requests': {
    path: object;
    query: object;
    body: NewIncreaseRequest;
    answer: IncreaseRequest;
  };
  /** A request */
  'GET /v1/organizations/increase_requests/{id}': {
    path: {
      id: string;
    };
    query: object;
    body: undefined;
    answer: IncreaseRequest;
  };
  /** Approve a request, and raise what it is about */
  'POST /v1/organizations/increase_requests/{id}/approve': {
    path: {
      id: string;
    };
    query: object;
    body: IncreaseDecision;
    answer: IncreaseRequest;
  };
  /** Deny a request */
  'POST /v1/organizations/increase_requests/{id}/deny': {
    path: {
      id: string;
    };
    query: object;
    body: IncreaseDecision;
    answer: IncreaseRequest;
  };
  /** Take a request of your own back */
  'POST /v1/organizations/increase_requests/{id}/withdraw': {
    path: {
      id: string;
    };
    query: object;
    body: IncreaseDecision;
    answer: IncreaseRequest;
  };
  /** The open invitations */
  'GET /v1/organizations/invites': {
    path: object;
    query: {
      limit?: number;
      after_id?: string;
      before_id?: string;
    };
    body: undefined;
    answer: {
      data: Invite[];
      has_more: boolean;
      first_id: string | null;
      last_id: string | null;
    };
  };
  /** Invite a member */
  'POST /v1/organizations/invites': {
    path: object;
    query: object;
    body: NewInvite;
    answer: Invite;
  };
  /** An invitation */
  'GET /v1/organizations/invites/{id}': {
    path: {
      id: string;
    };
    query: object;
    body: undefined;
    answer: Invite;
  };
  /** Take an invitation back */
  'DELETE /v1/organizations/invites/{id}': {
    path: {
      id: string;
    };
    query: object;
    body: undefined;
    answer: {
      id: string;
      type: 'invite_deleted';
    };
  };
  /** The limits */
  'GET /v1/organizations/limits': {
    path: object;
    query: {
      limit?: number;
      after_id?: string;
      before_id?: string;
      workspace_id?: string;
    };
    body: undefined;
    answer: {
      data: Limit[];
      has_more: boolean;
      first_id: string | null;
      last_id: string | null;
    };
  };
  /** A limit */
  'GET /v1/organizations/limits/{id}': {
    path: {
      id: string;
    };
    query: object;
    body: undefined;
    answer: Limit;
  };
  /** Make or replace a limit */
  'PUT /v1/organizations/limits/{id}': {
    path: {
      id: string;
    };
    query: object;
    body: LimitPut;
    answer: Limit;
  };
  /** Take a limit out */
  'DELETE /v1/organizations/limits/{id}': {
    path: {
      id: string;
    };
    query: object;
    body: undefined;
    answer: {
      id: string;
      type: 'limit_deleted';
    };
  };
  /** The organization that the caller belongs to */
  'GET /v1/organizations/me': {
    path: object;
    query: object;
    body: undefined;
    answer: Organization;
  };
  /** The members */
  'GET /v1/organizations/members': {
    path: object;
    query: {
      limit?: number;
      after_id?: string;
      before_id?: string;
      status?: 'active' | 'invited' | 'removed';
      search?: string;
      email?: string;
    };
    body: undefined;
    answer: {
      data: Member[];
      has_more: boolean;
      first_id: string | null;
      last_id: string | null;
    };
  };
  /** Invite a member */
  'POST /v1/organizations/members': {
    path: object;
    query: object;
    body: NewInvite;
    answer: Invite;
  };
  /** A member */
  'GET /v1/organizations/members/{id}': {
    path: {
      id: string;
    };
    query: object;
    body: undefined;
    answer: Member;
  };
  /** Change a member */
  'POST /v1/organizations/members/{id}': {
    path: {
      id: string;
    };
    query: object;
    body: MemberChange;
    answer: Member;
  };
  /** Remove a member */
  'DELETE /v1/organizations/members/{id}': {
    path: {
      id: string;
    };
    query: object;
    body: undefined;
    answer: {
      id: string;
      type: 'user_deleted';
    };
  };
  /** The model classes */
  'GET /v1/organizations/model_classes': {
    path: object;
    query: {
      limit?: number;
      after_id?: string;
      before_id?: string;
    };
    body: undefined;
    answer: {
      data: ModelClass[];
      has_more: boolean;
      first_id: string | null;
      last_id: string | null;
    };
  };
  /** A model class */
  'GET /v1/organizations/model_classes/{id}': {
    path: {
      id: string;
    };
    query: object;
    body: undefined;
    answer: ModelClass;
  };
  /** Make or replace a model class */
  'PUT /v1/organizations/model_classes/{id}': {
    path: {
      id: string;
    };
    query: object;
    body: ModelClassPut;
    answer: ModelClass;
  };
  /** Take a model class out */
  'DELETE /v1/organizations/model_classes/{id}': {
    path: {
      id: string;
    };
    query: object;
    body: undefined;
    answer: {
      id: string;
      type: 'model_class_deleted';
    };
  };
  /** What changes would do, if the caller made them now */
  'POST /v1/organizations/preview': {
    path: object;
    query: object;
    body: Preview;
    answer: Previewed;
  };
  /** The price book in force */
  'GET /v1/organizations/price_book': {
    path: object;
    query: object;
    body: undefined;
    answer: PriceBook;
  };
  /** Put another price book in force */
  'PUT /v1/organizations/price_book': {
    path: object;
    query: object;
    body: PriceBookFile;
    answer: PriceBook;
  };
  /** What invoices are made out to */
  'GET /v1/organizations/profile': {
    path: object;
    query: object;
    body: undefined;
    answer: Profile;
  };
  /** Change what invoices are made out to */
  'PUT /v1/organizations/profile': {
    path: object;
    query: object;
    body: ProfileChange;
    answer: Profile;
  };
  /** The organization's rate limits, in the provider's groups */
  'GET /v1/organizations/rate_limits': {
    path: object;
    query: {
      limit?: number;
      page?: string;
      group_type?: 'model_group' | 'batch' | 'token_count' | 'files' | 'skills' | 'web_search';
    };
    body: undefined;
    answer: {
      data: RateLimit[];
      /** What to give as `page` for the page behind this one; null on the last one. */
      next_page: string | null;
    };
  };
  /** The roles */
  'GET /v1/organizations/roles': {
    path: object;
    query: {
      limit?: number;
      after_id?: string;
      before_id?: string;
    };
    body: undefined;
    answer: {
      data: Role[];
      has_more: boolean;
      first_id: string | null;
      last_id: string | null;
    };
  };
  /** A role */
  'GET /v1/organizations/roles/{id}': {
    path: {
      id: string;
    };
    query: object;
    body: undefined;
    answer: Role;
  };
  /** Make or replace a role */
  'PUT /v1/organizations/roles/{id}': {
    path: {
      id: string;
    };
    query: object;
    body: RolePut;
    answer: Role;
  };
  /** Take a role out */
  'DELETE /v1/organizations/roles/{id}': {
    path: {
      id: string;
    };
    query: object;
    body: undefined;
    answer: {
      id: string;
      type: 'role_deleted';
    };
  };
  /** The service accounts */
  'GET /v1/organizations/service_accounts': {
    path: object;
    query: {
      limit?: number;
      page?: string;
      workspace_id?: string;
    };
    body: undefined;
    answer: {
      data: ServiceAccount[];
      /** What to give as `page` for the page behind this one; null on the last one. */
      next_page: string | null;
    };
  };
  /** A service account */
  'GET /v1/organizations/service_accounts/{id}': {
    path: {
      id: string;
    };
    query: object;
    body: undefined;
    answer: ServiceAccount;
  };
  /** Make or replace a service account */
  'PUT /v1/organizations/service_accounts/{id}': {
    path: {
      id: string;
    };
    query: object;
    body: ServiceAccountPut;
    answer: ServiceAccount;
  };
  /** Take a service account out */
  'DELETE /v1/organizations/service_accounts/{id}': {
    path: {
      id: string;
    };
    query: object;
    body: undefined;
    answer: {
      id: string;
      type: 'service_account_deleted';
    };
  };
  /** Open sessions: one's own, or everybody's for who may read members */
  'GET /v1/organizations/sessions': {
    path: object;
    query: {
      limit?: number;
      after_id?: string;
      before_id?: string;
    };
    body: undefined;
    answer: {
      data: Session[];
      has_more: boolean;
      first_id: string | null;
      last_id: string | null;
    };
  };
  /** End a session: one's own, or anybody's for who may update members */
  'DELETE /v1/organizations/sessions/{id}': {
    path: {
      id: string;
    };
    query: object;
    body: undefined;
    answer: {
      id: string;
      type: 'session_deleted';
    };
  };
  /** The settings */
  'GET /v1/organizations/settings': {
    path: object;
    query: object;
    body: undefined;
    answer: Settings;
  };
  /** Change the settings */
  'PUT /v1/organizations/settings': {
    path: object;
    query: object;
    body: SettingsChange;
    answer: Settings;
  };
  /** Make a code with which a member signs in */
  'POST /v1/organizations/sign_in_codes': {
    path: object;
    query: object;
    body: NewSignInCode;
    answer: SignInCode;
  };
  /** Budgets by day, week or month */
  'GET /v1/organizations/spend_limits': {
    path: object;
    query: {
      limit?: number;
      page?: string;
    };
    body: undefined;
    answer: {
      data: SpendLimit[];
      /** What to give as `page` for the page behind this one; null on the last one. */
      next_page: string | null;
    };
  };
  /** Make a spend limit */
  'POST /v1/organizations/spend_limits': {
    path: object;
    query: object;
    body: NewSpendLimit;
    answer: SpendLimit;
  };
  /** What each member can spend, and has spent */
  'GET /v1/organizations/spend_limits/effective': {
    path: object;
    query: {
      limit?: number;
      page?: string;
      'period[]'?: 'daily' | 'weekly' | 'monthly' | ('daily' | 'weekly' | 'monthly')[];
      'user_ids[]'?: string | string[];
    };
    body: undefined;
    answer: {
      data: EffectiveSpendLimit[];
      /** What to give as `page` for the page behind this one; null on the last one. */
      next_page: string | null;
    };
  };
  /** A spend limit */
  'GET /v1/organizations/spend_limits/{id}': {
    path: {
      id: string;
    };
    query: object;
    body: undefined;
    answer: SpendLimit;
  };
  /** Change a spend limit */
  'POST /v1/organizations/spend_limits/{id}': {
    path: {
      id: string;
    };
    query: object;
    body: SpendLimitChange;
    answer: SpendLimit;
  };
  /** Take a spend limit out */
  'DELETE /v1/organizations/spend_limits/{id}': {
    path: {
      id: string;
    };
    query: object;
    body: undefined;
    answer: {
      id: string;
      type: 'spend_limit_deleted';
    };
  };
  /** The members */
  'GET /v1/organizations/users': {
    path: object;
    query: {
      limit?: number;
      after_id?: string;
      before_id?: string;
      status?: 'active' | 'invited' | 'removed';
      search?: string;
      email?: string;
    };
    body: undefined;
    answer: {
      data: Member[];
      has_more: boolean;
      first_id: string | null;
      last_id: string | null;
    };
  };
  /** A member */
  'GET /v1/organizations/users/{id}': {
    path: {
      id: string;
    };
    query: object;
    body: undefined;
    answer: Member;
  };
  /** Change a member */
  'POST /v1/organizations/users/{id}': {
    path: {
      id: string;
    };
    query: object;
    body: MemberChange;
    answer: Member;
  };
  /** Remove a member */
  'DELETE /v1/organizations/users/{id}': {
    path: {
      id: string;
    };
    query: object;
    body: undefined;
    answer: {
      id: string;
      type: 'user_deleted';
    };
  };
  /** The workspaces */
  'GET /v1/organizations/workspaces': {
    path: object;
    query: {
      limit?: number;
      after_id?: string;
      before_id?: string;
      include_archived?: 'true' | 'false';
      search?: string;
    };
    body: undefined;
    answer: {
      data: Workspace[];
      has_more: boolean;
      first_id: string | null;
      last_id: string | null;
    };
  };
  /** Make a workspace */
  'POST /v1/organizations/workspaces': {
    path: object;
    query: object;
    body: NewWorkspace;
    answer: Workspace;
  };
  /** A workspace */
  'GET /v1/organizations/workspaces/{id}': {
    path: {
      id: string;
    };
    query: object;
    body: undefined;
    answer: Workspace;
  };
  /** Change a workspace */
  'POST /v1/organizations/workspaces/{id}': {
    path: {
      id: string;
    };
    query: object;
    body: WorkspaceChange;
    answer: Workspace;
  };
  /** Archive a workspace */
  'POST /v1/organizations/workspaces/{id}/archive': {
    path: {
      id: string;
    };
    query: object;
    body: undefined;
    answer: Workspace;
  };
  /** Who has a role in a workspace */
  'GET /v1/organizations/workspaces/{id}/members': {
    path: {
      id: string;
    };
    query: {
      limit?: number;
      after_id?: string;
      before_id?: string;
    };
    body: undefined;
    answer: {
      data: WorkspaceMember[];
      has_more: boolean;
      first_id: string | null;
      last_id: string | null;
    };
  };
  /** Give a member a role in a workspace */
  'POST /v1/organizations/workspaces/{id}/members': {
    path: {
      id: string;
    };
    query: object;
    body: NewWorkspaceMember;
    answer: WorkspaceMember;
  };
  /** The role of a member in a workspace */
  'GET /v1/organizations/workspaces/{id}/members/{user_id}': {
    path: {
      id: string;
      user_id: string;
    };
    query: object;
    body: undefined;
    answer: WorkspaceMember;
  };
  /** Change the role of a member in a workspace */
  'POST /v1/organizations/workspaces/{id}/members/{user_id}': {
    path: {
      id: string;
      user_id: string;
    };
    query: object;
    body: WorkspaceMemberChange;
    answer: WorkspaceMember;
  };
  /** Take a role in a workspace away */
  'DELETE /v1/organizations/workspaces/{id}/members/{user_id}': {
    path: {
      id: string;
      user_id: string;
    };
    query: object;
    body: undefined;
    answer: {
      type: 'workspace_member_deleted';
      user_id: string;
      workspace_id: string;
    };
  };
  /** A workspace's own rate limits, in the provider's groups */
  'GET /v1/organizations/workspaces/{id}/rate_limits': {
    path: {
      id: string;
    };
    query: {
      limit?: number;
      page?: string;
      group_type?: 'model_group' | 'batch' | 'token_count' | 'files' | 'skills' | 'web_search';
    };
    body: undefined;
    answer: {
      data: WorkspaceRateLimit[];
      /** What to give as `page` for the page behind this one; null on the last one. */
      next_page: string | null;
    };
  };
  /** Sign in with a code */
  'POST /v1/sessions': {
    path: object;
    query: object;
    body: SignIn;
    answer: OpenedSession;
  };
  /** Sign out */
  'DELETE /v1/sessions/current': {
    path: object;
    query: object;
    body: undefined;
    answer: {
      type: 'session_deleted';
    };
  };
}
