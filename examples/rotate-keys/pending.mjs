/**
 * The keys whose rotation was begun and is not done: a directory with an empty file for each, named by its id.
 *
 * They outlive this process and this machine's power, and two processes do not overwrite each other's.
 */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

export class Pending {
  #directory;
  #ids;

  /** @param {string} directory @param {string[]} ids */
  constructor(directory, ids) {
    this.#directory = directory;
    this.#ids = new Set(ids);
  }

  /** @param {string} directory */
  static in(directory) {
    const names = existsSync(directory) ? readdirSync(directory) : [];
    return new Pending(directory, names.map(decodeURIComponent));
  }

  /** @param {string} id */
  has(id) {
    return this.#ids.has(id);
  }

  /** On the disk before what is noted is done. @param {string} id */
  add(id) {
    this.#ids.add(id);
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    closeSync(openSync(this.#path(id), 'w', 0o600));
    const directory = openSync(this.#directory, 'r');
    try {
      fsyncSync(directory);
    } finally {
      closeSync(directory);
    }
  }

  /** @param {string} id */
  remove(id) {
    this.#ids.delete(id);
    rmSync(this.#path(id), { force: true });
  }

  /** An id may hold what a file's name may not: a colon. @param {string} id */
  #path(id) {
    return join(this.#directory, encodeURIComponent(id));
  }
}
