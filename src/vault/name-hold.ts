import { type Path, isWithin } from '../base/path.ts';
import type { Database, Write } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import type { Leftovers } from './leftovers.ts';
import type { Log } from '../base/log.ts';

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
   * @param books those who share it look once who else changes names
   * @returns the process that holds one of them, if one does
   */
  async take(write: Write, books?: OthersBooks): Promise<string | undefined> {
    const [homeId, paths, { process }] = [this.#homeId, this.#paths, this.#parts];
    // Those of this process do not get here: they have shared out the names among themselves.
    const others = await (books?.namesOfOthers(homeId, process) ??
      namesOfOthers(write, homeId, process));
    const taken = others.find(({ path }) => paths.some((wanted) => meet(wanted, path as Path)));
    if (taken) return taken.process;
    // Should the transaction fail, there is just nothing to give back.
    this.#isTaken = true;
    for (const path of paths) await TAKE(write, { homeId, path, process });
    return undefined;
  }

  /** Gives them back to other processes, as a part of a transaction; {@link givenBack} when it has ended. */
  async giveBack(write: Write): Promise<void> {
    const [homeId, { process }] = [this.#homeId, this.#parts];
    for (const path of this.#paths) await GIVE_BACK(write, { homeId, path, process });
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

/** Names that other processes change at this moment. */
export type NamesOfOthers = readonly { readonly path: string; readonly process: string }[];

interface OthersBooks {
  namesOfOthers(homeId: number, process: string): Promise<NamesOfOthers>;
}

/** @param process the name of this one */
export async function namesOfOthers(
  write: Write,
  homeId: number,
  process: string,
): Promise<NamesOfOthers> {
  const { rows } = await OTHERS(write, { homeId, process });
  return rows;
}

/** True if whoever changes the one changes what is below the other. */
function meet(one: Path, other: Path): boolean {
  return isWithin(one, other) || isWithin(other, one);
}

interface Lock {
  readonly homeId: number;
  readonly path: Path;
  readonly process: string;
}

/** Locks last only as long as a change of a name: there are few at any moment. */
const OTHERS = statement((on, given: Omit<Lock, 'path'>) =>
  on
    .selectFrom('name_locks')
    .select(['path', 'process'])
    .where('home_id', '=', given.homeId)
    .where('process', '!=', given.process),
);

const TAKE = statement((on, given: Lock) =>
  on
    .insertInto('name_locks')
    .values({ home_id: given.homeId, path: given.path, process: given.process })
    .onConflict((conflict) => conflict.doNothing()),
);

const GIVE_BACK = statement((on, given: Lock) =>
  on
    .deleteFrom('name_locks')
    .where('home_id', '=', given.homeId)
    .where('path', '=', given.path)
    .where('process', '=', given.process),
);
