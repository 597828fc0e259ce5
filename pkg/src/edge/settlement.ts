/**
 * Tells the organization what became of a reservation, and does not give up soon.
 *
 * A message that is lost for good is not lost money: the hold's deadline turns it into an assumed charge.
 */
import pRetry, { AbortError } from 'p-retry';

import { logError } from './error_log.js';
import { OrganizationError, type OrganizationDoor } from './organization_door.js';
import type { SettlementCommand, SettleUsage } from './wire.js';

/** How long an admission whose answer was lost may still be on its way to the organization. */
const LATE_MS = 5_000;
const RETRIES = { retries: 8, factor: 2, minTimeout: 100, maxTimeout: 5_000, randomize: true } as const;

/** `tried` settles after the first attempt, and says whether that was all; `done` when it is recorded or given up. Neither rejects. */
export interface Recording {
  tried: Promise<'all' | 'more to come'>;
  done: Promise<void>;
}

export class Settlement {
  readonly #door: OrganizationDoor;
  readonly #reservation: string;

  constructor(door: OrganizationDoor, reservation: string) {
    this.#door = door;
    this.#reservation = reservation;
  }

  settle(usage: SettleUsage): Recording {
    return this.#record({ type: 'settle', reservation: this.#reservation, usage });
  }

  /** Only for a request that never reached the model. */
  void(): Recording {
    return this.#record({ type: 'void', reservation: this.#reservation });
  }

  /**
   * Undoes an admission whose answer was lost: nothing was sent. It may have been recorded, or never be, or be recorded only
   * after this: an unknown reservation is asked for again until none can come any more.
   */
  undo(): Recording {
    return this.#record({ type: 'void', reservation: this.#reservation }, Date.now() + LATE_MS);
  }

  #record(command: SettlementCommand, lateUntilMs = 0): Recording {
    let firstIsOver = (_was: Awaited<Recording['tried']>): void => undefined;
    const tried: Recording['tried'] = new Promise((resolve) => {
      firstIsOver = resolve;
    });
    let current = command;
    const done = pRetry(
      async () => {
        try {
          await this.#door.submit(current);
        } catch (error) {
          const next = afterRefusal(error, current, Date.now() < lateUntilMs);
          if (next === null) throw new AbortError(error as Error);
          current = next;
          throw error;
        }
      },
      { ...RETRIES, onFailedAttempt: () => firstIsOver('more to come') },
    ).then(
      () => firstIsOver('all'),
      (error: unknown) => {
        firstIsOver('all');
        this.#giveUp(command, error);
      },
    );
    return { tried, done };
  }

  #giveUp(command: SettlementCommand, error: unknown): void {
    // Voiding what was never reserved is how an admission is undone whose answer was lost.
    const code = error instanceof OrganizationError ? error.code : 'unavailable';
    if (command.type === 'void' && code === 'unknown_reservation') return;
    logError('a settlement was not recorded', { command: command.type, reservation: this.#reservation, code });
  }
}

/** What to send next, or null where trying again cannot help. */
function afterRefusal(error: unknown, sent: SettlementCommand, mayComeLate: boolean): SettlementCommand | null {
  if (!(error instanceof OrganizationError)) return sent;
  switch (error.code) {
    case 'invalid_input':
    case 'contradictory_usage':
      // A usage that the engine cannot read is still a use: it is charged at the hold.
      return sent.type === 'settle' && sent.usage.type !== 'unknown' ? { ...sent, usage: { type: 'unknown' } } : null;
    case 'clock_jump':
      return sent;
    case 'unknown_reservation':
      return mayComeLate ? sent : null;
    default:
      return null;
  }
}
