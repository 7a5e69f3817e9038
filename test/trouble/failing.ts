import { asFailure, type Failure } from '../../src/base/failure.ts';
import type { Database } from '../../src/database/database.ts';
import type { StagedFile, Store, Tree } from '../../src/storage/store.ts';
import { osFailure } from '../../src/storage/local/os-failure.ts';

/** When a call that fails does so: before it has done anything, or after it has done all of it. */
export type Moment = 'before' | 'after';

export interface TroublePlan {
  /** The first call that fails; 0 is the first of all. */
  readonly at: number;
  readonly moment: Moment;
  /** Only that one fails, or all from then on, until it is healed. */
  readonly lasting: boolean;
}

/** A disk on which calls fail, in a process that lives on. */
export class Trouble {
  readonly #plan: TroublePlan;
  #calls = 0;
  #isHealed = false;
  #failures = 0;

  constructor(plan: TroublePlan) {
    this.#plan = plan;
  }

  /** How many calls have failed. */
  get failures(): number {
    return this.#failures;
  }

  heal(): void {
    this.#isHealed = true;
  }

  /** Makes the call, or fails as it is planned. */
  meet<T>(call: () => T): T {
    const number = this.#calls;
    this.#calls += 1;
    const { at, moment, lasting } = this.#plan;
    const fails = !this.#isHealed && (lasting ? number >= at : number === at);
    if (!fails) return call();
    this.#failures += 1;
    if (moment === 'before') throw ioError();
    const result = call();
    if (result instanceof Promise) return failAfter(result) as T;
    throw ioError();
  }
}

/** What the local store makes of an error of the system. */
export function ioError(code = 'EIO'): Failure {
  const path = '/srv/homes/ann/film';
  const error = Object.assign(new Error(`${code}: of a test, write '${path}'`), {
    errno: -1,
    code,
  });
  return asFailure(osFailure(error));
}

/** A store in which every call of one home is one that may fail. */
export function failingStore(store: Store, location: string, trouble: Trouble): Store {
  return {
    openTree: async (where) => {
      const tree = await store.openTree(where);
      return where === location ? failing<Tree>(tree, trouble) : tree;
    },
  };
}

/** A database in which every transaction and sync may fail; then nothing of it has happened. */
export function failingDatabase(database: Database, trouble: Trouble): Database {
  return failing(database, trouble);
}

function failing<T extends object>(target: T, trouble: Trouble): T {
  return new Proxy(target, {
    get(object, key) {
      const value: unknown = Reflect.get(object, key, object);
      if (typeof value !== 'function') return value;
      if (key === Symbol.asyncDispose || key === 'outsideChanges') return value.bind(object);
      const call = (...args: unknown[]): unknown =>
        trouble.meet(() => {
          const result: unknown = Reflect.apply(value, object, args);
          return result instanceof Promise ? wrapped(result, trouble) : result;
        });
      // A listing that cannot begin says so when it is asked for its first slice, or before.
      if (key === 'list') return call;
      return async (...args: unknown[]) => await call(...args);
    },
  });
}

/** Whoever would have got a file never hears of it. */
async function failAfter(call: Promise<unknown>): Promise<never> {
  const done = await call;
  if (isStagedFile(done)) await done[Symbol.asyncDispose]();
  throw ioError();
}

async function wrapped(call: Promise<unknown>, trouble: Trouble): Promise<unknown> {
  const done = await call;
  return isStagedFile(done) ? failingFile(done, trouble) : done;
}

/** Not a proxy: `await using` does not find the disposer of one. */
function failingFile(file: StagedFile, trouble: Trouble): StagedFile {
  return {
    descriptor: file.descriptor,
    write: async (chunks, position) => trouble.meet(async () => file.write(chunks, position)),
    read: async (into, position) => trouble.meet(async () => file.read(into, position)),
    truncate: async (length) => trouble.meet(() => file.truncate(length)),
    setMode: async (mode) => trouble.meet(() => file.setMode(mode)),
    setModified: async (time) => trouble.meet(async () => file.setModified(time)),
    sync: async () => trouble.meet(() => file.sync()),
    size: async () => trouble.meet(() => file.size()),
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  };
}

function isStagedFile(value: unknown): value is StagedFile {
  return typeof value === 'object' && value !== null && 'truncate' in value && 'sync' in value;
}
