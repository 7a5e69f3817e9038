import { lstatSync, utimesSync } from 'node:fs';
import {
  chmod,
  lstat,
  mkdir,
  rename,
  rmdir,
  statfs,
  symlink,
  unlink,
  utimes,
} from 'node:fs/promises';
import { Failure, failed } from '../../base/failure.ts';
import { nameOf, type Path, ROOT } from '../../base/path.ts';
import { checkInstead } from '../instead.ts';
import type { Entry, Instead, StagedFile, StoreFacts, Tree, WholeFile } from '../store.ts';
import { type Confinement, isInside } from './confinement.ts';
import { FolderSyncs } from './durable.ts';
import { entryAt, entryOf, isSameObject } from './entry.ts';
import { LocalFile } from './files.ts';
import { FolderLook } from './folder-look.ts';
import { listFolder } from './listing.ts';
import { type Located, locate, locateNew, reach } from './locate.ts';
import type { LookThread } from './look-thread.ts';
import { errnoOf, notFound, osFailure } from './os-failure.ts';
import { osPath, within } from './os-path.ts';
import { Pace, waitedForProcessor } from './pace.ts';
import type { Staging } from './staging.ts';
import type { Syncing } from './syncing.ts';
import { TurnFolders } from './turn-folders.ts';

/** What a tree works in. */
export interface Place {
  readonly home: Confinement;
  readonly staging: Staging;
  readonly sharesBlocks: boolean;
}

/**
 * One home on the local disk. What only looks is done synchronously, in microseconds; what changes
 * something may wait for the disk and is left to a thread.
 */
export class LocalTree implements Tree {
  readonly facts: StoreFacts;
  readonly #reopen: () => Place;
  readonly #syncs: FolderSyncs;
  readonly #looker: LookThread;
  #place: Place;
  /** Uploads under way still work with what they have open there. */
  readonly #former: Place[] = [];
  /** Of looking at names, which takes microseconds where nothing has to be read from the disk. */
  readonly #pace = new Pace(waitedForProcessor);
  readonly #reading = new Pace(waitedForProcessor);
  readonly #folders = new TurnFolders();
  readonly #folderAt = (home: Confinement, path: Path) => this.#folders.reach(home, path);
  #isLookedAt = false;
  #isClosed = false;

  /**
   * @param place belongs to the tree from now on
   * @param reopen opens what is there by now where something of the place has been removed
   * @param looker helps to list long folders
   */
  constructor(place: Place, reopen: () => Place, syncing: Syncing, looker: LookThread) {
    this.#looker = looker;
    this.#syncs = new FolderSyncs(syncing);
    this.facts = { sharesBlocks: place.sharesBlocks, confinement: place.home.kind };
    this.#place = place;
    this.#reopen = reopen;
  }

  stat(path: Path): Promise<Entry> {
    return told(async () => {
      const entry = await this.#look(path);
      if (!entry) throw notFound();
      return entry;
    });
  }

  async find(path: Path): Promise<Entry | undefined> {
    try {
      return await this.#look(path);
    } catch (error) {
      const failure = osFailure(error);
      if (failed(failure, 'not-found', 'not-a-directory')) return undefined;
      throw failure;
    }
  }

  freeBytes(): Promise<number> {
    return told(async () => {
      const { bavail, bsize } = await statfs(osPath(this.#home.root));
      return bavail * bsize;
    });
  }

  glance(path: Path): Entry | undefined {
    try {
      // What has a name is in no folder that has been removed.
      const stats = this.#pace.atOnce(() => this.#place.home.glance(path));
      return stats && entryOf(nameOf(path), stats);
    } catch {
      return undefined;
    }
  }

  async *list(folder: Path): AsyncGenerator<readonly Entry[]> {
    try {
      using look = new FolderLook(await reach(this.#home, folder, 'folder'), this.#looker);
      yield* listFolder(this.#home, look, this.#pace);
    } catch (error) {
      throw osFailure(error);
    }
  }

  openFile(path: Path): Promise<LocalFile> {
    return told(async () => {
      using held = await reach(this.#home, path, 'anything');
      return LocalFile.open(held, nameOf(path), this.#reading);
    });
  }

  makeFolder(path: Path): Promise<void> {
    return told(async () => {
      if (path === ROOT) throw new Failure('already-exists', 'The name is taken');
      using place = await locateNew(this.#home, path);
      await this.#syncs.durably([place.folder], () => mkdir(osPath(place.at)));
    });
  }

  makeLink(path: Path, target: Path): Promise<void> {
    return told(async () => {
      using held = await reach(this.#home, target, 'anything');
      const { kind } = entryOf('', held.stats());
      if (kind === 'other') throw new Failure('forbidden', 'This is neither a file nor a folder');
      using place = await locateNew(this.#home, path);
      // By its real path: a relative one would lead elsewhere when the link is moved, even outside.
      const leadsTo = held.where();
      if (isInside(place.folder.where(), leadsTo)) {
        throw new Failure('name-refused', 'A link to a folder around it would lead in circles');
      }
      await this.#syncs.durably([place.folder], () => symlink(osPath(leadsTo), osPath(place.at)));
    });
  }

  removeFolder(path: Path): Promise<void> {
    return told(async () => {
      using place = await locate(this.#home, path);
      const entry = this.#existing(place);
      // A link that is shown as a folder goes as one; what it leads to stays.
      const remove = entry.linked && entry.kind === 'folder' ? unlink : rmdir;
      await this.#syncs.durably([place.folder], () => remove(osPath(place.at)));
    });
  }

  removeFile(path: Path): Promise<void> {
    return told(async () => {
      using place = await locate(this.#home, path);
      const stats = lstatSync(osPath(place.at));
      if (stats.isDirectory()) throw new Failure('is-a-directory', 'This is a folder');
      await this.#syncs.durably([place.folder], () => unlink(osPath(place.at)));
    });
  }

  move(from: Path, to: Path): Promise<void> {
    return told(async () => {
      using source = await locate(this.#home, from);
      using target = await locateNew(this.#home, to);
      const moved = this.#existing(source);
      const isSameFolder = isSameObject(source.folder.stats(), target.folder.stats());
      // Another spelling of its own name is no other entry.
      const isRespelled = isSameFolder && isSameEntry(source.at, target.at);
      const there = entryAt(this.#home, target.at, target.name);
      if (there && !isRespelled) checkReplaceable(moved, there);
      const name = isRespelled && source.name === target.name ? nameOf(to) : target.name;
      // The new name first: a crash between the two then leaves both names rather than none.
      const folders = isSameFolder ? [target.folder] : [target.folder, source.folder];
      const at = within(target.folder.path, name);
      await this.#syncs.durably(folders, () => renameEntry(source.at, at));
    });
  }

  setModified(path: Path, modified: number): Promise<void> {
    return told(async () => {
      using held = await reach(this.#home, path, 'anything');
      const accessed = Number(held.stats().atimeMs);
      const [at, seen, changed] = [osPath(held.path), accessed / 1000, modified / 1000];
      await this.#pace.run(
        () => utimesSync(at, seen, changed),
        () => utimes(at, seen, changed),
      );
      held.confirm();
    });
  }

  setMode(path: Path, mode: number): Promise<void> {
    return told(async () => {
      using held = await reach(this.#home, path, 'anything');
      await chmod(osPath(held.path), mode & 0o777);
      held.confirm();
    });
  }

  stage(id: string): Promise<StagedFile> {
    return told(() => this.#staging.stage(id));
  }

  stageWhole(id: string, file: WholeFile): Promise<void> | undefined {
    return this.#hereInThisTurn().staging.stageWhole(id, file);
  }

  stageCopy(id: string, from: Path, length: number): Promise<StagedFile> {
    return told(async () => {
      using held = await reach(this.#home, from, 'anything');
      return await this.#staging.stageCopy(id, held, length);
    });
  }

  openStaged(id: string, use?: 'shared'): Promise<StagedFile> {
    return told(() => this.#staging.open(id, use));
  }

  stagedSize(id: string): Promise<number | undefined> {
    return told(() => this.#staging.size(id));
  }

  listStaged(): Promise<readonly string[]> {
    return told(() => this.#staging.list());
  }

  dropStaged(id: string): Promise<void> {
    return told(() => this.#staging.drop(id));
  }

  publish(id: string, path: Path, instead?: Instead): Promise<Entry> {
    return told(async () => {
      if (path === ROOT) throw new Failure('is-a-directory', 'This is a folder');
      const { home, staging } = this.#hereInThisTurn();
      using place = await locateNew(home, path, this.#folderAt);
      const there = entryAt(home, place.at, place.name);
      if (there) checkReplaceableByFile(there);
      checkInstead(there, instead);
      return await staging.publish(id, place.folder, place.name, this.#syncs);
    });
  }

  /** Calls under way end as they would have; what comes after fails. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#former, this.#place].map(close));
  }

  get #home(): Confinement {
    return this.#here(({ home }) => home.isRemoved()).home;
  }

  get #staging(): Staging {
    return this.#here(({ home, staging }) => home.isRemoved() || staging.isRemoved()).staging;
  }

  /**
   * Where the tree is. Descriptors hold on to folders that have been removed, in which a listing is
   * empty and nothing can be made: what has been put in their place since is opened then.
   */
  #here(isGone: (place: Place) => boolean): Place {
    if (this.#isClosed || !isGone(this.#place)) return this.#place;
    let found: Place;
    try {
      found = this.#reopen();
    } catch (error) {
      // Not the same as an empty home: who keeps a copy of it would remove theirs.
      throw new Failure('storage-failed', 'The home is not there now', { cause: error });
    }
    this.#former.push(this.#place);
    this.#place = found;
    return found;
  }

  /** The same, looked at once in a turn of the event loop: many small files may come in one. */
  #hereInThisTurn(): Place {
    if (!this.#isLookedAt) {
      this.#here(({ home, staging }) => home.isRemoved() || staging.isRemoved());
      this.#isLookedAt = true;
      setImmediate(() => (this.#isLookedAt = false));
    }
    return this.#place;
  }

  /** Where the disk is slow, a thread brings what is asked about into the system's memory first. */
  async #fetch(path: Path): Promise<void> {
    if (this.#pace.isCareful) await lstat(osPath(this.#home.root + path)).catch(() => {});
  }

  async #look(path: Path): Promise<Entry | undefined> {
    await this.#fetch(path);
    if (path === ROOT) {
      using root = await reach(this.#home, ROOT, 'folder');
      return entryOf('', root.stats());
    }
    const { home } = this.#hereInThisTurn();
    using place = await locate(home, path, this.#folderAt);
    return entryAt(home, place.at, place.name);
  }

  #existing(place: Located): Entry {
    const entry = entryAt(this.#home, place.at, place.name);
    if (!entry) throw notFound();
    return entry;
  }
}

async function close({ home, staging }: Place): Promise<void> {
  home[Symbol.dispose]();
  await staging[Symbol.asyncDispose]();
}

/** Runs it, with errors of the system told as Failures. */
async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw osFailure(error);
  }
}

async function renameEntry(from: string, to: string): Promise<void> {
  try {
    await rename(osPath(from), osPath(to));
  } catch (error) {
    if (errnoOf(error) !== 'EINVAL') throw error;
    throw new Failure('name-refused', 'A folder cannot go into itself', { cause: error });
  }
}

/** True if two paths lead to one entry; links are not followed. */
function isSameEntry(one: string, other: string): boolean {
  const stats = lstatSync(osPath(other), { bigint: true, throwIfNoEntry: false });
  return stats !== undefined && isSameObject(lstatSync(osPath(one), { bigint: true }), stats);
}

function checkReplaceable(moved: Entry, there: Entry): void {
  const isFolder = moved.kind === 'folder';
  const isOwnTarget = moved.linked && moved.unique === there.unique;
  // A folder replaces nothing; a link that replaced what it leads to would then lead to itself.
  if (isFolder || isOwnTarget) throw new Failure('already-exists', 'The name is taken');
  checkReplaceableByFile(there);
}

function checkReplaceableByFile(there: Entry): void {
  if (there.kind === 'folder') throw new Failure('is-a-directory', 'A folder has this name');
  if (there.kind === 'other') throw new Failure('forbidden', 'This is not a regular file');
}
