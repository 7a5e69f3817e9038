import { closeSync, constants, fstatSync, fsync, open } from 'node:fs';
import { lstat, readdir, rename, unlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import { Failure } from '../../base/failure.ts';
import type { Entry } from '../store.ts';
import type { StagingFolder } from './choose-staging.ts';
import { isRemoved } from './confine.ts';
import type { Held } from './confinement.ts';
import { copyBeginning } from './copy.ts';
import { Descriptor } from './descriptor.ts';
import { durably } from './durable.ts';
import { entryOf } from './entry.ts';
import { LocalStagedFile } from './files.ts';
import { errnoOf } from './os-failure.ts';
import { Pace } from './pace.ts';
import { osPath, within } from './os-path.ts';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_RDONLY, O_RDWR } = constants;

const openCall = promisify(open);

/** What an upload id looks like; staged files are called by it and by nothing else. */
const ID = /^[A-Za-z0-9_-]{1,64}$/;

/** The folder of staged files, on the file system of a home and maybe shared with other homes. */
export class Staging implements AsyncDisposable {
  readonly #folder: Descriptor;
  readonly #path: string;
  readonly #sharesBlocks: boolean;
  readonly #isLasting: boolean;
  readonly #pace = new Pace();

  constructor({ descriptor, path, isLasting }: StagingFolder, sharesBlocks: boolean) {
    this.#folder = new Descriptor(descriptor);
    this.#path = path;
    this.#isLasting = isLasting;
    this.#sharesBlocks = sharesBlocks;
  }

  /** True if the folder has been removed, and something else may be under its name by now. */
  isRemoved(): boolean {
    return this.#isLasting && isRemoved(this.#folder.number, this.#path);
  }

  /** @throws Failure `already-exists` */
  stage(id: string): Promise<LocalStagedFile> {
    return this.#folder.use(async () => {
      // The kernel takes the umask off the mode.
      const flags = O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW;
      return this.#opened(await openCall(this.#pathOf(id), flags, 0o666));
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
  open(id: string): Promise<LocalStagedFile> {
    return this.#folder.use(async () =>
      this.#opened(await openThere(this.#pathOf(id), O_RDWR | O_NOFOLLOW)),
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
  publish(id: string, folder: Held, name: string): Promise<Entry> {
    return this.#folder.use(async () => {
      const path = this.#pathOf(id);
      const descriptor = await openThere(path, O_RDONLY | O_NOFOLLOW);
      try {
        await durably([folder], () => rename(path, osPath(within(folder.path, name))));
        return entryOf(name, fstatSync(descriptor, { bigint: true }));
      } finally {
        closeSync(descriptor);
      }
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#folder[Symbol.asyncDispose]();
  }

  #opened(descriptor: number): LocalStagedFile {
    const syncName = () => this.#folder.use((folder) => promisify(fsync)(folder));
    return new LocalStagedFile(descriptor, this.#pace, syncName);
  }

  #pathOf(id: string): string {
    if (!ID.test(id)) throw new Failure('name-refused', 'This cannot be the id of an upload');
    return within(this.#path, id);
  }
}

async function openThere(path: string, flags: number): Promise<number> {
  try {
    return await openCall(path, flags);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    const sentence = 'The bytes of this upload are not there any more';
    throw new Failure('upload-gone', sentence, { cause: error });
  }
}
