/**
 * The directory where a gateway on one machine keeps what outlives it, and the lock on it.
 *
 * The gateway's own process does not lock its store: two of them on one directory would both serve and both spend. The lock is the
 * operating system's, so that a crash cannot leave it behind, and the process that guards the gateway holds it too:
 * it ends when the last process that uses the directory has gone, and not when the one that took it has.
 */
import { closeSync, existsSync, fsyncSync, ftruncateSync, mkdirSync, mkdtempSync, openSync, readFileSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { tryLock } from 'fs-native-extensions';
import { Refusal } from './refusal.mjs';

export class State {
  /**
   * @param {string} dir
   * @param {number} lock the descriptor that holds the lock
   * @param {boolean} temporary
   */
  constructor(dir, lock, temporary) {
    this.dir = dir;
    this.lock = lock;
    this.temporary = temporary;
  }

  /**
   * Takes the directory for this process, or refuses: null for a temporary one.
   *
   * @param {string | null} asked
   * @param {'demo' | 'gateway'} user what works on it, as people call it
   */
  static take(asked, user) {
    const dir = asked === null ? mkdtempSync(join(tmpdir(), `tollgate-${user}-`)) : resolve(asked);
    const lock = opened(dir);
    if (!tryLock(lock)) {
      const holder = readFileSync(join(dir, 'lock'), 'utf8').trim();
      closeSync(lock);
      throw new Refusal(`\`${dir}\` is in use by another ${user} (process ${holder || 'unknown'}): stop it, or choose another directory with \`--state\``);
    }
    ftruncateSync(lock);
    writeSync(lock, `${process.pid}\n`, 0);
    return new State(dir, lock, asked === null);
  }

  /** Where the gateway keeps the organization. */
  get objectsDir() {
    return join(this.dir, 'objects');
  }

  /** Whether an organization has begun here. */
  get holdsOrganization() {
    const objects = join(this.objectsDir, 'tollgate-organization');
    return existsSync(objects) && readdirSync(objects).some((name) => /^[0-9a-f]{64}\.sqlite$/.test(name));
  }

  /**
   * Notes whose organization begins here, or refuses where another one has: the gateway would begin the other beside it, and serve both.
   *
   * @param {string} organization
   */
  keepFor(organization) {
    const note = join(this.dir, 'organization');
    if (!this.holdsOrganization) {
      writeWhole(note, `${organization}\n`);
      return;
    }
    const kept = existsSync(note) ? readFileSync(note, 'utf8').trim() : '';
    if (kept === '') {
      throw new Refusal(`\`${this.dir}\` holds an organization and does not say which: write its id into \`${note}\`, or choose another directory with \`--state\``, 2);
    }
    if (kept !== organization) {
      throw new Refusal(`\`${this.dir}\` holds \`${kept}\` and the policy is of \`${organization}\`: name a policy file of \`${kept}\`, or another directory with \`--state\``, 2);
    }
  }

  /** Removes the store of an organization that did not begin. */
  forget() {
    rmSync(this.objectsDir, { recursive: true, force: true });
  }

  /** What only this run needs: a bundle, and a configuration without secrets. */
  get runDir() {
    return join(this.dir, 'run');
  }

  /** Lets go of the directory, and removes what is not to outlive the run. */
  release() {
    rmSync(this.temporary ? this.dir : this.runDir, { recursive: true, force: true });
    closeSync(this.lock);
  }
}

/** On the disk whole before anything goes on, or not at all. @param {string} path @param {string} text */
function writeWhole(path, text) {
  const file = openSync(`${path}.new`, 'w', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.new`, path);
}

/** @param {string} dir */
function opened(dir) {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    return openSync(join(dir, 'lock'), 'a+', 0o600);
  } catch (error) {
    throw new Refusal(`cannot keep state in \`${dir}\` (${error instanceof Error ? error.message : String(error)}): choose a directory that can be written with \`--state\``);
  }
}
