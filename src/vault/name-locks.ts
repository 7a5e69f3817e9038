import type { Clock } from '../base/clock.ts';
import { Failure } from '../base/failure.ts';
import type { Log } from '../base/log.ts';
import { type Path, comparablePath } from '../base/path.ts';
import type { Database } from '../database/database.ts';
import type { Leftovers } from './leftovers.ts';
import { type Presence, processOf } from './presence.ts';
import { PathLocks, ancestors } from './path-locks.ts';

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
  async hold(homeId: number, ...paths: readonly Path[]): Promise<AsyncDisposable> {
    // Two spellings of a name are one name.
    const wanted = [...new Set(paths.map(comparablePath))];
    const here = await this.#here.hold(...wanted.map((path) => keyOf(homeId, path)));
    try {
      await this.#takeAll(homeId, wanted);
    } catch (error) {
      here[Symbol.dispose]();
      throw error;
    }
    return {
      [Symbol.asyncDispose]: async () => {
        try {
          await this.#giveBack(homeId, wanted);
        } catch (error) {
          // What was done stays done; until then the lock keeps out other processes only.
          this.#log.warn('A name stays locked for other processes', { error });
          this.#leftovers.add({ kind: 'lock', homeId, paths: wanted });
        } finally {
          here[Symbol.dispose]();
        }
      },
    };
  }

  async #takeAll(homeId: number, paths: readonly Path[]): Promise<void> {
    const isLeft = () => this.#leftovers.concern(homeId, paths);
    if (isLeft()) await this.#mend(this.#presence.self);
    if (isLeft()) throw new Failure('storage-failed', 'What was done to this name is not settled');
    const end = this.#clock.monotonic() + PATIENCE_MS;
    for (;;) {
      const other = await this.#take(homeId, paths);
      if (other === undefined) return;
      if (!this.#presence.isAlive(processOf(other))) await this.#mend(processOf(other));
      else if (this.#clock.monotonic() > end) {
        throw new Failure('locked', 'Somebody else is changing this name');
      } else await this.#clock.sleep(LOOK_EVERY_MS);
    }
  }

  /** All of them or none. @returns the process that holds one of them, if one does */
  #take(homeId: number, paths: readonly Path[]): Promise<string | undefined> {
    const process = this.#presence.self;
    const above = paths.flatMap(ancestors);
    return this.#database.write(async (write) => {
      const taken = await write
        .selectFrom('name_locks')
        .select('process')
        .where('home_id', '=', homeId)
        .where('process', '!=', process)
        .where((is) =>
          is.or([
            is('path', 'in', [...paths, ...above]),
            // `0` follows `/`: everything that begins with the path and a slash.
            ...paths.map((path) =>
              is.and([is('path', '>', `${path}/`), is('path', '<', `${path}0`)]),
            ),
          ]),
        )
        .executeTakeFirst();
      if (taken) return taken.process;
      await write
        .insertInto('name_locks')
        .values(paths.map((path) => ({ home_id: homeId, path, process })))
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      return undefined;
    });
  }

  async #giveBack(homeId: number, paths: readonly Path[]): Promise<void> {
    await this.#database.write((write) =>
      write
        .deleteFrom('name_locks')
        .where('home_id', '=', homeId)
        .where('path', 'in', paths)
        .where('process', '=', this.#presence.self)
        .execute(),
    );
  }
}

function keyOf(homeId: number, path: Path): string {
  return `${homeId}${path}`;
}
