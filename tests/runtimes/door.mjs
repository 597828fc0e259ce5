/** The engine as these suites use it, from the installed package. */
import { Engine } from 'tollgate';

/**
 * A new organization.
 *
 * @param {string} policy
 * @param {number} nowMs
 */
export function create(policy, nowMs) {
  return Engine.create(policy, nowMs).engine;
}
