import { closeSync } from 'node:fs';
import type { Store } from '../store.ts';
import { chooseStaging, sharesBlocks, type StagingFolder } from './choose-staging.ts';
import { confine, ownDescriptors } from './confine.ts';
import { makeFolders } from './durable.ts';
import { LookThread } from './look-thread.ts';
import { osFailure } from './os-failure.ts';
import { Staging } from './staging.ts';
import { SYNCING, type Syncing } from './syncing.ts';
import { LocalTree, type Place } from './tree.ts';

export interface LocalStoreOptions {
  /**
   * The folder for staged files of all homes on its file system, outside of every home. A home on
   * another one has its own, hidden in it.
   */
  readonly staging: string;
  /** Where the system shows this process its open descriptors; elsewhere only in tests. */
  readonly descriptors?: string;
  /** How changes are made durable: really, if not said. */
  readonly syncing?: Syncing;
}

/** Homes that are folders of the local disk. To be disposed of after all of its trees. */
export class LocalStore implements Store, Disposable {
  readonly #staging: string;
  readonly #descriptors: string;
  readonly #syncing: Syncing;
  readonly #looker = new LookThread();
  /** What was found out, by the number of the file system. */
  readonly #sharing = new Map<bigint, boolean>();

  constructor(options: LocalStoreOptions) {
    this.#staging = options.staging;
    this.#descriptors = options.descriptors ?? ownDescriptors();
    this.#syncing = options.syncing ?? SYNCING;
  }

  /**
   * Opens the home in this folder, making it if need be.
   * @throws Failure; `forbidden` also if the folder for staged files lies in this home
   */
  async openTree(location: string): Promise<LocalTree> {
    try {
      const path = makeFolders(location, 0o777);
      // Once it was there it is not made again: its disk may just not be mounted.
      const place = this.#open(path);
      return new LocalTree(place, () => this.#open(path), this.#syncing, this.#looker);
    } catch (error) {
      throw osFailure(error);
    }
  }

  [Symbol.dispose](): void {
    this.#looker[Symbol.dispose]();
  }

  #open(path: string): Place {
    const home = confine(path, this.#descriptors);
    let folder: StagingFolder | undefined;
    try {
      folder = chooseStaging(home, this.#staging, this.#descriptors);
      const isSharing = this.#isSharing(folder);
      const staging = new Staging(folder, isSharing, this.#syncing);
      return { home, staging, sharesBlocks: isSharing };
    } catch (error) {
      home[Symbol.dispose]();
      if (folder) closeSync(folder.descriptor);
      throw error;
    }
  }

  #isSharing(folder: StagingFolder): boolean {
    const known = this.#sharing.get(folder.device);
    if (known !== undefined) return known;
    const found = sharesBlocks(folder);
    this.#sharing.set(folder.device, found);
    return found;
  }
}
