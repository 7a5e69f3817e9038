import type { Database } from '../../src/database/database.ts';
import type { StagedFile, Store, Tree } from '../../src/storage/store.ts';

/** Thrown when a process that is to die at this step would have gone on. */
export class Died extends Error {
  override readonly name = 'Died';
}

/** The life of one process: it can take so many steps, and then none ever again. */
export class Life {
  #left: number;

  constructor(steps: number) {
    this.#left = steps;
  }

  get isOver(): boolean {
    return this.#left <= 0;
  }

  step(): void {
    if (this.isOver) throw new Died();
    this.#left -= 1;
  }
}

/** Dies before a call, or after it has been made and before anybody hears of it. */
function mortal<T extends AsyncDisposable>(
  target: T,
  life: Life,
  wrap: (result: unknown) => unknown,
): T {
  const steps = new Proxy(target, {
    get(object, key) {
      const value: unknown = Reflect.get(object, key, object);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        life.step();
        const result: unknown = Reflect.apply(value, object, args);
        if (!(result instanceof Promise)) return result;
        return result.then((settled: unknown) => {
          life.step();
          return wrap(settled);
        });
      };
    },
  });
  // What the operating system does at the end of a process takes no step of it. A property of its
  // own: `await using` does not find the disposer of a proxy that has a trap for `get`.
  const dispose = (): Promise<void> => Promise.resolve(target[Symbol.asyncDispose]());
  return Object.create(steps, { [Symbol.asyncDispose]: { value: dispose } }) as T;
}

/** A store whose every operation is a step. */
export function mortalStore(store: Store, life: Life): Store {
  return {
    openTree: async (location) =>
      mortal<Tree>(await store.openTree(location), life, (result) =>
        isStagedFile(result) ? mortal(result, life, (inner) => inner) : result,
      ),
  };
}

/** A database whose every transaction and sync is a step. */
export function mortalDatabase(database: Database, life: Life): Database {
  return mortal(database, life, (result) => result);
}

function isStagedFile(value: unknown): value is StagedFile {
  return typeof value === 'object' && value !== null && 'truncate' in value && 'sync' in value;
}
