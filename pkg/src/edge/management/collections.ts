/** The parts of a policy that have no shape of the provider's, in the policy file's own forms. */
import { BUILT_IN_ROLES } from '../../built_in_roles.js';
import { collection, listByCursor, listById } from './collection.js';
import type { Endpoint } from './endpoint.js';
import { given } from './field.js';
import { formOf } from './forms.js';
import {
  BudgetFields,
  BudgetPut,
  LimitFields,
  LimitPut,
  ModelClassFields,
  ModelClassPut,
  RoleFields,
  RolePut,
  ServiceAccountFields,
  ServiceAccountPut,
} from './policy_forms.js';

/** Thresholds are a set: in which order they were written says nothing. */
function rising(percents: readonly number[]): number[] {
  return [...new Set(percents)].sort((one, other) => one - other);
}

export const collections: Endpoint[] = [
  ...collection({
    path: '/v1/organizations/roles',
    of: 'roles',
    tag: 'Roles',
    type: 'role',
    name: 'Role',
    put: RolePut,
    shown: RoleFields,
    read: 'roles.read',
    write: 'roles.write',
    set: (id, { permissions }) => ({ type: 'role_set', role: { id, permissions } }),
    removed: ({ id }) => ({ type: 'role_removed', id }),
    byProject: false,
    list: listById,
    builtIn: BUILT_IN_ROLES,
  }),
  ...collection({
    path: '/v1/organizations/model_classes',
    of: 'model_classes',
    tag: 'Model classes',
    type: 'model_class',
    name: 'ModelClass',
    put: ModelClassPut,
    shown: ModelClassFields,
    read: 'limits.read',
    write: 'limits.write',
    set: (id, { models }) => ({ type: 'model_class_set', model_class: { id, models } }),
    removed: ({ id }) => ({ type: 'model_class_removed', id }),
    byProject: false,
    list: listById,
  }),
  ...collection({
    path: '/v1/organizations/service_accounts',
    of: 'service_accounts',
    tag: 'Service accounts',
    type: 'service_account',
    name: 'ServiceAccount',
    put: ServiceAccountPut,
    shown: ServiceAccountFields,
    read: 'service_accounts.read',
    write: 'service_accounts.write',
    set: (id, fields) => ({ type: 'service_account_set', service_account: { id, ...given(fields) } }),
    // Its keys and its history still name it.
    removed: (item) => ({ type: 'service_account_set', service_account: { ...formOf(item), status: 'removed' } }),
    byProject: true,
    list: listByCursor,
  }),
  ...collection({
    path: '/v1/organizations/limits',
    of: 'limits',
    tag: 'Limits',
    type: 'limit',
    name: 'Limit',
    put: LimitPut,
    shown: LimitFields,
    read: 'limits.read',
    write: 'limits.write',
    set: (id, fields) => ({ type: 'limit_set', limit: { id, ...given(fields) } }),
    removed: ({ id }) => ({ type: 'limit_removed', id }),
    byProject: true,
    list: listById,
  }),
  ...collection({
    path: '/v1/organizations/budgets',
    of: 'budgets',
    tag: 'Budgets',
    type: 'budget',
    name: 'Budget',
    put: BudgetPut,
    shown: BudgetFields,
    read: 'budgets.read',
    write: 'budgets.write',
    set: (id, { thresholds_percent, ...fields }) => ({
      type: 'budget_set',
      budget: { id, ...given(fields), thresholds_percent: rising(thresholds_percent ?? []) },
    }),
    removed: ({ id }) => ({ type: 'budget_removed', id }),
    byProject: true,
    list: listById,
  }),
];
