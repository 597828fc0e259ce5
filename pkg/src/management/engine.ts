/// <reference lib="esnext.disposable" />
/** The engine that decides requests and is managed: members, keys, limits, budgets, and the audit log of it all. */
import * as glue from '../management.js';
import { EngineDoor, EngineModule, type Policy, type RawEngine } from '../engine_door.js';
import type { Problem } from '../error.js';
import type { Action, EventForm } from '../types.js';

export type * from '../types.js';
export type { AdmitForm, Policy, RequestShape, Resource, UsageForm } from '../engine_door.js';
export { mayBeSent } from '../engine_door.js';
export { TollgateError, type Problem } from '../error.js';

const module = new EngineModule(glue);

/** Every action that a permission can grant. */
export function actions(): Action[] {
  return module.actionNames() as Action[];
}

/** Reports every problem of a policy; an empty list where there is none. */
export function checkPolicy(policy: Policy): Problem[] {
  return module.checkPolicy(policy);
}

export class Engine extends EngineDoor {
  private constructor(raw: RawEngine) {
    super(raw, module);
  }

  /** A new organization's engine, the first events of its log as a JSON list, and the first entries of its audit log. */
  static create(policy: Policy, nowMs: number): { engine: Engine; events: string; audit: string } {
    return module.create(policy, nowMs, (raw) => new Engine(raw));
  }

  /** The engine of a log, from its first event. */
  static fromLog(events: string | readonly EventForm[]): Engine {
    return module.fromLog(events, (raw) => new Engine(raw));
  }

  /** The engine of a snapshot. */
  static restore(snapshot: Uint8Array): Engine {
    return module.restore(snapshot, (raw) => new Engine(raw));
  }
}
