import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalStore } from '../../src/storage/local/local-store.ts';
import type { Tree } from '../../src/storage/store.ts';
import type { Subject } from './subject.ts';

/** A home on the real disk, with a folder beside it that nobody in the home may reach. */
export interface LocalHome extends Subject {
  readonly store: LocalStore;
  /** Holds all the others; removed in the end. */
  readonly folder: string;
  readonly home: string;
  readonly outside: string;
  readonly staging: string;
}

/** @param descriptors as in LocalStoreOptions */
export async function localHome(descriptors?: string): Promise<LocalHome> {
  const folder = mkdtempSync(join(tmpdir(), 'carryon-store-'));
  const home = join(folder, 'home');
  const outside = join(folder, 'outside');
  const staging = join(folder, 'staging');
  mkdirSync(outside);
  const store = new LocalStore({ staging, ...(descriptors === undefined ? {} : { descriptors }) });
  const tree = await store.openTree(home);
  return {
    store,
    folder,
    home,
    outside,
    staging,
    tree,
    reopen: (): Promise<Tree> => store.openTree(home),
    async [Symbol.asyncDispose]() {
      await tree[Symbol.asyncDispose]();
      store[Symbol.dispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
