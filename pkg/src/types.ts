// Generated from the engine's types: `cargo tollgate schema typescript`. Do not edit.

/** Something that a principal may do. */
export type Action = "messages.create" | "messages.count_tokens" | "models.read" | "usage.read" | "cost.read" | "keys.create" | "keys.read" | "keys.update" | "keys.rotate" | "keys.revoke" | "members.read" | "members.invite" | "members.update" | "members.remove" | "service_accounts.read" | "service_accounts.write" | "projects.read" | "projects.create" | "projects.update" | "projects.archive" | "roles.read" | "roles.write" | "limits.read" | "limits.write" | "budgets.read" | "budgets.write" | "increase_requests.create" | "increase_requests.read" | "increase_requests.decide" | "prices.read" | "prices.write" | "billing.read" | "billing.write" | "organization.read" | "organization.update" | "settings.read" | "settings.write" | "audit.read" | "alerts.read" | "webhooks.read" | "webhooks.write" | "charges.adjust" | "clock.advance" | "policy.write" | "state.export"

/** A postal address. */
export type AddressForm = {
  /** City. */
  city: string
  /** Two letters of ISO 3166-1, such as `DE`. */
  country: string
  /** Street and number. */
  line1: string
  /** What else stands above the city. */
  line2?: string | null
  /** Postal code. */
  postal_code?: string | null
  /** State, province or region. */
  region?: string | null
}

/** What an alert is about. */
export type AlertForm = {
  /** The budget. */
  budget: string
  /** The revision of the cap that it fired at. */
  cap_revision: number
  /** The cap in force now. */
  cap_usd: string
  /** `settled + assumed` now. */
  committed_usd: string
  /** In percent of the cap. */
  percent: number
  type: "budget_threshold"
  /** Start of the window. */
  window_start_ms: number
} | {
  /** The limit. */
  limit: string
  type: "limit_hit"
} | {
  /** By how much. */
  overrun_usd: string
  /** The reservation. */
  reservation: string
  type: "overrun"
} | {
  /** The reservation. */
  reservation: string
  type: "unpriced"
}

/** Whose usage object it is. */
export type Api = "anthropic" | "openai_chat" | "openai_responses" | "gemini"

/** One entry of the audit log. */
export type AuditEntry = {
  /** What was done, such as `key.created`. */
  action: string
  /** Who; null: the policy file. */
  actor: Principal | null
  /** As it is; null: it is there no more. */
  after: unknown | null
  /** When. */
  at_ms: number
  /** As it was; null: it was not there. */
  before: unknown | null
  /** The hash of this entry. */
  hash: string
  /** Its number, from 1. */
  number: number
  /** The hash of the entry before; zeros for the first. */
  previous: string
  /** From where, as the host saw it. */
  source: string | null
  /** To what. */
  target: Target
}

/** A balance. */
export type BalanceForm = {
  /** Charged by assumption. */
  assumed_usd: string
  /** Held. */
  held_usd: string
  /** Charged. */
  settled_usd: string
}

/** A price book. */
export type BookForm = {
  /** One card for each model. */
  cards: Array<CardForm>
  /** How the time of code execution containers is billed; null: as it was counted. */
  code_execution?: CodeExecutionForm | null
  /** What people call the book. */
  name: string
  /** Who sells the models of cards that do not say. Their names stand alone; those of others follow `provider/`. */
  provider?: string | null
  /** The version of this form: 1. */
  schema_version: number
}

/** A budget. */
export type BudgetForm = {
  /** Where its months begin, for `monthly`; in a shorter month its last day. */
  anchor_day?: number
  /** The most that may be spent and promised in a window. */
  cap_usd: string
  /** Its id. */
  id: string
  /** Whether it blocks. */
  mode?: Mode
  /** What it covers. */
  scope: Scope
  /** Parts of the cap at which an alert fires, in percent, rising. */
  thresholds_percent?: Array<number>
  /** Where its days begin. */
  utc_offset?: string
  /** Where its weeks begin, for `weekly`. */
  week_start?: Weekday
  /** How its time is cut. */
  window: WindowKind
}

/** What is left of a budget. */
export type BudgetHeadroom = {
  /** Charged by assumption. */
  assumed_usd: string
  /** Which. */
  budget: string
  /** The cap in force. */
  cap_usd: string
  /** Held. */
  held_usd: string
  /** Whether it blocks. */
  mode: Mode
  /** What it covers. */
  scope: Scope
  /** Charged. */
  settled_usd: string
  /** End of the window; null: it never ends. */
  window_end_ms: number | null
  /** Start of the window. */
  window_start_ms: number
}

/** The longest-lived cache write that a request can cause, or any that its card prices. */
export type CacheWrite = "none" | "5m" | "1h" | "30m" | "12h" | "any"

/** One model's rates over time, and the bounds that a quote needs. */
export type CardForm = {
  /** Other names of the same model. */
  aliases?: Array<string>
  /** The longest prompt; null: not known, so that only requests whose input is bounded by itself are quoted. */
  context_window_tokens?: number | null
  /** Patterns of names that are not this model's, although a pattern fits them. */
  except?: Array<Pattern>
  /** The most input tokens that one image takes. */
  image_tokens?: number
  /** The longest output. */
  max_output_tokens?: number | null
  /** Whether audio, images and video without a rate of their own cost what text costs. Otherwise they are unpriced. */
  modal_as_text?: boolean
  /** The model's name. */
  model: string
  /** Patterns of further names: `*` stands for any text, `#` for one digit. */
  patterns?: Array<Pattern>
  /** Who sells it; null: the book's provider. */
  provider?: string | null
  /** The most input tokens that offering tools adds beside their own bytes. */
  tool_tokens?: number
  /** The versions, by rising `effective_from`. */
  versions: Array<CardVersionForm>
}

/** Rates from an instant on, until the card's next version: dates can neither overlap nor leave a gap. */
export type CardVersionForm = {
  /** The service tiers and speeds that have a price, beside standard. */
  contexts?: Array<ContextForm>
  /** The first instant; null: from the beginning. */
  effective_from?: string | null
  /** The hours in which it holds, over the version before it; empty: always. */
  hours?: Array<HoursForm>
  /** The places that have a price, beside anywhere. */
  modifiers?: Array<ModifierForm>
  /** Standard rates of the base tier. */
  rates_per_mtok?: RatesPerMtok
  /** Rates of uses and of hours, the same in every context that does not name its own. */
  rates_per_unit?: RatesPerUnit
  /** What crossing into a tier does. */
  tier_kind?: TierKind
  /** Standard rates of longer prompts, by rising start. */
  tiers?: Array<TierForm>
}

/** A public catalogue of prices. */
export type Catalogue = "genai-prices" | "litellm"

/** A change of what is configured. */
export type Change = {
  /** The organization. */
  organization: OrganizationForm
  type: "organization_set"
} | {
  /** The settings. */
  settings: SettingsForm
  type: "settings_set"
} | {
  /** The SHA-256 of the book's canonical JSON. */
  hash: string
  /** The book. */
  price_book: BookForm
  type: "price_book_set"
} | {
  /** The class. */
  model_class: ModelClassForm
  type: "model_class_set"
} | {
  /** The class. */
  id: string
  type: "model_class_removed"
} | {
  /** The role. */
  role: RoleForm
  type: "role_set"
} | {
  /** The role. */
  id: string
  type: "role_removed"
} | {
  /** The member. */
  member: MemberForm
  type: "member_set"
} | {
  /** The project. */
  project: ProjectForm
  type: "project_set"
} | {
  /** The account. */
  service_account: ServiceAccountForm
  type: "service_account_set"
} | {
  /** The key. */
  key: KeyForm
  type: "key_set"
} | {
  /** The limit. */
  limit: LimitForm
  type: "limit_set"
} | {
  /** The limit. */
  id: string
  type: "limit_removed"
} | {
  /** The budget. */
  budget: BudgetForm
  type: "budget_set"
} | {
  /** The budget. */
  id: string
  type: "budget_removed"
} | {
  /** The request. */
  increase_request: IncreaseRequestForm
  type: "increase_request_set"
}

/** How the time of code execution containers is billed, for all cards of one provider. */
export type CodeExecutionForm = {
  /** What costs an organization nothing in each calendar month, in UTC. */
  free_ms_per_month?: number
  /** The least that is billed for one container. */
  minimum_ms?: number
  /** Whose containers they are; null: those of the book's provider. */
  provider?: string | null
}

/** Everything that changes the state. */
export type CommandForm = {
  /** Who asks. */
  credential: CredentialForm
  /** What limits count before the request is made. */
  estimate?: EstimateForm
  /** The model. */
  model: string
  /** Everything that bounds what the request can cost. */
  request: RequestForm
  /** The reservation's id, made by the gateway, never by the client. */
  reservation: string
  /** How long the hold stays open; null: `reservation_timeout_ms`, which is also the most. */
  timeout_ms?: number | null
  type: "admit"
} | {
  /** The reservation. */
  reservation: string
  type: "settle"
  /** What was used. */
  usage: UsageForm
} | {
  /** The reservation. */
  reservation: string
  type: "void"
} | {
  type: "expire"
} | {
  /** Who asks. */
  credential: CredentialForm
  /** The model. */
  model: string
  type: "count_tokens"
} | {
  /** Who corrects it. */
  actor: Principal
  /** The right charge. */
  charge_usd: string
  /** Why. */
  reason: string
  /** The reservation. */
  reservation: string
  type: "adjust"
} | {
  /** Who accepts it. */
  actor: Principal
  /** The latest instant that the actor accepts. */
  to_ms: number
  type: "advance_clock"
} | {
  /** Who changes it. */
  actor: Principal
  /** 1 to 100 changes, of as many things. */
  changes: Array<ManagedChangeForm>
  /** From where, as the host saw it. */
  source?: string | null
  type: "manage"
} | {
  /** 1 to 100 of them. */
  denials: Array<DenialsForm>
  type: "record_denials"
} | {
  /** Who replaces it. */
  actor: Principal
  policy: unknown
  type: "update_policy"
}

/** Rates of a service tier or a speed. What a context without a multiplier leaves out is unpriced in it. */
export type ContextForm = {
  /** The longest prompt that it is offered for; null: any. */
  longest_prompt_tokens?: number | null
  /** A factor on every standard rate of tokens, in every tier; null: the context has rates of its own only. */
  multiplier?: string | null
  /** Rates of its own in the base tier, which replace what the multiplier gives. */
  rates_per_mtok?: RatesPerMtok
  /** Rates of uses and hours that differ from the standard ones. */
  rates_per_unit?: RatesPerUnit
  /** The service tier. */
  service_tier?: ServiceTier
  /** The speed. */
  speed?: Speed
  /** Rates of its own in further tiers. */
  tiers?: Array<TierForm>
}

/** The container time of a settlement. */
export type CountedTimeForm = {
  /** What is billed, each container at its minimum at least. */
  billed_ms: number
  /** The part of it that costs nothing. */
  free_ms: number
}

/** What limits counted of a settlement. */
export type CountedTokensForm = {
  /** Cache reads. */
  cache_read_tokens: number
  /** Input tokens without cache reads. */
  input_tokens: number
  /** Output tokens. */
  output_tokens: number
}

/** How a caller proves who it is. */
export type CredentialForm = {
  key: string
} | {
  secret_sha256: string
}

/** What a command came to. */
export type DecisionForm = {
  /** When the hold becomes an assumed charge. */
  deadline_ms: number
  /** What is held for it. */
  hold_usd: string
  /** Whether this repeats an earlier answer. */
  replayed: boolean
  /** The reservation. */
  reservation: string
  /** Violations of what is in shadow; none are told when replayed. */
  shadow_violated: Array<ViolationForm>
  type: "allow"
} | {
  /** The first gate that refuses. */
  gate: Gate
  /** Why. */
  reason: Reason
  /** The latest over every enforced violation. */
  retry: RetryForm
  /** Whether an enforced budget is violated. */
  spending: boolean
  type: "deny"
  /** Every enforced violation. */
  violated: Array<ViolationForm>
} | {
  /** The charge. */
  charge_usd: string
  /** Whether a part of it is the hold's. */
  estimated: boolean
  /** What it replaced. */
  from: From
  /** How far it exceeds the hold. */
  overrun_usd: string
  /** Whether this repeats an earlier answer. */
  replayed: boolean
  /** The reservation. */
  reservation: string
  type: "settled"
  /** Whether a part of it had no price. */
  unpriced: boolean
} | {
  /** What it replaced. */
  from: From
  /** What was given back. */
  released_usd: string
  /** Whether this repeats an earlier answer. */
  replayed: boolean
  /** The reservation. */
  reservation: string
  type: "voided"
} | {
  /** How many holds became assumed charges. */
  reservations: number
  type: "expired"
} | {
  /** Violations of what is in shadow. */
  shadow_violated: Array<ViolationForm>
  type: "counted"
} | {
  /** The charge before. */
  from_usd: string
  /** Whether this repeats an earlier answer. */
  replayed: boolean
  /** The reservation. */
  reservation: string
  /** The charge after. */
  to_usd: string
  type: "adjusted"
} | {
  /** The clock. */
  clock_ms: number
  type: "clock_advanced"
} | {
  /** What, in the order of the command. */
  changes: Array<RevisionForm>
  type: "managed"
} | {
  /** How many were told. */
  denials: number
  type: "denials_recorded"
} | {
  /** How many things changed. */
  changes: number
  type: "policy_updated"
}

/** Denials of a principal, which the host has counted. */
export type DenialsForm = {
  /** What it would have done; null: something else than to manage. */
  action?: Action | null
  /** How often. */
  count: number
  /** When it was first. */
  first_at_ms: number
  /** When it was last. */
  last_at_ms: number
  /** Who was denied. */
  principal: Principal
  /** Why. */
  reason: Reason
  /** The address that the last one came from, as the host saw it. */
  source?: string | null
}

/** What limits count before the request is made. */
export type EstimateForm = {
  /** Cache reads. */
  cache_read_tokens?: number
  /** Input tokens without cache reads; null: from the request's size. */
  input_tokens?: number | null
}

/** What limits counted, or will. */
export type EstimatedForm = {
  /** Cache reads. */
  cache_read_tokens: number
  /** Input tokens without cache reads. */
  input_tokens: number
}

/** What happened. */
export type EventForm = {
  at_ms: number
  /** The budgets that it is posted to. */
  budgets: Array<string>
  /** When the hold becomes an assumed charge. */
  deadline_ms: number
  /** What limits counted. */
  estimate: EstimatedForm
  /** The model whose card prices models that the book lacks; null: none. */
  fallback_model: string | null
  /** The hold's part for output. */
  hold_output_usd: string
  /** The hold. */
  hold_usd: string
  /** The key. */
  key: string
  /** The limits that it is posted to. */
  limits: Array<string>
  /** The model whose card prices it. */
  model: string
  /** The most output. */
  output_bound_tokens: number
  /** The hash of the price book. */
  price_book: string
  /** The shape of the request. */
  request: RequestForm
  /** The reservation. */
  reservation: string
  /** How long the hold stays open. */
  timeout_ms: number
  type: "reserved"
  v: 1
} | {
  at_ms: number
  /** The charge. */
  charge_usd: string
  /** The container time that was counted; null: none. */
  code_execution?: CountedTimeForm | null
  /** What limits counted. */
  counted: CountedTokensForm
  /** Whether a part of it is the hold's. */
  estimated: boolean
  /** What the settlement replaced. */
  from: From
  /** How far it exceeds the hold. */
  overrun_usd: string
  /** The reservation. */
  reservation: string
  type: "settled"
  /** Whether a part of it had no price. */
  unpriced: boolean
  /** The usage. */
  usage: KnownUsageForm
  v: 1
} | {
  at_ms: number
  /** What the void replaced. */
  from: From
  /** The reservation. */
  reservation: string
  type: "voided"
  v: 1
} | {
  at_ms: number
  /** The reservation. */
  reservation: string
  type: "expired"
  v: 1
} | {
  /** Who corrected it. */
  actor: Principal
  at_ms: number
  /** The charge before. */
  from_usd: string
  /** Why. */
  reason: string
  /** The reservation. */
  reservation: string
  /** The charge after. */
  to_usd: string
  type: "adjusted"
  v: 1
} | {
  at_ms: number
  /** The key. */
  key: string
  /** The limits that it was debited from. */
  limits: Array<string>
  type: "counted"
  v: 1
} | {
  /** What. */
  alert: AlertForm
  at_ms: number
  type: "alert_fired"
  v: 1
} | {
  /** What. */
  alert: AlertForm
  at_ms: number
  type: "alert_resolved"
  v: 1
} | {
  /** Who. */
  actor: Principal
  at_ms: number
  type: "clock_advanced"
  v: 1
} | {
  /** What it would have done; null: something else than to manage. */
  action?: Action | null
  at_ms: number
  /** How often. */
  count: number
  /** When it was first. */
  first_at_ms: number
  /** When it was last. */
  last_at_ms: number
  /** Who was denied. */
  principal: Principal
  /** Why. */
  reason: Reason
  /** The address that the last one came from, as the host saw it. */
  source?: string | null
  type: "denied"
  v: 1
} | {
  at_ms: number
  type: "heartbeat"
  v: 1
} | {
  /** Who changed it; null: it came with the policy file. */
  actor: Principal | null
  at_ms: number
  /** The change. */
  change: Change
  /** From where, as the host saw it. */
  source?: string | null
  type: "configured"
  v: 1
}

/** What an organization used of a month's free container time. */
export type FreeTimeHeadroom = {
  /** What costs nothing. */
  free_ms: number
  /** End of the month. */
  month_end_ms: number | null
  /** Start of the month. */
  month_start_ms: number
  /** What was used of it. */
  used_ms: number
}

/** What a settlement or a void replaced. */
export type From = "held" | "assumed" | "voided"

/** The gates, in their order. */
export type Gate = "authenticate" | "authorize" | "quote" | "limit" | "budget"

/** A daily stretch of time, in UTC. From a time to the same time is a whole day. */
export type HoursForm = {
  /** Its first minute. */
  from: string
  /** The minute at which it is over; not after `from`: on the next day. */
  to: string
  /** The days on which it starts; empty: every day. */
  weekdays?: Array<Weekday>
}

/** One note of a report. */
export type ImportNote = {
  /** The model, as the book names it; empty for what belongs to none. */
  model: string
  /** The place in the catalogue. */
  path: string
  /** The provider, as the book names it; empty for what belongs to none. */
  provider: string
  /** The reason. */
  reason: NoteReason
  /** What stands there, as JSON of at most 80 characters. */
  value: string
}

/** What an import carried over, what it changed and what it left out. */
export type ImportReport = {
  /** How many models became cards. */
  models: ImportedModels
  /** Every note, in the order of the catalogue. */
  notes: Array<ImportNote>
  /** How many rates were carried over, each date, tier and context counted. */
  rates: number
  /** How many notes there are of each reason. */
  reasons: ReasonCounts
}

/** How much of a catalogue's models became cards. */
export type ImportedModels = {
  /** The model is not in the book. */
  left_out: number
  /** The model is in the book, and something of it is not. */
  partly: number
  /** Everything of the model is in the book. */
  whole: number
}

/** Somebody asks for a higher limit or cap. */
export type IncreaseRequestForm = {
  /** The rate and capacity, or the cap, that is asked for: a count, or for money a string of US dollars. */
  amount: number | string
  /** The budget whose cap is to be raised; null: a limit is. */
  budget?: string | null
  /** Its id. */
  id: string
  /** The limit that is to be raised; null: a budget is. */
  limit?: string | null
  /** What who decided has to say. */
  note?: string | null
  /** Why. */
  reason: string
  /** Who asks. */
  requested_by: Principal
  /** Where it stands. */
  status?: IncreaseStatus
}

/** Where an increase request stands. */
export type IncreaseStatus = "pending" | "approved" | "denied" | "withdrawn"

/** Where inference runs. */
export type InferenceGeo = "global" | "us" | "eu"

/** How large the input is. */
export type InputSizeForm = {
  tokens: number
} | {
  bytes: number
}

/** A key's balance. */
export type KeyBalance = {
  /** Charged by assumption. */
  assumed_usd: string
  /** Held. */
  held_usd: string
  /** Which. */
  key: string
  /** Charged. */
  settled_usd: string
}

/** A key. */
export type KeyForm = {
  /** The first instant at which it is refused; null: never. */
  expires_at?: string | null
  /** How a host shows it, such as its first and last letters: at most 40 bytes, never the whole secret. */
  hint?: string | null
  /** Its id, which stays when its secrets are rotated. */
  id: string
  /** What it is for. */
  kind?: KeyKind
  /** The models that it may use: names, or prefixes that end in `*`; null: every model. */
  models?: Array<string> | null
  /** What people call it. */
  name?: string | null
  /** To whom it belongs. */
  owner: Owner
  /** The project that it works for; for a service account's key, the account's own. */
  project?: string | null
  /** A role that cuts what the owner may do; null: no cut. */
  role?: string | null
  /** Its secrets: more than one while it is being rotated. */
  secrets?: Array<SecretForm>
  /** Whether it is in use. */
  status?: KeyStatus
}

/** What a key is for. */
export type KeyKind = "caller" | "admin"

/** Whether a key is in use. */
export type KeyStatus = "active" | "inactive" | "revoked"

/** A usage with everything filled in. */
export type KnownUsageForm = {
  /** 1 to 64 parts. */
  parts: Array<PartForm>
  type: "final"
} | {
  /** 1 to 64 parts. */
  parts: Array<PartForm>
  type: "partial"
} | {
  type: "unknown"
}

/** A limit: a rate over a meter, or the most open holds. */
export type LimitForm = {
  /** The level of a full bucket, or the most open holds. */
  capacity: number | string
  /** Whether cache reads count, for `input_tokens` and `tokens`. */
  count_cache_reads?: boolean
  /** Its id. */
  id: string
  /** What it counts. */
  meter: Meter
  /** Whether it blocks. */
  mode?: Mode
  /** The class of models that it applies to; null: every model. */
  model_class?: string | null
  /** Which requests it counts. */
  operation?: Operation
  /** When output counts, for `output_tokens` and `tokens`. */
  output?: OutputCounting
  /** The period, in milliseconds. Not for `concurrent_requests`. */
  period_ms?: number | null
  /** How much comes back in each period: a count, or for `cost` a string of US dollars. Not for `concurrent_requests`. */
  rate?: number | string | null
  /** What it covers. */
  scope: Scope
}

/** What is left of a limit. */
export type LimitHeadroom = {
  /** A full bucket, or the most open holds. */
  capacity: string
  /** When the bucket is full again; null for a gauge. */
  full_at_ms: number | null
  /** `hard`: never exceeded where the estimate holds; `bounded`: output is counted when it is known. */
  guarantee: string
  /** Which. */
  limit: string
  /** What it counts. */
  meter: Meter
  /** Whether it blocks. */
  mode: Mode
  /** The period; null for a gauge. */
  period_ms: number | null
  /** What comes back in each period; null for a gauge. */
  rate: string | null
  /** What is left, rounded down; possibly negative. */
  remaining: string
  /** What it covers. */
  scope: Scope
}

/** A line of input: an instant, and one of `command`, `preview` and `query`. */
export type LineForm = {
  /** A command to decide and apply. */
  command?: CommandForm | null
  /** The host's clock. */
  now_ms: number
  /** A command to decide only. */
  preview?: CommandForm | null
  /** Something to read. */
  query?: QueryForm | null
}

/** One line of a price. */
export type LineItem = {
  /** The class. */
  class: UsageClass
  /** The model, as the price book calls it. */
  model: string
  /** What is not standard in it: service tier, `fast_mode`, place. */
  modifiers: Array<string>
  /** What the rate is for. */
  per: Per
  /** How much: tokens, uses, or milliseconds. */
  quantity: number
  /** The rate, with every factor in it. */
  rate_usd: string
  /** The price book's name. */
  source: string
  /** The shortest prompt of the rate's tier; 0: the base tier. */
  tier_from_tokens: number
  /** What the line costs. */
  usd: string
  /** From when on the card's version holds; null: from the beginning. */
  version_from: string | null
}

/** What a list is of. */
export type ListKind = "organization" | "settings" | "price_books" | "model_classes" | "roles" | "members" | "projects" | "service_accounts" | "keys" | "api_keys" | "limits" | "budgets" | "increase_requests"

/** One change of a command. */
export type ManagedChangeForm = {
  /** The change. The hash of a price book may be 64 zeros: the engine knows it. */
  change: Change
  /** The revision that the actor has seen: 0 where there was nothing; null: whatever it is. */
  revision?: number | null
}

/** A member. */
export type MemberForm = {
  /** The member's address. */
  email: string
  /** The member's id. */
  id: string
  /** The first instant at which an invitation can be accepted no more; null: it stays open. */
  invite_expires_at?: string | null
  /** What people call the member. */
  name?: string | null
  /** The member's role in the organization. */
  role: string
  /** Whether the member belongs. */
  status?: MemberStatus
}

/** Whether a member belongs to the organization. */
export type MemberStatus = "active" | "invited" | "removed"

/** What a limit counts. */
export type Meter = "requests" | "input_tokens" | "output_tokens" | "tokens" | "cost" | "concurrent_requests"

/** Whether a limit or a budget blocks. */
export type Mode = "enforce" | "shadow"

/** A model's balance. */
export type ModelBalance = {
  /** Charged by assumption. */
  assumed_usd: string
  /** Held. */
  held_usd: string
  /** Which. */
  model: string
  /** Charged. */
  settled_usd: string
}

/** A class of models that limits name. */
export type ModelClassForm = {
  /** Its id. */
  id: string
  /** Model names, or prefixes that end in `*`. */
  models: Array<string>
}

/** A model. */
export type ModelResult = {
  /** The longest prompt; null: not known. */
  context_window_tokens: number | null
  /** The longest output; null: not known. */
  max_output_tokens: number | null
  /** Its name. */
  model: string
}

/** A factor on the token rates of inference in one place. It stacks on what the context makes of them. */
export type ModifierForm = {
  /** The place. */
  inference_geo: InferenceGeo
  /** The factor. */
  multiplier: string
  /** The service tiers that it stacks on; null: all that the version prices. */
  service_tiers?: Array<ServiceTier> | null
  /** The speeds that it stacks on; null: all that the version prices. */
  speeds?: Array<Speed> | null
}

/** Why something was not carried over as it stands. */
export type NoteReason = "snapped" | "cached_as_input" | "standard_in_context" | "free_model" | "free_class" | "zero_model" | "zero_class" | "not_exact" | "not_a_number" | "no_class" | "cached_unknown" | "long_cache_write" | "not_in_context" | "not_for_long_prompts" | "unknown_context" | "free_allowance" | "other_providers" | "not_a_time" | "hours_overlap" | "same_model" | "name_taken" | "not_a_name" | "not_a_pattern" | "no_price" | "not_a_model" | "invalid"

/** Which requests a limit counts. */
export type Operation = "messages" | "count_tokens"

/** The organization. */
export type OrganizationForm = {
  /** Where invoices go. */
  billing_address?: AddressForm | null
  /** Its id. */
  id: string
  /** Its name in law, for invoices. */
  legal_name?: string | null
  /** What people call it. */
  name?: string | null
  /** How it pays. */
  payment?: PaymentForm | null
  /** Its number with the tax office. */
  tax_id?: string | null
}

/** A decision, what happened by it, and when the engine next wants to be asked to expire. */
export type OutcomeForm = {
  /** The decision. */
  decision: DecisionForm
  /** Expirations that were due, then what the command did. */
  events: Array<EventForm>
  /** When to submit `expire` next. */
  next_deadline_ms: number
}

/** When output counts. */
export type OutputCounting = "reserve" | "settle"

/** To whom a key belongs. */
export type Owner = {
  member: string
} | {
  service_account: string
}

/** One model's share of a usage. What is absent is as it was admitted; an absent count is 0. */
export type PartForm = {
  /** Count of `annotated_page`. */
  annotated_pages?: number
  /** Count of `audio_hour`. */
  audio_ms?: number
  /** Count of `cache_read_audio`. */
  cache_read_audio_tokens?: number
  /** Count of `cache_read_image`. */
  cache_read_image_tokens?: number
  /** Count of `cache_read`. */
  cache_read_tokens?: number
  /** Count of `cache_read_video`. */
  cache_read_video_tokens?: number
  /** Count of `cache_write_12h`. */
  cache_write_12h_tokens?: number
  /** Count of `cache_write_1h`. */
  cache_write_1h_tokens?: number
  /** Count of `cache_write_30m`. */
  cache_write_30m_tokens?: number
  /** Count of `cache_write_5m`. */
  cache_write_5m_tokens?: number
  /** Count of `code_execution_hour`. */
  code_execution_ms?: number
  /** Count of `file_search`. */
  file_searches?: number
  /** Inference geography. */
  inference_geo?: InferenceGeo | null
  /** Count of `input_audio_hour`. */
  input_audio_ms?: number
  /** Count of `input_audio`. */
  input_audio_tokens?: number
  /** Count of `input_character`. */
  input_characters?: number
  /** Count of `input_image`. */
  input_image_tokens?: number
  /** Count of `input_image_use`. */
  input_images?: number
  /** Count of `input`. */
  input_tokens?: number
  /** Count of `input_video`. */
  input_video_tokens?: number
  /** Count of `message`. */
  messages?: number
  /** The model. */
  model?: string | null
  /** Count of `output_audio`. */
  output_audio_tokens?: number
  /** Count of `output_citation`. */
  output_citation_tokens?: number
  /** Count of `output_image`. */
  output_image_tokens?: number
  /** Count of `output_image_use`. */
  output_images?: number
  /** Count of `output_reasoning`. */
  output_reasoning_tokens?: number
  /** Count of `output`. */
  output_tokens?: number
  /** Count of `output_video_hour`. */
  output_video_ms?: number
  /** Count of `output_video`. */
  output_video_tokens?: number
  /** Count of `page`. */
  pages?: number
  /** Count of `request`. */
  requests?: number
  /** Count of `rerank`. */
  reranks?: number
  /** Service tier. */
  service_tier?: ServiceTier | null
  /** Speed. */
  speed?: Speed | null
  /** Count of `web_search`. */
  web_searches?: number
}

export type Pattern = string

/** How the organization pays. */
export type PaymentForm = {
  /** By card or invoice. */
  method: PaymentMethod
  /** Whether it works, as the host heard last. */
  status?: PaymentStatus
}

/** How the organization pays. */
export type PaymentMethod = "card" | "invoice"

/** Whether the means of payment works. */
export type PaymentStatus = "active" | "failed" | "missing"

/** What a rate is for. */
export type Per = "mtok" | "use" | "hour"

/** One permission of a role. */
export type PermissionForm = {
  /** What may be done. */
  action: Action
  /** On whose resources. */
  scope: PermissionScope
}

/** On whose resources an action may be done. */
export type PermissionScope = "any" | "own"

/** A policy: what seeds an organization. */
export type PolicyForm = {
  /** Budgets. */
  budgets?: Array<BudgetForm>
  /** Keys. */
  keys?: Array<KeyForm>
  /** Limits. */
  limits?: Array<LimitForm>
  /** Members. */
  members?: Array<MemberForm>
  /** Classes of models that limits name. */
  model_classes?: Array<ModelClassForm>
  /** The organization. */
  organization: OrganizationForm
  /** The price book: "claude", or a book of its own. */
  price_book?: "claude" | BookForm
  /** Projects. */
  projects?: Array<ProjectForm>
  /** Custom roles. */
  roles?: Array<RoleForm>
  /** The version of this form: 1. */
  schema_version: number
  /** Service accounts. */
  service_accounts?: Array<ServiceAccountForm>
  /** Settings of the whole organization. */
  settings?: SettingsForm
}

/** Who acts. */
export type Principal = {
  member: string
} | {
  service_account: string
} | {
  key: string
}

/** A project. */
export type ProjectForm = {
  /** Its id. */
  id: string
  /** Roles in the project. */
  members?: Array<ProjectMemberForm>
  /** The models that its keys may use: names, or prefixes that end in `*`; null: every model. */
  models?: Array<string> | null
  /** What people call it. */
  name?: string | null
  /** Whether it is in use. */
  status?: ProjectStatus
}

/** A member's role in a project. */
export type ProjectMemberForm = {
  /** The member. */
  member: string
  /** The role that the member has in the project, beside the one in the organization. */
  role: string
}

/** Whether a project is in use. */
export type ProjectStatus = "active" | "archived"

/** Something to read. */
export type QueryForm = {
  /** What. */
  action: Action
  /** The owner of the resource. */
  owner?: Owner | null
  /** Who. */
  principal: Principal
  /** The project of the resource. */
  project?: string | null
  type: "can"
} | {
  /** The model. */
  model: string
  /** The shape of the request. */
  request: RequestForm
  type: "quote"
} | {
  /** When it was used. */
  at_ms: number
  /** How the call was made, where the usage does not say. */
  context?: ContextForm
  /** The model. */
  model: string
  type: "price"
  /** What was used. */
  usage: UsageForm
} | {
  /** Who. */
  credential: CredentialForm
  /** The model; without one, what holds for every model, and a key need only be valid to ask. */
  model?: string | null
  /** Which requests the limits are of. */
  operation?: Operation
  type: "headroom"
} | {
  /** Who. */
  credential: CredentialForm
  type: "models"
} | {
  type: "balances"
} | {
  /** Which. */
  reservation: string
  type: "reservation"
} | {
  /** The member. */
  member: string
  /** Who. */
  principal: Principal
  type: "holds"
} | {
  /** The credential. */
  credential: CredentialForm
  type: "identify"
} | {
  type: "audit_head"
} | {
  /** Who asks; null: the host itself, which sees everything. */
  actor: Principal | null
  /** Only what comes after this id. */
  after?: string | null
  /** Only what comes before this id; the last of them. */
  before?: string | null
  /** Only the one of this id. */
  id?: string | null
  /** How many. */
  limit?: number
  /** What. */
  of: ListKind
  /** Only of this owner: of keys. */
  owner?: Owner | null
  /** Only of this project: of service accounts, keys, limits and budgets. */
  project?: string | null
  /** Only with this in the id, the name or the address, whatever the case of its letters. */
  search?: string | null
  /** Only of this status. */
  status?: string | null
  type: "list"
}

export type RatesPerMtok = {
  cache_read?: string
  cache_read_audio?: string
  cache_read_image?: string
  cache_read_video?: string
  cache_write_12h?: string
  cache_write_1h?: string
  cache_write_30m?: string
  cache_write_5m?: string
  input?: string
  input_audio?: string
  input_image?: string
  input_video?: string
  output?: string
  output_audio?: string
  output_citation?: string
  output_image?: string
  output_reasoning?: string
  output_video?: string
}

export type RatesPerUnit = {
  annotated_page?: string
  audio_hour?: string
  code_execution_hour?: string
  file_search?: string
  input_audio_hour?: string
  input_character?: string
  input_image_use?: string
  message?: string
  output_image_use?: string
  output_video_hour?: string
  page?: string
  request?: string
  rerank?: string
  web_search?: string
}

/** Why a request is denied. The list is exhaustive, so that a caller must handle a new reason. */
export type Reason = "unknown_key" | "revoked_key" | "inactive_key" | "expired_key" | "owner_removed" | "project_archived" | "forbidden_action" | "forbidden_change" | "forbidden_model" | "unpriced_model" | "unpriced_class" | "unpriced_context" | "unboundable_request" | "limit_exceeded" | "too_many_reservations" | "budget_exceeded"

/** How many notes there are of each reason that was met. */
export type ReasonCounts = {
  cached_as_input?: number
  cached_unknown?: number
  free_allowance?: number
  free_class?: number
  free_model?: number
  hours_overlap?: number
  invalid?: number
  long_cache_write?: number
  name_taken?: number
  no_class?: number
  no_price?: number
  not_a_model?: number
  not_a_name?: number
  not_a_number?: number
  not_a_pattern?: number
  not_a_time?: number
  not_exact?: number
  not_for_long_prompts?: number
  not_in_context?: number
  other_providers?: number
  same_model?: number
  snapped?: number
  standard_in_context?: number
  unknown_context?: number
  zero_class?: number
  zero_model?: number
}

/** The shape of a request. */
export type RequestForm = {
  /** The longest-lived cache write that the request can cause, or any that its card prices. */
  cache_write?: CacheWrite
  /** The most container time that may be billed for the request, each container at the book's minimum at least. */
  code_execution_ms?: number
  /** Whether the model may read input that the body does not carry: URLs, file ids, server tools, MCP. */
  external_input?: boolean
  /** Images in the body. */
  images?: number
  /** Inference geography. */
  inference_geo?: InferenceGeo
  /** The exact count of input tokens where the host knows it, else the body's bytes. */
  input: InputSizeForm
  /** The most model iterations that the request permits; null: one, or unknown where there is external input. */
  iterations?: number | null
  /** The most output tokens of one iteration. */
  max_tokens: number
  /** The service tier that it is served at. */
  service_tier?: ServiceTier
  /** Speed. */
  speed?: Speed
  /** Whether the request offers tools. */
  tools?: boolean
  /** The most web searches that the request permits. */
  web_searches?: number
}

/** What was read. */
export type ResultForm = {
  /** Whether it may. */
  allowed: boolean
  type: "can"
} | {
  /** The most input. */
  input_bound_tokens: number
  /** The most output. */
  output_bound_tokens: number
  /** The most that the request can cost. */
  quote_usd: string
  type: "quote"
} | {
  /** Its lines. */
  lines: Array<LineItem>
  type: "price"
  /** What the usage costs. */
  usd: string
} | {
  /** Why. */
  reason: Reason
  type: "unpriced"
} | {
  /** Budgets, in the order of the path. */
  budgets: Array<BudgetHeadroom>
  /** Free container time, by the book in force; null: it gives none. */
  code_execution: FreeTimeHeadroom | null
  /** Limits, in the order of the path. */
  limits: Array<LimitHeadroom>
  type: "headroom"
} | {
  /** The models. */
  models: Array<ModelResult>
  type: "models"
} | {
  /** Every budget in force, by id. */
  budgets: Array<BudgetHeadroom>
  /** Keys that were ever charged or held for, by id. */
  keys: Array<KeyBalance>
  /** Models that were ever charged or held for, by name. */
  models: Array<ModelBalance>
  /** The organization's. */
  total: BalanceForm
  type: "balances"
} | {
  /** The charge; null while there is none. */
  charge_usd: string | null
  /** When the hold becomes, or became, an assumed charge. */
  deadline_ms: number
  /** The hold as it was at admission. */
  hold_usd: string
  /** Its key. */
  key: string
  /** Its model. */
  model: string
  /** Which. */
  reservation: string
  /** Where it stands. */
  status: string
  type: "reservation"
} | {
  /** The key. */
  key: string
  /** What it is for. */
  kind: KeyKind
  /** To whom it belongs. */
  owner: Owner
  /** The project that it works for. */
  project: string | null
  /** Why it may not be used now; null: it may. */
  refused: Reason | null
  type: "identity"
} | {
  /** How many entries there are. */
  entries: number
  /** The hash of the last one; zeros before the first. */
  hash: string
  type: "audit_head"
} | {
  /** The first item's id, before which the page before this one ends; null where nothing is listed. */
  first_id: string | null
  /** Whether there are more on that side. */
  has_more: boolean
  /** The items by rising id: each as it is written in a policy, with `created_at_ms` and `revision`, and for keys more; `api_keys` as the HTTP API shows them. */
  items: Array<{
    revision: number
  }>
  /** The last item's id, after which the next page begins; null where nothing is listed. */
  last_id: string | null
  type: "list"
} | {
  /** The first gate that refuses. */
  gate: Gate
  /** Why. */
  reason: Reason
  /** The latest over every enforced violation. */
  retry: RetryForm
  /** Whether an enforced budget is violated. */
  spending: boolean
  type: "deny"
  /** Every enforced violation. */
  violated: Array<ViolationForm>
}

/** When trying again can succeed. */
export type RetryForm = {
  /** The instant. */
  at_ms: number
  type: "at"
  /** Whether it may succeed earlier. */
  upper_bound: boolean
} | {
  type: "never"
}

/** What was changed, and its revision now. */
export type RevisionForm = {
  /** The number of the event that set it. */
  revision: number
  /** What. */
  target: Target
}

/** A custom role. */
export type RoleForm = {
  /** Its id; the presets' names are taken. */
  id: string
  /** What it grants. */
  permissions: Array<PermissionForm>
}

/** What a limit or a budget covers. */
export type Scope = "organization" | {
  project: string
} | {
  member: string
} | {
  key: string
}

/** One secret of a key, by its digest. */
export type SecretForm = {
  /** The first instant at which it is refused; null: never. */
  expires_at?: string | null
  /** The SHA-256 of the whole secret. */
  sha256: string
}

/** A service account. */
export type ServiceAccountForm = {
  /** Its id. */
  id: string
  /** What people call it. */
  name?: string | null
  /** Its project, the only one in which it may act. */
  project: string
  /** Its role in that project. */
  role: string
  /** Whether it is in use. */
  status?: ServiceAccountStatus
}

/** Whether a service account is in use. */
export type ServiceAccountStatus = "active" | "removed"

/** The service tier that a response was made at. */
export type ServiceTier = "standard" | "batch" | "priority" | "flex" | "fast" | "balanced" | "ultrafast" | "decisions"

/** Settings of the whole organization. */
export type SettingsForm = {
  /** The model whose card prices a model that the book lacks; null: such a model is denied. */
  fallback_model?: string | null
  /** How old a key's newest secret may become before it is due for rotation; null: never. Nothing is refused for it. */
  key_max_age_ms?: number | null
  /** How far the clock may step beyond the last event. */
  max_forward_ms?: number
  /** The most open and remembered reservations. */
  max_reservations?: number
  /** How long a hold stays open when nothing else is said, and the most that may be said. */
  reservation_timeout_ms?: number
  /** How long a closed reservation is remembered. */
  retention_ms?: number
}

/** The speed a request asks for. */
export type Speed = "standard" | "fast"

/** What a change is of. */
export type Target = {
  organization: string
} | {
  settings: string
} | {
  price_book: string
} | {
  model_class: string
} | {
  role: string
} | {
  member: string
} | {
  project: string
} | {
  service_account: string
} | {
  key: string
} | {
  limit: string
} | {
  budget: string
} | {
  increase_request: string
} | {
  reservation: string
}

/** Rates of longer prompts. A class that a tier leaves out costs what it costs in the tier below. */
export type TierForm = {
  /** Its rates. */
  rates_per_mtok: RatesPerMtok
  /** Where the tier starts. */
  starts: TierStart
}

/** What crossing into a tier does. */
export type TierKind = "threshold" | "graduated"

/** The first prompt that a tier holds for. */
export type TierStart = {
  above: number
} | {
  from: number
}

/** A class of usage. */
export type UsageClass = "input" | "cache_read" | "cache_write_5m" | "cache_write_1h" | "output" | "web_search" | "cache_write_30m" | "cache_write_12h" | "input_audio" | "input_image" | "input_video" | "cache_read_audio" | "cache_read_image" | "cache_read_video" | "output_audio" | "output_image" | "output_video" | "output_reasoning" | "output_citation" | "file_search" | "request" | "code_execution_hour" | "audio_hour" | "input_audio_hour" | "output_video_hour" | "input_image_use" | "output_image_use" | "input_character" | "page" | "annotated_page" | "message" | "rerank"

/** What was used. */
export type UsageForm = {
  /** 1 to 64 parts. */
  parts: Array<PartForm>
  type: "final"
} | {
  /** 1 to 64 parts. */
  parts: Array<PartForm>
  type: "partial"
} | {
  type: "unknown"
} | {
  /** How long each container ran; null: not known, so that it counts as the most that the request permitted. */
  code_execution_ms?: Array<number | null>
  /** Whether the whole response was seen. */
  complete: boolean
  /** The model that the response names; null: the reservation's. */
  model?: string | null
  type: "anthropic"
  usage: unknown
} | {
  /** How long each container ran; null: not known, so that it counts as the most that the request permitted. */
  code_execution_ms?: Array<number | null>
  /** Whether the whole response was seen. */
  complete: boolean
  /** The model that the response names; null: the reservation's. */
  model?: string | null
  type: "openai_chat"
  usage: unknown
} | {
  /** How long each container ran; null: not known, so that it counts as the most that the request permitted. */
  code_execution_ms?: Array<number | null>
  /** Whether the whole response was seen. */
  complete: boolean
  /** The model that the response names; null: the reservation's. */
  model?: string | null
  type: "openai_responses"
  usage: unknown
} | {
  /** How long each container ran; null: not known, so that it counts as the most that the request permitted. */
  code_execution_ms?: Array<number | null>
  /** Whether the whole response was seen. */
  complete: boolean
  /** The model that the response names; null: the reservation's. */
  model?: string | null
  type: "gemini"
  usage: unknown
} | {
  /** Whose they are. */
  api: Api
  /** The data of each event, in their order; those that say nothing of the usage may be left out. */
  events: Array<unknown>
  type: "stream"
}

/** A limit or a budget that the request violates. */
export type ViolationForm = {
  /** What is there, rounded down; possibly negative. */
  available: string
  /** Which. */
  limit: string
  /** What it counts. */
  meter: Meter
  /** What the admission needs, in units of the meter. */
  needed: string
  /** When it passes. */
  retry: RetryForm
  /** What it covers. */
  scope: Scope
  type: "limit"
} | {
  /** Charged by assumption. */
  assumed_usd: string
  /** Which. */
  budget: string
  /** The cap in force. */
  cap_usd: string
  /** Held. */
  held_usd: string
  /** What the request would add. */
  quote_usd: string
  /** When it passes. */
  retry: RetryForm
  /** What it covers. */
  scope: Scope
  /** Charged. */
  settled_usd: string
  type: "budget"
  /** End of the window; null: it never ends. */
  window_end_ms: number | null
  /** Start of the window. */
  window_start_ms: number
}

/** A day of the week, on which weekly windows may start. */
export type Weekday = "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday"

/** How a budget's time is cut. */
export type WindowKind = "daily" | "weekly" | "monthly" | "total"

/** Every form of the wire, for the schema. */
export type WireForm = {
  /** An entry of the audit log. */
  audit_entry: AuditEntry
  /** A catalogue that price books are imported from. */
  catalogue: Catalogue
  /** A command. */
  command: CommandForm
  /** An event. */
  event: EventForm
  /** The report of an import. */
  import_report: ImportReport
  /** A line of input. */
  line: LineForm
  /** An outcome. */
  outcome: OutcomeForm
  /** A policy. */
  policy: PolicyForm
  /** A query. */
  query: QueryForm
  /** A query's result. */
  result: ResultForm
}
