import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** How old the lock file of a process that seems dead has to be before it is removed. */
const TIDY_AFTER_MS = 60_000;

/**
 * The processes that work on one data folder, each with a lock file of its own. The lock is the
 * write lock of an otherwise empty database file: the kernel lets go of it when its holder ends,
 * however sudden, and at no other time.
 */
export class ProcessLocks implements Disposable {
  readonly self = randomBytes(8).toString('hex');
  readonly #folder: string;
  readonly #held: DatabaseSync;
  readonly #dead = new Set<string>();

  /** @param folder where the lock files are; made if need be */
  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o750 });
    this.#held = new DatabaseSync(join(folder, this.self));
    this.#held.exec('pragma journal_mode = memory; begin exclusive');
    this.#tidy();
  }

  isAlive(process: string): boolean {
    if (process === this.self) return true;
    if (this.#dead.has(process)) return false;
    if (isLocked(join(this.#folder, process))) return true;
    this.#dead.add(process);
    return false;
  }

  /** The others that are alive. */
  others(): string[] {
    return readdirSync(this.#folder).filter((name) => name !== this.self && this.isAlive(name));
  }

  /** Removes what dead processes have left: what they were doing stands in the records. */
  #tidy(): void {
    for (const name of readdirSync(this.#folder)) {
      const file = join(this.#folder, name);
      const age = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0);
      // One that has just been made may not be locked yet.
      if (age > TIDY_AFTER_MS && !this.isAlive(name)) rmSync(file, { force: true });
    }
  }

  [Symbol.dispose](): void {
    this.#held.close();
    rmSync(join(this.#folder, this.self), { force: true });
  }
}

function isLocked(file: string): boolean {
  let probe: DatabaseSync | undefined;
  try {
    // Read only, so that asking for a process that has tidied up does not make a file.
    probe = new DatabaseSync(file, { readOnly: true });
    probe.prepare('select count(*) from sqlite_schema').get();
    return false;
  } catch {
    // Busy, or out of reach (too many open files, say): as long as it is there, somebody may hold it.
    return existsSync(file);
  } finally {
    probe?.close();
  }
}
