import { closeSync, constants, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { GroupSync } from '../../base/group-sync.ts';
import type { Held } from './confinement.ts';
import { osPath } from './os-path.ts';
import type { Syncing } from './syncing.ts';

const { O_DIRECTORY, O_RDONLY } = constants;

/** A folder that is open as long as somebody changes names in it. */
interface OpenFolder {
  readonly descriptor: number;
  readonly sync: GroupSync;
  users: number;
}

/** Makes changes of names durable: those who change names in one folder at once share its syncs. */
export class FolderSyncs {
  readonly #syncing: Syncing;
  readonly #open = new Map<string, OpenFolder>();
  readonly #keys = new WeakMap<Held, string>();

  constructor(syncing: Syncing) {
    this.#syncing = syncing;
  }

  /**
   * Runs a change of the names in these folders and makes it durable. The folders are opened
   * before: a change that could not be made durable is not made.
   */
  async durably<T>(folders: readonly Held[], change: () => T | Promise<T>): Promise<T> {
    await using used = new AsyncDisposableStack();
    const syncs = folders.map((folder) => {
      const key = this.#keyOf(folder);
      const open = this.#enter(key, folder);
      used.defer(() => this.#leave(key, open));
      return open.sync;
    });
    const result = await change();
    for (const sync of syncs) await sync.request();
    for (const folder of folders) folder.confirm();
    return result;
  }

  #keyOf(folder: Held): string {
    const known = this.#keys.get(folder);
    if (known !== undefined) return known;
    const { dev, ino } = folder.stats();
    const key = `${dev}.${ino}`;
    this.#keys.set(folder, key);
    return key;
  }

  #enter(key: string, folder: Held): OpenFolder {
    const known = this.#open.get(key);
    if (known) {
      known.users += 1;
      return known;
    }
    const descriptor = folder.open(O_RDONLY | O_DIRECTORY);
    const sync = new GroupSync(() => this.#syncing.folder(descriptor));
    const open = { descriptor, sync, users: 1 };
    this.#open.set(key, open);
    return open;
  }

  #leave(key: string, open: OpenFolder): void {
    open.users -= 1;
    if (open.users > 0) return;
    this.#open.delete(key);
    closeSync(open.descriptor);
  }
}

/** Makes a folder and those above it, durably, unless it is there. @returns its absolute path */
export function makeFolders(location: string, mode: number): string {
  const path = resolve(location);
  const first = mkdirSync(osPath(path), { recursive: true, mode });
  if (first === undefined) return path;
  const top = dirname(resolve(first));
  let made = path;
  do {
    made = dirname(made);
    syncFolder(made);
  } while (made.length > top.length);
  return path;
}

function syncFolder(path: string): void {
  const descriptor = openSync(osPath(path), O_RDONLY | O_DIRECTORY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
