/**
 * What an object does at once, where the disk is slow: everything that comes within a millisecond.
 *
 * What is written in one go is made durable by one wait for the disk, which may hold the object's thread meanwhile; were each request
 * to wait for its own, those behind it would wait for all of them. Where the disk is fast, nothing is waited for. Each piece of work is
 * done by itself, in the order of its coming.
 */
import type { ObjectStorage } from './object_state.js';

/** The disk is slow when what was written is durable after so long, on average. */
const SLOW_MS = 2;
const GATHER_MS = 1;
/** The most pieces of work of one batch, so that nobody waits long for those who came later. */
const MOST = 64;

export class Batch {
  readonly #storage: ObjectStorage;
  #waiting: (() => void)[] = [];
  #durableAfterMs = 0;
  #measuring = false;

  constructor(storage: ObjectStorage) {
    this.#storage = storage;
  }

  /** Does a piece of work, which waits for nothing itself; what it throws is thrown here. */
  run<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const piece = (): void => {
        try {
          resolve(work());
        } catch (error) {
          reject(error as Error);
        }
      };
      if (this.#waiting.length === 0 && this.#durableAfterMs < SLOW_MS) {
        piece();
        return;
      }
      this.#waiting.push(piece);
      if (this.#waiting.length === 1) this.#soon();
    });
  }

  /** Something was written: how long the disk takes is seen by it. */
  wrote(): void {
    if (this.#measuring) return;
    this.#measuring = true;
    const startMs = Date.now();
    const measured = (): void => {
      this.#measuring = false;
      this.#durableAfterMs += (Date.now() - startMs - this.#durableAfterMs) / 8;
    };
    // Where it fails the runtime resets the object, and nobody is answered.
    this.#storage.sync().then(measured, measured);
  }

  #soon(): void {
    setTimeout(() => {
      const batch = this.#waiting.slice(0, MOST);
      this.#waiting = this.#waiting.slice(MOST);
      if (this.#waiting.length > 0) this.#soon();
      for (const piece of batch) piece();
    }, GATHER_MS);
  }
}
