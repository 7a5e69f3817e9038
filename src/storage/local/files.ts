import {
  type BigIntStats,
  closeSync,
  constants,
  fchmod,
  fstat,
  fstatSync,
  ftruncate,
  futimes,
  futimesSync,
  readSync,
} from 'node:fs';
import { promisify } from 'node:util';
import { byteLength } from '../../base/chunks.ts';
import { Failure, failed } from '../../base/failure.ts';
import { MiB } from '../../base/size.ts';
import type { Entry, ReadableFile, Soon, StagedFile } from '../store.ts';
import { readAt, writeAt, writeAtOnce } from './bytes.ts';
import type { Held } from './confinement.ts';
import { Descriptor } from './descriptor.ts';
import { entryOf, isSameObject } from './entry.ts';
import { notFound } from './os-failure.ts';
import type { Pace } from './pace.ts';
import type { Syncing } from './syncing.ts';

const { O_NONBLOCK, O_RDONLY } = constants;

/** More than this is written by a thread: it would hold everybody else up. */
const AT_ONCE_BYTES = MiB;

/** A file of the home, open for reading. */
export class LocalFile implements ReadableFile {
  readonly entry: Entry;
  readonly #descriptor: Descriptor;
  readonly #pace: Pace;

  /**
   * @param pace of reading from the disk it is on
   * @throws Failure `is-a-directory`, `forbidden` for what is not a regular file
   */
  static open(held: Held, name: string, pace: Pace): LocalFile {
    const expected = held.stats();
    checkRegular(expected);
    // Not blocking: a program with a lease on the file would make us wait for it.
    const descriptor = held.open(O_RDONLY | O_NONBLOCK);
    try {
      const stats = fstatSync(descriptor, { bigint: true });
      if (!isSameObject(stats, expected)) throw notFound();
      held.confirm();
      return new LocalFile(entryOf(name, stats), descriptor, pace);
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  private constructor(entry: Entry, descriptor: number, pace: Pace) {
    this.entry = entry;
    this.#descriptor = new Descriptor(descriptor, pace);
    this.#pace = pace;
  }

  get descriptor(): number {
    return this.#descriptor.number;
  }

  read(into: Uint8Array, position: number): Promise<number> {
    return this.#descriptor.use((descriptor) => readAt(descriptor, into, position));
  }

  readAtOnce(into: Uint8Array, position: number): number | undefined {
    return this.#pace.atOnce(() =>
      this.#descriptor.useAtOnce((descriptor) =>
        readSync(descriptor, into, 0, into.length, position),
      ),
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#descriptor[Symbol.asyncDispose]();
  }
}

/** A staged file, open for reading and writing. */
export class LocalStagedFile implements StagedFile {
  readonly #descriptor: Descriptor;
  readonly #pace: Pace;
  readonly #syncing: Syncing;
  readonly #isShared: boolean;
  #syncName: (() => Promise<void>) | undefined;
  /** What the first failed sync said. */
  #lost: unknown;

  /**
   * @param pace of the disk it is on
   * @param syncName makes the file's name durable, where it is new
   * @param use `shared` where others write other parts of it
   */
  constructor(
    descriptor: number,
    pace: Pace,
    syncing: Syncing,
    syncName?: () => Promise<void>,
    use?: 'shared',
  ) {
    this.#isShared = use === 'shared';
    this.#descriptor = new Descriptor(descriptor, pace);
    this.#pace = pace;
    this.#syncing = syncing;
    this.#syncName = syncName;
  }

  get descriptor(): number {
    return this.#descriptor.number;
  }

  write(chunks: readonly Uint8Array[], position: number): Soon<void> {
    const beside = () => this.#descriptor.use((file) => writeAt(file, chunks, position));
    const atOnce = () => this.#descriptor.useAtOnce((file) => writeAtOnce(file, chunks, position));
    const failedThere = (error: unknown) => this.#failed(error, position);
    try {
      const isMuch = byteLength(chunks) > AT_ONCE_BYTES;
      const soon = isMuch ? beside() : this.#pace.run(atOnce, beside);
      return soon instanceof Promise ? soon.catch(failedThere) : soon;
    } catch (error) {
      return failedThere(error);
    }
  }

  read(into: Uint8Array, position: number): Promise<number> {
    return this.#descriptor.use((descriptor) => readAt(descriptor, into, position));
  }

  truncate(length: number): Promise<void> {
    return this.#descriptor.use((descriptor) => promisify(ftruncate)(descriptor, length));
  }

  setMode(mode: number): Promise<void> {
    return this.#descriptor.use((descriptor) => promisify(fchmod)(descriptor, mode & 0o777));
  }

  setModified(modified: number): Promise<void> {
    const seconds = modified / 1000;
    return this.#descriptor.use((descriptor) =>
      this.#pace.run(
        () => futimesSync(descriptor, seconds, seconds),
        () => promisify(futimes)(descriptor, seconds, seconds),
      ),
    );
  }

  /**
   * The first time also the name: bytes that a crash leaves without one would be lost.
   * Once it has failed it fails for as long as this file is open: the system tells of bytes that it
   * could not write once, and then takes them for written (fsync(2)).
   */
  async sync(): Promise<void> {
    if (this.#lost !== undefined) throw this.#lost;
    try {
      await Promise.all([
        this.#descriptor.use((descriptor) => this.#syncing.file(descriptor)),
        this.#syncName?.(),
      ]);
      this.#syncName = undefined;
    } catch (error) {
      this.#lost = error;
      throw error;
    }
  }

  async #failed(reason: unknown, position: number): Promise<never> {
    // The part that did fit is worth nothing, and its room may save the records.
    const isLast = !this.#isShared;
    if (isLast && failed(reason, 'storage-full')) await this.truncate(position).catch(() => {});
    throw reason;
  }

  size(): Promise<number> {
    return this.#descriptor.use(async (descriptor) => (await promisify(fstat)(descriptor)).size);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#descriptor[Symbol.asyncDispose]();
  }
}

/** @throws Failure `is-a-directory`, `forbidden` for a FIFO, a device or a socket */
export function checkRegular(stats: BigIntStats): void {
  if (stats.isDirectory()) throw new Failure('is-a-directory', 'This is a folder');
  if (!stats.isFile()) throw new Failure('forbidden', 'This is not a regular file');
}
