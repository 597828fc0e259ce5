/** The keys whose rotation was begun and is not done, by id, in a file that survives this process. */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';

export class Pending {
  #path;
  #ids;

  /** @param {string} path @param {string[]} ids */
  constructor(path, ids) {
    this.#path = path;
    this.#ids = new Set(ids);
  }

  /** @param {string} path */
  static read(path) {
    /** @type {string} */
    let text;
    try {
      text = readFileSync(path, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return new Pending(path, []);
      throw error;
    }
    const ids = parsed(text);
    if (ids === undefined) throw new Error(`${path}: it is no list of ids: give the file that an earlier run has written, or another name`);
    return new Pending(path, ids);
  }

  /** @param {string} id */
  has(id) {
    return this.#ids.has(id);
  }

  /** @param {string} id */
  add(id) {
    this.#ids.add(id);
    this.#write();
  }

  /** @param {string} id */
  remove(id) {
    this.#ids.delete(id);
    this.#write();
  }

  /** All or nothing, and on the disk before what is noted is done. */
  #write() {
    const beside = `${this.#path}.new`;
    const file = openSync(beside, 'w', 0o600);
    try {
      writeSync(file, `${JSON.stringify([...this.#ids].sort())}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(beside, this.#path);
  }
}

/** @param {string} text @returns {string[] | undefined} */
function parsed(text) {
  try {
    /** @type {unknown} */
    const ids = JSON.parse(text);
    return Array.isArray(ids) && ids.every((id) => typeof id === 'string') ? ids : undefined;
  } catch {
    return undefined;
  }
}
