import { constants, fstatSync, writeSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely } from 'kysely';
import { Failure, failed } from '../../base/failure.ts';
import { GroupSync } from '../../base/group-sync.ts';
import { MiB } from '../../base/size.ts';
import type { Database, Query, Write } from '../database.ts';
import { type Direct, runDirectly } from '../statement.ts';
import type { Tables } from '../tables.ts';
import { Checkpoints } from './checkpoints.ts';
import { NodeSqliteDialect, direct, isBusy } from './dialect.ts';
import { syncFolder, writeCopy } from './copy.ts';
import { type MigrateOptions, migrate } from './migrate.ts';

/** How long opening waits for others that are opening or writing. */
const OPEN_TIMEOUT_MS = 10_000;

/** How long it waits before it tries again. */
const OPEN_AGAIN_MS = 10;

/** How long a query may hold up the event loop for another process; transactions ask again later. */
const BUSY_TIMEOUT_MS = 5;

/**
 * Room that the write-ahead log keeps on the disk: 1000 pages, after which there is a checkpoint
 * (checkpoints.ts), and those of one large transaction.
 */
const RESERVE_BYTES = 4.5 * MiB;

/** SQLITE_FULL, https://www.sqlite.org/rescode.html#full */
const SQLITE_FULL = 13;

/** How the records are opened. */
export interface OpenOptions extends MigrateOptions {
  /**
   * False leaves it to the system when what is written reaches the disk, and `durable` promises
   * nothing: for measuring.
   */
  readonly syncs?: boolean;
}

/**
 * SQLite in one file.
 *
 * Durability: the journal is a write-ahead log and `synchronous` is NORMAL, so a commit writes its
 * pages to the log but does not sync it (https://www.sqlite.org/pragma.html#pragma_synchronous);
 * {@link durable} does, off the event loop and once for all who wait. That is what FULL adds to
 * NORMAL in WAL mode; a checkpoint of the log syncs by itself in both, and is made by a thread.
 */
export class Sqlite implements Database {
  readonly query: Query;
  readonly #sync: GroupSync;
  readonly #log: FileHandle | undefined;
  readonly #raw: DatabaseSync;
  readonly #checkpoints: Checkpoints | undefined;
  readonly #direct: Direct;
  /** Asked at every login: to prepare it takes longer than to run it. */
  readonly #dataVersion: StatementSync;

  private constructor(
    raw: DatabaseSync,
    query: Query,
    log: FileHandle | undefined,
    { checkpoints, syncs = true }: { checkpoints?: Checkpoints; syncs?: boolean } = {},
  ) {
    this.#raw = raw;
    this.#checkpoints = checkpoints;
    this.#dataVersion = raw.prepare('pragma data_version');
    this.#dataVersion.setReturnArrays(true);
    this.query = query;
    this.#direct = direct(raw);
    this.#log = log;
    let lost: Failure | undefined;
    this.#sync = new GroupSync(async () => {
      if (lost) throw lost;
      try {
        if (syncs) await log?.datasync();
      } catch (error) {
        // The system tells of what it could not write once, and then takes it for written (fsync(2)).
        // Only a start that reads the log again knows what is in it.
        const sentence = 'The records cannot be made durable until the server is started again';
        lost = new Failure('storage-failed', sentence, { cause: error });
        throw lost;
      }
    });
  }

  /**
   * Opens the database, making and migrating it if need be.
   * @param file a path, or `:memory:` for one that is gone when it is closed.
   * @throws Failure `storage-failed` if it is newer than this program, or cannot be migrated
   */
  static async open(file: string, options: OpenOptions = {}): Promise<Sqlite> {
    const { syncs = true } = options;
    const raw = new DatabaseSync(file, {
      timeout: BUSY_TIMEOUT_MS,
      enableForeignKeyConstraints: true,
    });
    await patiently(() =>
      raw.exec(`pragma journal_mode = wal; pragma synchronous = ${syncs ? 'normal' : 'off'};`),
    );
    const query = new Kysely<Tables>({ dialect: new NodeSqliteDialect(raw) });
    try {
      await upToDate(query, raw, file, options);
    } catch (error) {
      await query.destroy();
      throw error;
    }
    if (file === ':memory:') return new Sqlite(raw, query, undefined);
    const log = await openLog(file);
    reserve(raw, log.fd);
    return new Sqlite(raw, query, log, { checkpoints: new Checkpoints(raw, file), syncs });
  }

  async write<T>(work: (transaction: Write) => Promise<T>): Promise<T> {
    await this.#checkpoints?.gate;
    try {
      const result = await this.query.transaction().execute((write) => {
        runDirectly(write, this.#direct);
        return work(write);
      });
      this.#checkpoints?.keepUp();
      return result;
    } catch (error) {
      const failure = translated(error);
      if (failed(failure, 'storage-full')) this.#beginLogAnew();
      throw failure;
    }
  }

  durable(): Promise<void> {
    return this.#sync.request();
  }

  async check(): Promise<void> {
    const row = this.#raw.prepare('pragma quick_check(1)').get();
    const verdict = String(row?.['quick_check']);
    if (verdict === 'ok') return;
    throw new Failure(
      'storage-failed',
      `The records in ${this.#raw.location()} are damaged (${verdict}): put a backup in their place`,
    );
  }

  async backup(file: string): Promise<void> {
    await writeCopy(this.#raw, file);
  }

  async outsideChanges(): Promise<number> {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as it was told to
    const [version] = this.#dataVersion.get() as unknown as readonly [number];
    return version;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#checkpoints?.[Symbol.asyncDispose]();
    await this.query.destroy();
    await this.#log?.close();
  }

  /** What is in the log goes to where it belongs, as far as that has room: then the log has room. */
  #beginLogAnew(): void {
    try {
      this.#raw.exec('pragma wal_checkpoint(passive)');
    } catch {
      // Nothing has changed: the transaction that did not fit has been told so already.
    }
  }
}

/** Does it when no other opening or writing is in the way: also none of this very process. */
async function patiently(work: () => void): Promise<void> {
  const end = performance.now() + OPEN_TIMEOUT_MS;
  for (;;) {
    try {
      work();
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() > end) throw error;
      await sleep(OPEN_AGAIN_MS);
    }
  }
}

/** All in one transaction: what fails has changed nothing. */
async function upToDate(
  query: Query,
  raw: DatabaseSync,
  file: string,
  options: MigrateOptions,
): Promise<void> {
  await patiently(() => raw.exec('begin immediate'));
  try {
    await migrate(query, raw, file, options);
    raw.exec('commit');
  } catch (error) {
    if (raw.isTransaction) raw.exec('rollback');
    throw error;
  }
}

/** The write-ahead log stays the same file for as long as the database is open. */
async function openLog(file: string): Promise<FileHandle> {
  const log = await open(`${file}-wal`, constants.O_RDWR);
  // A log whose name is not durable would be lost with all it holds.
  await syncFolder(dirname(file));
  return log;
}

/**
 * Gives the log its room before it needs it. Where the disk is full, what makes room needs records:
 * a file cannot be removed without one. Bytes behind its last frame mean nothing to SQLite; nobody
 * writes frames while we hold the write lock.
 */
function reserve(raw: DatabaseSync, log: number): void {
  try {
    raw.exec('begin immediate');
    try {
      const { size } = fstatSync(log);
      const missing = Math.max(0, RESERVE_BYTES - size);
      if (missing > 0) writeSync(log, Buffer.alloc(missing), 0, missing, size);
    } finally {
      raw.exec('rollback');
    }
  } catch {
    // Busy, then somebody else sees to it; or full, then it is too late.
  }
}

function translated(error: unknown): unknown {
  if (!(error instanceof Error) || !('errcode' in error)) return error;
  return error.errcode === SQLITE_FULL
    ? new Failure('storage-full', 'The disk is full', { cause: error })
    : new Failure('storage-failed', 'The records cannot be written', { cause: error });
}
