import { closeSync, constants, fstatSync, open, openSync, renameSync } from 'node:fs';
import { lstat, readdir, rename, unlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import { Failure } from '../../base/failure.ts';
import { GroupSync } from '../../base/group-sync.ts';
import type { Entry, Soon, WholeFile } from '../store.ts';
import type { StagingFolder } from './choose-staging.ts';
import { isRemoved } from './confine.ts';
import type { Held } from './confinement.ts';
import { copyBeginning } from './copy.ts';
import { Descriptor } from './descriptor.ts';
import type { FolderSyncs } from './durable.ts';
import { entryOf } from './entry.ts';
import { LocalStagedFile } from './files.ts';
import { errnoOf } from './os-failure.ts';
import { Pace, waitedForProcessor } from './pace.ts';
import { osPath, within } from './os-path.ts';
import { makeFile, NEW_FILE } from './stage-at-once.ts';
import type { Syncing } from './syncing.ts';

const { O_NOFOLLOW, O_RDONLY, O_RDWR } = constants;

const openCall = promisify(open);

/** What an upload id looks like; staged files are called by it and by nothing else. */
const ID = /^[A-Za-z0-9_-]{1,64}$/;

/** The folder of staged files, on the file system of a home and maybe shared with other homes. */
export class Staging implements AsyncDisposable {
  readonly #folder: Descriptor;
  readonly #path: string;
  readonly #sharesBlocks: boolean;
  readonly #isLasting: boolean;
  readonly #syncing: Syncing;
  readonly #pace = new Pace(waitedForProcessor);
  /** Uploads that begin at once share it. */
  readonly #syncNames: GroupSync;
  /** Those that were staged at once and are about to be published, by their ids. */
  readonly #whole = new Map<string, number>();

  constructor(
    { descriptor, path, isLasting }: StagingFolder,
    sharesBlocks: boolean,
    syncing: Syncing,
  ) {
    this.#syncing = syncing;
    this.#folder = new Descriptor(descriptor);
    this.#path = path;
    this.#isLasting = isLasting;
    this.#sharesBlocks = sharesBlocks;
    this.#syncNames = new GroupSync(() => this.#folder.use((folder) => syncing.folder(folder)));
  }

  /** True if the folder has been removed, and something else may be under its name by now. */
  isRemoved(): boolean {
    return this.#isLasting && isRemoved(this.#folder.number, this.#path);
  }

  /** @throws Failure `already-exists` */
  stage(id: string): Promise<LocalStagedFile> {
    return this.#folder.use(async () =>
      this.#opened(await this.#openPaced(this.#pathOf(id), NEW_FILE.flags, NEW_FILE.mode)),
    );
  }

  /** All in this turn but for the sync; undefined while calls are to be made beside the event loop. */
  stageWhole(id: string, file: WholeFile): Promise<void> | undefined {
    if (this.#pace.isCareful) return undefined;
    return this.#folder.use(async () => {
      const descriptor = this.#pace.measured(() => makeFile(this.#pathOf(id), file));
      this.#whole.set(id, descriptor);
      const both = [this.#syncing.file(descriptor), this.#syncNames.request()];
      try {
        await Promise.all(both);
      } catch (error) {
        // Not while the other one may still use it.
        await Promise.allSettled(both);
        this.#closeWhole(id);
        throw error;
      }
    });
  }

  /** Begins with the first `length` bytes of what is held; see {@link copyBeginning}. */
  async stageCopy(id: string, source: Held, length: number): Promise<LocalStagedFile> {
    const file = await this.stage(id);
    try {
      const target = { path: this.#pathOf(id), descriptor: file.descriptor };
      await this.#folder.use(() => copyBeginning(source, length, target, this.#sharesBlocks));
      return file;
    } catch (error) {
      await file[Symbol.asyncDispose]();
      await this.drop(id);
      throw error;
    }
  }

  /** @throws Failure `upload-gone` */
  open(id: string, use?: 'shared'): Promise<LocalStagedFile> {
    return this.#folder.use(async () =>
      this.#opened(await this.#openThere(this.#pathOf(id), O_RDWR | O_NOFOLLOW), use),
    );
  }

  size(id: string): Promise<number | undefined> {
    return this.#folder.use(async () => {
      try {
        return (await lstat(this.#pathOf(id))).size;
      } catch (error) {
        if (errnoOf(error) !== 'ENOENT') throw error;
        return undefined;
      }
    });
  }

  list(): Promise<readonly string[]> {
    return this.#folder.use(async () => {
      const names = await readdir(this.#path);
      return names.filter((name) => ID.test(name));
    });
  }

  /** Not durable at once: what a power cut brings back is found again by {@link list}. */
  drop(id: string): Promise<void> {
    return this.#folder.use(async () => {
      this.#closeWhole(id);
      try {
        await unlink(this.#pathOf(id));
      } catch (error) {
        if (errnoOf(error) !== 'ENOENT') throw error;
      }
    });
  }

  /**
   * Gives a staged file a name in a folder of the home. Only that folder has to be synced for it to
   * be durable: a file system that then still knew the old name too would leave an id that
   * {@link list} finds and whose record says that it is committed.
   * @returns the facts about that very file, whatever has the name by now.
   * @throws Failure `upload-gone`
   */
  publish(id: string, folder: Held, name: string, syncs: FolderSyncs): Promise<Entry> {
    return this.#folder.use(async () => {
      const path = this.#pathOf(id);
      const to = osPath(within(folder.path, name));
      const descriptor =
        this.#whole.get(id) ?? (await this.#openThere(path, O_RDONLY | O_NOFOLLOW));
      this.#whole.delete(id);
      try {
        await syncs.durably([folder], () =>
          this.#pace.run(
            () => renameSync(path, to),
            () => rename(path, to),
          ),
        );
        return entryOf(name, fstatSync(descriptor, { bigint: true }));
      } finally {
        closeSync(descriptor);
      }
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    for (const id of this.#whole.keys()) this.#closeWhole(id);
    return this.#folder[Symbol.asyncDispose]();
  }

  #closeWhole(id: string): void {
    const descriptor = this.#whole.get(id);
    if (descriptor === undefined) return;
    this.#whole.delete(id);
    closeSync(descriptor);
  }

  #opened(descriptor: number, use?: 'shared'): LocalStagedFile {
    const syncName = () => this.#syncNames.request();
    return new LocalStagedFile(descriptor, this.#pace, this.#syncing, syncName, use);
  }

  #openPaced(path: string, flags: number, mode?: number): Soon<number> {
    return this.#pace.run(
      () => openSync(path, flags, mode),
      () => openCall(path, flags, mode),
    );
  }

  async #openThere(path: string, flags: number): Promise<number> {
    try {
      return await this.#openPaced(path, flags);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
      const sentence = 'The bytes of this upload are not there any more';
      throw new Failure('upload-gone', sentence, { cause: error });
    }
  }

  #pathOf(id: string): string {
    if (!ID.test(id)) throw new Failure('name-refused', 'This cannot be the id of an upload');
    return within(this.#path, id);
  }
}
