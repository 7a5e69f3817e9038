import type { ReadableFile, StagedFile, Store, Tree } from '../../src/storage/store.ts';

/** A disk of one home, whose calls of some kind never end until it is told. */
export interface HangingDisk {
  readonly store: Store;
  /** From now on calls of this name hang. */
  hang(call: string): void;
  /** Resolves when one hangs. */
  hanging(): Promise<void>;
  /** Lets all go on that hang, and those that come. */
  release(): void;
}

/** @param location of the home whose disk hangs */
export function hangingDisk(store: Store, location: string): HangingDisk {
  let which: string | undefined;
  let gate = Promise.withResolvers<void>();
  let reached = Promise.withResolvers<void>();

  const wrapped = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(object, key) {
        const value: unknown = Reflect.get(object, key, object);
        // Nothing to be read beside it: hashing goes through here, too.
        if (key === 'descriptor') return undefined;
        if (key === 'glance') return () => undefined;
        if (typeof value !== 'function') return value;
        if (key === 'list') return (...args: unknown[]) => slices(object as unknown as Tree, args);
        return async (...args: unknown[]) => {
          await passed(key);
          const result: unknown = await Reflect.apply(value, object, args);
          return isFile(result) ? wrapped(result) : result;
        };
      },
    });

  const passed = async (key: string | symbol): Promise<void> => {
    if (key !== which) return;
    reached.resolve();
    await gate.promise;
  };

  async function* slices(tree: Tree, args: unknown[]) {
    await passed('list');
    yield* tree.list(...(args as Parameters<Tree['list']>));
  }

  return {
    store: {
      openTree: async (where) => {
        const tree = await store.openTree(where);
        return where === location ? wrapped(tree) : tree;
      },
    },
    hang: (call) => {
      which = call;
      gate = Promise.withResolvers();
      reached = Promise.withResolvers();
    },
    hanging: () => reached.promise,
    release: () => {
      which = undefined;
      gate.resolve();
    },
  };
}

function isFile(value: unknown): value is StagedFile | ReadableFile {
  return typeof value === 'object' && value !== null && 'read' in value;
}
