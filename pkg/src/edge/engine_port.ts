/**
 * The engine, as a store uses it: decide, append, and only then commit.
 *
 * The only file that knows the engine's own interface.
 */
import { Engine, TollgateError } from 'tollgate/management';

import type { OutcomeForm, WireError } from './wire.js';

/** The engine could not take a command or a query; nothing was changed. */
export class EngineRefusal extends Error {
  readonly wire: WireError;

  constructor(wire: WireError) {
    super(wire.message);
    this.wire = wire;
  }
}

/** The instance failed. Whatever it would say next is not to be believed. */
export class EngineLost extends Error {}

export interface Decided {
  /** The whole outcome, as the engine wrote it. */
  outcome: string;
  decision: OutcomeForm['decision'];
  /** What is to be appended, one JSON text each. */
  events: string[];
}

export class EnginePort {
  readonly #engine: Engine;

  private constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** A new organization's engine, and the first events of its log. */
  static found(policy: string, nowMs: number): { engine: EnginePort; events: string[] } {
    return guarded(() => {
      const { engine, events } = Engine.create(policy, nowMs);
      return {
        engine: new EnginePort(engine),
        events: (JSON.parse(events) as unknown[]).map((event) => JSON.stringify(event)),
      };
    });
  }

  static restore(snapshot: Uint8Array): EnginePort {
    return guarded(() => new EnginePort(Engine.restore(snapshot)));
  }

  /** Decides and applies nothing; `commit` does, once the events are stored. */
  decide(command: string, nowMs: number): Decided {
    return guarded(() => {
      const outcome = this.#engine.decideText(command, nowMs);
      const { decision, events } = JSON.parse(outcome) as OutcomeForm;
      return { outcome, decision, events: events.map((event) => JSON.stringify(event)) };
    });
  }

  /** Applies what was decided last. */
  commit(): void {
    guarded(() => this.#engine.commit());
  }

  /** Applies events of the log. */
  apply(events: readonly string[]): void {
    guarded(() => this.#engine.applyText(`[${events.join(',')}]`));
  }

  preview(command: string, nowMs: number): string {
    return guarded(() => this.#engine.previewText(command, nowMs));
  }

  query(query: string, nowMs: number): string {
    return guarded(() => this.#engine.queryText(query, nowMs));
  }

  nextDeadlineMs(): number {
    return guarded(() => this.#engine.nextDeadline());
  }

  snapshot(): Uint8Array {
    return guarded(() => this.#engine.snapshot());
  }

  /** How many events were applied. */
  seq(): number {
    return guarded(() => this.#engine.seq());
  }

  free(): void {
    this.#engine.free();
  }
}

/** A caller's mistake has a code of its own; anything else that comes out of the engine is its end. */
function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof TollgateError) || error.code === 'engine_lost' || error.code === 'engine_freed') {
      throw new EngineLost('the engine failed', { cause: error });
    }
    const { code, message, path } = error;
    throw new EngineRefusal({ code, message, ...(path === '' ? {} : { path }) });
  }
}
