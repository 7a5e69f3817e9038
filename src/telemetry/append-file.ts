import { type FileHandle, mkdir, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Log } from '../base/log.ts';

/** Lines waiting for a slow disk; beyond this many characters new ones are lost, not the memory. */
const MAX_PENDING = 4 * 1024 * 1024;

/** A log can tell who has which files: not everybody's business. */
const FILE_MODE = 0o640;

const NEWLINE = 0x0a;

/** Lines of so many milliseconds are written together: each write costs as much as some hundred. */
const GATHER_MS = 20;

/**
 * A file that only grows, a line at a time. `write` returns at once and never throws; lines are
 * written in order, in the background. Trouble goes to the log: once when it begins and once when
 * it is over, with the number of lines lost. To be disposed once, which writes what is waiting.
 */
export class AppendFile implements AsyncDisposable {
  readonly #path: string;
  readonly #log: Log;
  #handle: FileHandle | undefined;
  #pending: string[] = [];
  #pendingLength = 0;
  #lost = 0;
  #isFailing = false;
  #isClosed = false;
  #timer: NodeJS.Timeout | undefined;
  /** Ends when everything asked for until now is done; never rejects. */
  #work: Promise<void> = Promise.resolve();

  constructor(path: string, log: Log) {
    this.#path = path;
    this.#log = log;
  }

  /** Adds a line, which must end with a line feed. */
  write(line: string): void {
    if (this.#isClosed || this.#pendingLength + line.length > MAX_PENDING) {
      this.#lost += 1;
      return;
    }
    this.#pendingLength += line.length;
    this.#pending.push(line);
    this.#timer ??= setTimeout(() => this.#writeSoon(), GATHER_MS);
  }

  /** After the file was renamed or removed (log rotation), goes on in a new one under the old name. */
  reopen(): Promise<void> {
    this.#writeSoon();
    return this.#next(async () => {
      if (this.#handle && !(await isStillAt(this.#path, this.#handle))) await this.#close();
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#writeSoon();
    return this.#next(() => this.#close());
  }

  /** Whatever is asked for later is done after it. */
  #writeSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#pending.length > 0) void this.#next(() => this.#drain());
  }

  #next(task: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(task);
    return this.#work;
  }

  async #drain(): Promise<void> {
    const lines = this.#pending;
    this.#pending = [];
    this.#pendingLength = 0;
    try {
      this.#handle ??= await openToAppend(this.#path);
      await this.#handle.appendFile(lines.join(''));
      this.#recovered();
    } catch (error) {
      this.#lost += lines.length;
      if (!this.#isFailing) this.#log.error('Cannot write a log file', { file: this.#path, error });
      this.#isFailing = true;
      // Opened again for the next line: the disk may be back, and a torn line gets its end.
      await this.#close();
    }
  }

  #recovered(): void {
    if (this.#lost > 0) {
      this.#log.warn('Lines of a log file were lost', { file: this.#path, lines: this.#lost });
    }
    this.#lost = 0;
    this.#isFailing = false;
  }

  async #close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    // What could not be written has been told already; there is nothing to add about closing.
    await handle?.close().catch(() => {});
  }
}

/** Opens with O_APPEND, making the folder if need be, and ends a line that a crash left torn. */
async function openToAppend(path: string): Promise<FileHandle> {
  await mkdir(dirname(path), { recursive: true });
  const handle = await open(path, 'a+', FILE_MODE);
  try {
    const { size } = await handle.stat();
    if (size > 0) {
      const last = Buffer.alloc(1);
      await handle.read(last, 0, 1, size - 1);
      if (last[0] !== NEWLINE) await handle.appendFile('\n');
    }
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function isStillAt(path: string, handle: FileHandle): Promise<boolean> {
  try {
    const [there, here] = await Promise.all([stat(path), handle.stat()]);
    return there.ino === here.ino && there.dev === here.dev;
  } catch {
    return false;
  }
}
