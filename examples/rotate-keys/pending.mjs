/**
 * The keys whose rotation was begun and is not done: a directory with an empty file for each, named by its id.
 *
 * They outlive this process and this machine's power. One process works on a directory at a time: of two that rotated one key, the first
 * could store its secret last, over the one that counts.
 */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** No id begins with a full stop. */
const LOCK = '.lock';

export class Pending {
  #directory;
  #ids;

  /** @param {string} directory @param {string[]} ids */
  constructor(directory, ids) {
    this.#directory = directory;
    this.#ids = new Set(ids);
  }

  /** Only to look at. @param {string} directory */
  static in(directory) {
    const names = existsSync(directory) ? readdirSync(directory) : [];
    return new Pending(directory, names.filter((name) => name !== LOCK).map(decodeURIComponent));
  }

  /** To work on: nobody else does until this process ends. @param {string} directory */
  static lock(directory) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const path = join(directory, LOCK);
    if (!taken(path)) {
      const holder = holderOf(path);
      if (!mayRun(holder)) rmSync(path, { force: true });
      if (mayRun(holder) || !taken(path)) {
        throw new Error(`${path}: process ${holder.pid} on ${holder.host} works on it: wait until that has ended, or take the file away if it has`);
      }
    }
    process.once('exit', () => rmSync(path, { force: true }));
    return Pending.in(directory);
  }

  /** @param {string} id */
  has(id) {
    return this.#ids.has(id);
  }

  /** On the disk before what is noted is done. @param {string} id */
  add(id) {
    this.#ids.add(id);
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

/** Whether the lock could be made: it was not there. @param {string} path */
function taken(path) {
  try {
    writeFileSync(path, JSON.stringify({ pid: process.pid, host: hostname() }), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** @param {string} path @returns {{ pid: number, host: string }} */
function holderOf(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    // It is written, or taken away, at this moment.
    return { pid: 0, host: 'an unknown machine' };
  }
}

/** Whether that process may still be at work; of another machine's nothing is known. @param {{ pid: number, host: string }} holder */
function mayRun({ pid, host }) {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
