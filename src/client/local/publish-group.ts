import {
  closeSync,
  fchmodSync,
  fsync,
  futimesSync,
  open,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
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

const sync = promisify(fsync);
const openFile = promisify(open);

/**
 * Small files that become durable and get their names together, which takes a disk little longer
 * than one. Each turn gives the files of the last one their names, writes those that came since, and
 * then syncs the folders of the former and the latter themselves, all at once. Nothing is written
 * while that goes on: a file system that is busy with a sync lets nobody make a file. Threads make
 * the files, which may take long even so, while others are fetched; the calls that need no disk are
 * made at once: for so few bytes they are shorter than a thread's answer.
 */
export class PublishGroup {
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
      const written = (await Promise.all(wanted.map(write))).flat();
      const folders = Map.groupBy(named, ({ file }) => dirname(file.target));
      const [durable] = await Promise.all([
        Promise.all(written.map(makeDurable)),
        ...[...folders].map(([folder, inside]) => settle(folder, inside)),
      ]);
      synced = durable.flat();
    }
    this.#isAtWork = false;
  }
}

async function makeDurable(draft: Draft): Promise<Draft[]> {
  try {
    await sync(draft.handle);
    return [draft];
  } catch (error) {
    discard(draft);
    draft.published.reject(error);
    return [];
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

async function settle(folder: string, drafts: readonly Draft[]): Promise<void> {
  try {
    await syncFolder(folder);
    for (const { published } of drafts) published.resolve();
  } catch (error) {
    for (const { published } of drafts) published.reject(error);
  }
}

/** Nothing if it fails: then whoever waits has been told why. */
async function write(wanted: Wanted): Promise<Draft[]> {
  const { file, published } = wanted;
  const { draft, bytes, modified, mode } = file;
  let handle: number | undefined;
  try {
    handle = await openFile(osPath(draft), 'wx', 0o666);
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

function discard({ file, handle }: Draft): void {
  closeSync(handle);
  rmSync(osPath(file.draft), { force: true });
}
