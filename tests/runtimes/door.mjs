/** The engine as these suites use it, from the installed package. */
import { Engine } from 'tollgate';
import { Engine as ManagedEngine } from 'tollgate/management';

/**
 * A new organization.
 *
 * @param {string} policy
 * @param {number} nowMs
 */
export function create(policy, nowMs) {
  return Engine.create(policy, nowMs).engine;
}

/**
 * A new organization that can be managed too.
 *
 * @param {string} policy
 * @param {number} nowMs
 */
export function createManaged(policy, nowMs) {
  return ManagedEngine.create(policy, nowMs).engine;
}
