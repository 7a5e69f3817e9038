import { setTimeout as sleep } from 'node:timers/promises';
import type { StagedFile, Store, Tree } from '../../src/storage/store.ts';

/** How long calls of a slow disk take, in milliseconds. */
export interface Slowness {
  readonly writeMs: number;
  readonly syncMs: number;
  /** No sync ends before this does. */
  readonly gate?: Promise<void>;
}

/** What a slow disk has seen. */
export interface SlowDisk {
  readonly store: Store;
  /** Bytes that it has taken. */
  readonly stored: number;
  /** Bytes of the largest single write. */
  readonly largestWrite: number;
  /** Writes to one file at the same time. */
  readonly mostAtOnce: number;
}

/** A store whose staged files of one home are slow, as on a disk that cannot keep up. */
export function slowDisk(store: Store, location: string, slowness: Slowness): SlowDisk {
  const seen = { stored: 0, largestWrite: 0, mostAtOnce: 0, running: 0 };

  const slowly = (file: StagedFile): StagedFile => ({
    // Nothing to be read beside it, so that hashing too goes through here.
    descriptor: undefined,
    write: async (chunks, position) => {
      const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
      seen.running += 1;
      seen.mostAtOnce = Math.max(seen.mostAtOnce, seen.running);
      seen.largestWrite = Math.max(seen.largestWrite, bytes);
      await sleep(slowness.writeMs);
      await file.write(chunks, position);
      seen.stored += bytes;
      seen.running -= 1;
    },
    sync: async () => {
      await sleep(slowness.syncMs);
      await slowness.gate;
      await file.sync();
    },
    read: (into, position) => file.read(into, position),
    truncate: (length) => file.truncate(length),
    setMode: (mode) => file.setMode(mode),
    setModified: (modified) => file.setModified(modified),
    size: () => file.size(),
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  });

  const slowed = (tree: Tree): Tree =>
    new Proxy(tree, {
      get(object, key) {
        const value: unknown = Reflect.get(object, key, object);
        if (typeof value !== 'function') return value;
        if (key === 'stageWhole') return undefined;
        if (key === 'stage') return async (id: string) => slowly(await object.stage(id));
        if (key === 'openStaged') return async (id: string) => slowly(await object.openStaged(id));
        return value.bind(object) as unknown;
      },
    });

  return {
    store: {
      openTree: async (where) => {
        const tree = await store.openTree(where);
        return where === location ? slowed(tree) : tree;
      },
    },
    get stored() {
      return seen.stored;
    },
    get largestWrite() {
      return seen.largestWrite;
    },
    get mostAtOnce() {
      return seen.mostAtOnce;
    },
  };
}
