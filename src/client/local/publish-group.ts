import {
  closeSync,
  fchmodSync,
  fsync,
  fsyncSync,
  futimesSync,
  open,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { DiskCall } from './disk-call.ts';
import { syncFolder } from './durable.ts';
import { osPath } from './os-path.ts';

/** A small file with all that it is to be. */
export interface SmallFile {
  readonly bytes: Uint8Array;
  readonly target: string;
  /** Beside the target: where it is written first. Nothing may be there. */
  readonly draft: string;
  /** Milliseconds since 1970; undefined for now. */
  readonly modified: number | undefined;
  /** The permissions of what it replaces; undefined for a file that is new. */
  readonly mode: number | undefined;
}

/** One that somebody waits for. */
interface Wanted {
  readonly file: SmallFile;
  readonly published: PromiseWithResolvers<void>;
}

/** One that is written. */
interface Draft extends Wanted {
  readonly handle: number;
}

const openByThread = promisify(open);

/**
 * Small files that become durable and get their names together, which takes a disk little longer
 * than one. Each turn gives the files of the last one their names, writes those that came since, and
 * then syncs the folders of the former and the latter themselves, all at once. Nothing is written
 * while that goes on: a file system that is busy with a sync lets nobody make a file. Threads make
 * and sync the files wherever that takes long, while others are fetched; the calls that need no disk
 * are made at once: for so few bytes they are shorter than a thread's answer.
 */
export class PublishGroup {
  readonly #create = new DiskCall(
    (path: string | Buffer) => openSync(path, 'wx', 0o666),
    (path) => openByThread(path, 'wx', 0o666),
  );
  readonly #sync = new DiskCall(fsyncSync, promisify(fsync));
  #wanted: Wanted[] = [];
  #isAtWork = false;

  /**
   * Resolves when the file is durable under its name.
   * @throws errors of the system; `EEXIST` if there is a draft already
   */
  async publish(file: SmallFile): Promise<void> {
    const published = Promise.withResolvers<void>();
    this.#wanted.push({ file, published });
    void this.#work();
    await published.promise;
  }

  async #work(): Promise<void> {
    if (this.#isAtWork) return;
    this.#isAtWork = true;
    // Those that come in the same moment go along.
    await new Promise(setImmediate);
    let synced: readonly Draft[] = [];
    while (this.#wanted.length > 0 || synced.length > 0) {
      const wanted = this.#wanted;
      this.#wanted = [];
      const named = synced.filter(isNamed);
      const written = (await Promise.all(wanted.map((one) => this.#write(one)))).flat();
      const folders = Map.groupBy(named, ({ file }) => dirname(file.target));
      const [durable] = await Promise.all([
        Promise.all(written.map((draft) => this.#makeDurable(draft))),
        ...[...folders].map(([folder, inside]) => this.#settle(folder, inside)),
      ]);
      synced = durable.flat();
    }
    this.#isAtWork = false;
  }

  /** Nothing if it fails: then whoever waits has been told why. */
  async #write(wanted: Wanted): Promise<Draft[]> {
    const { file, published } = wanted;
    const { draft, bytes, modified, mode } = file;
    let handle: number | undefined;
    try {
      handle = await this.#create.make(osPath(draft));
      for (let at = 0; at < bytes.length; at += writeSync(handle, bytes, at));
      if (mode !== undefined) fchmodSync(handle, mode);
      if (modified !== undefined) futimesSync(handle, modified / 1000, modified / 1000);
      return [{ ...wanted, handle }];
    } catch (error) {
      if (handle !== undefined) discard({ ...wanted, handle });
      published.reject(error);
      return [];
    }
  }

  async #makeDurable(draft: Draft): Promise<Draft[]> {
    try {
      await this.#sync.make(draft.handle);
      return [draft];
    } catch (error) {
      discard(draft);
      draft.published.reject(error);
      return [];
    }
  }

  async #settle(folder: string, drafts: readonly Draft[]): Promise<void> {
    try {
      await syncFolder(folder, (handle) => this.#sync.make(handle));
      for (const { published } of drafts) published.resolve();
    } catch (error) {
      for (const { published } of drafts) published.reject(error);
    }
  }
}

/** Gives it its name; if that fails, whoever waits is told why. */
function isNamed(draft: Draft): boolean {
  const { file, handle, published } = draft;
  try {
    renameSync(osPath(file.draft), osPath(file.target));
  } catch (error) {
    discard(draft);
    published.reject(error);
    return false;
  }
  closeSync(handle);
  return true;
}

function discard({ file, handle }: Draft): void {
  closeSync(handle);
  rmSync(osPath(file.draft), { force: true });
}
