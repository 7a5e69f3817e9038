import type { Path } from '../base/path.ts';
import type { Database, Write } from '../database/database.ts';
import type { Leftovers } from './leftovers.ts';
import type { Log } from '../base/log.ts';
import { ancestors } from './path-locks.ts';

/** What a hold works with. */
export interface NameHoldParts {
  readonly database: Database;
  readonly log: Log;
  readonly leftovers: Leftovers;
  /** The name of this process. */
  readonly process: string;
}

/**
 * Names that one in this process changes, and, from the transaction that takes them until the one
 * that gives them back, nobody in any other. Disposing gives back what has not been given back.
 */
export class NameHold implements AsyncDisposable {
  readonly #parts: NameHoldParts;
  readonly #homeId: number;
  readonly #paths: readonly Path[];
  readonly #here: Disposable;
  #isTaken = false;

  /** @param here the same lock among those in this process; belongs to the hold from now on */
  constructor(parts: NameHoldParts, homeId: number, paths: readonly Path[], here: Disposable) {
    this.#parts = parts;
    this.#homeId = homeId;
    this.#paths = paths;
    this.#here = here;
  }

  /**
   * Takes all names or none, as a part of a transaction.
   * @returns the process that holds one of them, if one does
   */
  async take(write: Write): Promise<string | undefined> {
    const [homeId, paths, { process }] = [this.#homeId, this.#paths, this.#parts];
    const taken = await write
      .selectFrom('name_locks')
      .select('process')
      .where('home_id', '=', homeId)
      .where('process', '!=', process)
      .where((is) =>
        is.or([
          is('path', 'in', [...paths, ...paths.flatMap(ancestors)]),
          // `0` follows `/`: everything that begins with the path and a slash.
          ...paths.map((path) =>
            is.and([is('path', '>', `${path}/`), is('path', '<', `${path}0`)]),
          ),
        ]),
      )
      .executeTakeFirst();
    if (taken) return taken.process;
    // Should the transaction fail, there is just nothing to give back.
    this.#isTaken = true;
    await write
      .insertInto('name_locks')
      .values(paths.map((path) => ({ home_id: homeId, path, process })))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    return undefined;
  }

  /** Gives them back to other processes, as a part of a transaction; {@link givenBack} when it has ended. */
  async giveBack(write: Write): Promise<void> {
    await write
      .deleteFrom('name_locks')
      .where('home_id', '=', this.#homeId)
      .where('path', 'in', this.#paths)
      .where('process', '=', this.#parts.process)
      .execute();
  }

  givenBack(): void {
    this.#isTaken = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { database, log, leftovers } = this.#parts;
    try {
      if (this.#isTaken) await database.write((write) => this.giveBack(write));
    } catch (error) {
      // What was done stays done; until then the lock keeps out other processes only.
      log.warn('A name stays locked for other processes', { error });
      leftovers.add({ kind: 'lock', homeId: this.#homeId, paths: this.#paths });
    } finally {
      this.#here[Symbol.dispose]();
    }
  }
}
