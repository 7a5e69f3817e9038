import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import { moduleUrl } from '../../base/module-url.ts';

/**
 * `passive` does as much as it can while others go on; `restart` makes them wait, so that the log
 * begins anew (https://www.sqlite.org/pragma.html#pragma_wal_checkpoint).
 */
export type CheckpointMode = 'passive' | 'restart';

/** Pages in the log, not yet where they belong, that are worth a checkpoint: SQLite's own number. */
const ENOUGH_PAGES = 1000;

/** Pages in the log at which those who write wait until it can begin anew: with one transaction more, its largest. */
const MOST_PAGES = 4000;

/** The thread ends when it has had nothing to do for so long, in milliseconds. */
const IDLE_MS = 10_000;

/** What `pragma wal_checkpoint(noop)` tells, in pages. */
interface LogState {
  readonly log: number;
  readonly checkpointed: number;
}

/**
 * Checkpoints of the write-ahead log, made by a thread: they write and sync the database, for which
 * the event loop would have to wait. A log that is written all the time comes to its end only while
 * nobody writes, so that those who want to wait for the rest, which is short.
 */
export class Checkpoints implements AsyncDisposable {
  readonly #raw: DatabaseSync;
  readonly #file: string;
  readonly #look: StatementSync;
  #worker: Worker | undefined;
  #running: Promise<void> | undefined;
  #gate: Promise<void> | undefined;
  #isLeftToSqlite = false;
  #idle: NodeJS.Timeout | undefined;

  /** @param raw the event loop's connection, which makes none from now on */
  constructor(raw: DatabaseSync, file: string) {
    this.#raw = raw;
    this.#file = file;
    raw.exec('pragma wal_autocheckpoint = 0');
    this.#look = raw.prepare('pragma wal_checkpoint(noop)');
  }

  /** What a transaction has to wait for before it begins; never rejects. */
  get gate(): Promise<void> | undefined {
    return this.#gate;
  }

  /** Looks whether one is due; takes microseconds. To be called after each transaction. */
  keepUp(): void {
    if (this.#isLeftToSqlite) return;
    const { log, checkpointed } = this.#state();
    if (log - checkpointed >= ENOUGH_PAGES) this.#running ??= this.#run();
    if (log >= MOST_PAGES) this.#gate ??= this.#running;
  }

  /** The database can be closed by the last connection to it then. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running;
    clearTimeout(this.#idle);
    await this.#worker?.terminate();
  }

  async #run(): Promise<void> {
    try {
      await this.#make('passive');
      if (this.#state().log < MOST_PAGES) return;
      const restarted = this.#make('restart');
      this.#gate ??= restarted.catch(() => {});
      await restarted;
    } catch {
      // No thread can be had: then it takes the event loop's time.
      this.#isLeftToSqlite = true;
      this.#raw.exec(`pragma wal_autocheckpoint = ${ENOUGH_PAGES}`);
    } finally {
      this.#running = undefined;
      this.#gate = undefined;
      this.#idle?.refresh();
    }
  }

  #make(mode: CheckpointMode): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const worker = (this.#worker ??= this.#start());
    const lost = (error?: unknown): void =>
      reject(error instanceof Error ? error : new Error('The thread has ended'));
    worker.once('error', lost).once('exit', lost);
    worker.once('message', () => {
      worker.off('error', lost).off('exit', lost);
      resolve();
    });
    worker.postMessage(mode);
    return promise;
  }

  #start(): Worker {
    const worker = new Worker(moduleUrl(new URL('./checkpoint-worker.ts', import.meta.url)), {
      workerData: this.#file,
    });
    worker.unref();
    worker.on('error', () => {});
    const forget = (): void => {
      if (this.#worker === worker) this.#worker = undefined;
    };
    worker.on('exit', forget);
    this.#idle = setTimeout(() => {
      if (this.#running) return;
      forget();
      void worker.terminate();
    }, IDLE_MS).unref();
    return worker;
  }

  #state(): LogState {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the columns are as documented
    return this.#look.get() as unknown as LogState;
  }
}
