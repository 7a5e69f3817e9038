import type { Clock } from '../base/clock.ts';
import { Failure } from '../base/failure.ts';
import type { Log } from '../base/log.ts';
import { type Path, comparablePath } from '../base/path.ts';
import type { Database } from '../database/database.ts';
import type { Leftovers } from './leftovers.ts';
import { NameHold } from './name-hold.ts';
import { type Presence, processOf } from './presence.ts';
import { PathLocks } from './path-locks.ts';

/** How long a change of a name waits for another one, and how often it looks. */
const PATIENCE_MS = 10_000;
const LOOK_EVERY_MS = 10;

/**
 * Lets one at a time change a name, and everything below it, in this process and in all others. A lock whose holder has died
 * is given on only after what it was doing has been mended.
 */
export class NameLocks {
  readonly #database: Database;
  readonly #presence: Presence;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #leftovers: Leftovers;
  readonly #mend: (process: string) => Promise<void>;
  readonly #here = new PathLocks();

  constructor(given: {
    readonly database: Database;
    readonly presence: Presence;
    readonly clock: Clock;
    readonly log: Log;
    readonly leftovers: Leftovers;
    /** Mends what a dead process has left, or this one, and takes those locks away. */
    readonly mend: (process: string) => Promise<void>;
  }) {
    this.#database = given.database;
    this.#presence = given.presence;
    this.#clock = given.clock;
    this.#log = given.log;
    this.#leftovers = given.leftovers;
    this.#mend = given.mend;
  }

  /** True if somebody in this process changes this name, or waits to. */
  isHeldHere(homeId: number, path: Path): boolean {
    return this.#here.isHeld(keyOf(homeId, comparablePath(path)));
  }

  /**
   * @throws Failure `locked` if somebody else does not come to an end with one of them;
   *   `storage-failed` as long as it cannot be recorded what was done to one of them
   */
  async hold(homeId: number, ...paths: readonly Path[]): Promise<NameHold> {
    const hold = await this.enter(homeId, ...paths);
    try {
      await this.#take(hold);
      return hold;
    } catch (error) {
      await hold[Symbol.asyncDispose]();
      throw error;
    }
  }

  /**
   * Keeps out all others in this process; those in other processes only from the transaction on
   * in which the caller takes the names.
   * @throws Failure `storage-failed` as above
   */
  async enter(homeId: number, ...paths: readonly Path[]): Promise<NameHold> {
    // Two spellings of a name are one name.
    const wanted = [...new Set(paths.map(comparablePath))];
    const here = await this.#here.hold(...wanted.map((path) => keyOf(homeId, path)));
    try {
      const isLeft = () => this.#leftovers.concern(homeId, wanted);
      if (isLeft()) await this.#mend(this.#presence.self);
      if (isLeft()) {
        throw new Failure('storage-failed', 'What was done to this name is not settled');
      }
    } catch (error) {
      here[Symbol.dispose]();
      throw error;
    }
    const parts = {
      database: this.#database,
      log: this.#log,
      leftovers: this.#leftovers,
      process: this.#presence.self,
    };
    return new NameHold(parts, homeId, wanted, here);
  }

  async #take(hold: NameHold): Promise<void> {
    const end = this.#clock.monotonic() + PATIENCE_MS;
    for (;;) {
      const other = await this.#database.write((write) => hold.take(write));
      if (other === undefined) return;
      if (!this.#presence.isAlive(processOf(other))) await this.#mend(processOf(other));
      else if (this.#clock.monotonic() > end) {
        throw new Failure('locked', 'Somebody else is changing this name');
      } else await this.#clock.sleep(LOOK_EVERY_MS);
    }
  }
}

function keyOf(homeId: number, path: Path): string {
  return `${homeId}${path}`;
}
