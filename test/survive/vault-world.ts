import type { Clock } from '../../src/base/clock.ts';
import { systemClock } from '../../src/base/clock.ts';
import type { Database } from '../../src/database/database.ts';
import { MemoryStore } from '../../src/storage/memory/memory-store.ts';
import type { Store } from '../../src/storage/store.ts';
import { Life, mortalDatabase, mortalStore } from '../vault/mortal.ts';
import type { Chance } from './chance.ts';
import { ForgettingDatabase } from './forgetting-database.ts';
import { ForgettingStore } from './forgetting-store.ts';

/** What a vault stands on during one life. */
export interface Ground {
  readonly store: Store;
  readonly database: Database;
}

/** What a vault stands on, from one life to the next. */
export interface World {
  /** Ends the life before and begins another on what is left. */
  next(life: Life, chance: Chance): Promise<Ground>;
}

/** How often only the process ends where the power may go. */
const PROCESS_ENDS = 0.3;

/** How a life ends, and what is left then. */
export const WORLDS = {
  /** The process dies in or between two calls; the machine lives on. */
  death: async (): Promise<World> => {
    const clock = tickingClock();
    let store = new ForgettingStore(new Life(0), clock);
    let database = await ForgettingDatabase.open(new Life(0));
    return {
      next: async (life) => {
        store = store.kept(life);
        database = await database.kept(life);
        return { store, database };
      },
    };
  },
  /** The power goes: what was not made durable is lost, torn, or there all the same. */
  'power cut': async (): Promise<World> => {
    const clock = tickingClock();
    let store = new ForgettingStore(new Life(0), clock);
    let database = await ForgettingDatabase.open(new Life(0));
    return {
      next: async (life, chance) => {
        // The next process may meet what the last one has not made durable, and lose it.
        const isOn = chance.yes(PROCESS_ENDS);
        store = isOn ? store.kept(life) : store.left(chance, life);
        database = await (isOn ? database.kept(life) : database.left(chance, life));
        return { store, database };
      },
    };
  },
  /** As `death`, with the store that other tests use, dying around its calls. */
  'death over memory': async (): Promise<World> => {
    const store = new MemoryStore(tickingClock());
    const database = await ForgettingDatabase.open(new Life(Number.POSITIVE_INFINITY));
    return {
      next: async (life) => ({
        store: mortalStore(store, life),
        database: mortalDatabase(database, life),
      }),
    };
  },
} as const satisfies Record<string, () => Promise<World>>;

export type WorldName = keyof typeof WORLDS;

/** Time that goes on with each look at it, so that no two events have the same. */
export function tickingClock(): Clock {
  let now = 1_700_000_000_000;
  return { ...systemClock, now: () => (now += 1) };
}
