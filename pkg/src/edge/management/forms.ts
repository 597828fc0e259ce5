/** The engine's forms of what is managed, by the names that the management plane uses. */
import type { ApiKey } from './key_form.js';
import type {
  BudgetForm,
  IncreaseRequestForm,
  KeyForm,
  LimitForm,
  ListKind,
  ManagedChangeForm,
  MemberForm,
  ModelClassForm,
  OrganizationForm,
  Owner,
  Principal,
  ProjectForm,
  RoleForm,
  ServiceAccountForm,
  SettingsForm,
} from '../../types.js';

export type {
  Action,
  AuditEntry,
  BudgetForm,
  Change,
  DenialsForm,
  IncreaseRequestForm,
  KeyForm,
  LimitForm,
  ListKind,
  MemberForm,
  ModelClassForm,
  Owner,
  Principal,
  ProjectForm,
  Reason,
  RevisionForm,
  RoleForm,
  Scope,
  Target,
} from '../../types.js';

/** A change, and the revision that it was made from: 0 for what must not exist yet, null for whatever it is. */
export type ChangeRequest = Required<ManagedChangeForm>;

/** What every listed thing has beside its form. */
export interface Listed {
  created_at_ms: number;
  revision: number;
}

export interface ListedKey extends Listed, KeyForm {
  created_by: Principal | null;
  rotated_at_ms: number;
  rotation_due_at_ms: number | null;
  owner_active: boolean;
  project_active: boolean;
}

export interface ListedBook extends Listed {
  name: string;
  hash: string;
  models: number;
}

/** What an item of each kind of list is: the engine writes the form, and more behind it. */
export interface ListedKinds {
  organization: OrganizationForm & Listed;
  settings: SettingsForm & Listed;
  model_classes: ModelClassForm & Listed;
  roles: RoleForm & Listed;
  members: MemberForm & Listed;
  projects: ProjectForm & Listed;
  service_accounts: ServiceAccountForm & Listed;
  keys: ListedKey;
  api_keys: ApiKey;
  limits: LimitForm & Listed;
  budgets: BudgetForm & Listed;
  increase_requests: IncreaseRequestForm & Listed;
  price_books: ListedBook;
}

/** Kinds of what is configured; `api_keys` are `keys` once more. */
export type ConfiguredKind = Exclude<ListKind, 'api_keys'>;
/** Kinds whose things are changed each by itself. */
export type EditedKind = Exclude<ConfiguredKind, 'price_books'>;

/** What one of each kind is called where it stands alone: in changes, targets and actions. */
export const NOUNS: Readonly<Record<ConfiguredKind, string>> = {
  organization: 'organization',
  settings: 'settings',
  price_books: 'price_book',
  model_classes: 'model_class',
  roles: 'role',
  members: 'member',
  projects: 'project',
  service_accounts: 'service_account',
  keys: 'key',
  limits: 'limit',
  budgets: 'budget',
  increase_requests: 'increase_request',
};

/** What a list is narrowed by; nothing that is absent narrows it. */
export interface ListFields {
  id?: string;
  after?: string;
  before?: string;
  limit?: number;
  project?: string;
  owner?: Owner;
  status?: string;
  search?: string;
}

export interface ListResult<K extends ListKind> {
  items: ListedKinds[K][];
  has_more: boolean;
}

/** The form of a listed thing: what a change sets. */
export function formOf<F extends Listed>({
  created_at_ms: _created,
  revision: _revision,
  ...form
}: F): Omit<F, keyof Listed> {
  return form;
}

export function formOfKey(key: ListedKey): KeyForm {
  const {
    created_at_ms,
    revision,
    created_by,
    rotated_at_ms,
    rotation_due_at_ms,
    owner_active,
    project_active,
    ...form
  } = key;
  return form;
}
