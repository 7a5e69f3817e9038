import { Failure } from '../base/failure.ts';
import { MiB, formatSize } from '../base/size.ts';
import type { Database, Query, Write } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import type { HomeRow } from '../database/tables.ts';
import type { Entry } from '../storage/store.ts';
import { type Claim, takenOver } from './claim.ts';
import type { Declared } from './placement.ts';

/** The most that is reserved ahead of the bytes themselves. */
const MAX_STEP_BYTES = 16 * MiB;

/** What part of the room that is left one upload may reserve ahead. */
const STEP_SHARE = 1 / 64;

/** Limits of one home; undefined means unlimited, 0 means nothing. */
export interface Limits {
  readonly bytes: number | undefined;
  readonly files: number | undefined;
  /** The size of one file. */
  readonly fileBytes: number | undefined;
}

/** Used counts what is committed and what is set aside for unfinished uploads. */
export interface Usage {
  readonly bytes: number;
  readonly files: number;
  readonly limits: Limits;
}

/**
 * The quota ledger. Its numbers change only in the transaction that changes the thing they count,
 * and a reservation is granted only in a transaction that sees all others: it cannot be overrun.
 */
export class Ledger {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async usage(homeId: number): Promise<Usage> {
    return usageOf(await readHome(this.#database.query, homeId));
  }

  /**
   * Sets room aside for an upload.
   * @param needed bytes that are about to be stored beyond what is reserved already
   * @returns bytes granted: `needed` or some more, less only where that is all the room there is
   */
  async reserve(homeId: number, claim: Claim, needed: number): Promise<number> {
    return this.#database.write(async (write) => {
      const home = await readHome(write, homeId);
      const room = roomIn(usageOf(home));
      // Smaller steps near the limit: parallel uploads must not hold room they will not need.
      const step = Math.min(MAX_STEP_BYTES, Math.floor(room * STEP_SHARE));
      const granted = Math.min(room, Math.max(needed, step));
      if (granted > 0) await addReservation(write, homeId, claim, granted, 0);
      return granted;
    });
  }
}

/** Bytes that may still be set aside; Infinity if there is no limit. */
export function roomIn(usage: Usage): number {
  return usage.limits.bytes === undefined
    ? Number.POSITIVE_INFINITY
    : Math.max(0, usage.limits.bytes - usage.bytes);
}

/**
 * Adds to, or with negative numbers takes from, what an upload has reserved.
 * @throws Failure `quota-exceeded` if more is added than there is room for; `locked` for an old epoch
 */
export async function addReservation(
  write: Write,
  homeId: number,
  claim: Claim,
  bytes: number,
  files: number,
): Promise<void> {
  if (bytes === 0 && files === 0) return;
  if (bytes > 0 || files > 0) checkRoom(usageOf(await readHome(write, homeId)), bytes, files);
  const held = await write
    .updateTable('uploads')
    .set((set) => ({
      reserved_bytes: set('reserved_bytes', '+', bytes),
      reserved_files: set('reserved_files', '+', files),
    }))
    .where('id', '=', claim.id)
    .where('epoch', '=', claim.epoch)
    // What is committed has given back all it had.
    .where('state', '!=', 'committed')
    .executeTakeFirst();
  if (held.numUpdatedRows === 0n) throw takenOver();
  await addReserved(write, homeId, { bytes, files });
}

/** @throws Failure `quota-exceeded` if this much more is more than the home may hold */
export function checkRoom(usage: Usage, bytes: number, files: number): void {
  if (bytes > roomIn(usage)) throw quotaReached(usage.limits);
  if (files > 0 && usage.limits.files !== undefined && usage.files + files > usage.limits.files) {
    throw new Failure('quota-exceeded', `The quota of ${usage.limits.files} files is reached`);
  }
}

/** @throws Failure `quota-exceeded` if a file of this size is larger than one may be */
export function checkFileSize(limits: Limits, size: number): void {
  if (limits.fileBytes !== undefined && size > limits.fileBytes) throw fileTooLarge(limits);
}

/**
 * What can be said before the first byte comes.
 * @param stored bytes of the upload that goes on, which have their room already
 * @throws Failure `quota-exceeded` if the upload can never fit
 */
export function checkBeginning(
  usage: Usage,
  start: number,
  { length }: Declared,
  newFiles: 0 | 1,
  stored?: number,
): void {
  const wanted = (length ?? start) - (stored ?? start);
  checkFileSize(usage.limits, length ?? start);
  checkRoom(usage, Math.max(0, wanted), newFiles);
  // One that goes on may have all its bytes, and needs only to be completed.
  const isNew = stored === undefined;
  if (isNew && roomIn(usage) === 0 && length === undefined) checkRoom(usage, 1, newFiles);
}

export function quotaReached(limits: Limits): Failure {
  return new Failure('quota-exceeded', `The quota of ${formatSize(limits.bytes ?? 0)} is reached`);
}

export function fileTooLarge(limits: Limits): Failure {
  const most = formatSize(limits.fileBytes ?? 0);
  return new Failure('quota-exceeded', `A file cannot be larger than ${most} here`);
}

/** Bytes and files, of whatever. */
export interface Amount {
  readonly bytes: number;
  readonly files: number;
}

/**
 * The ledger with room set aside for all of an upload.
 * @throws Failure `quota-exceeded`
 */
export function withReserved(home: HomeRow, { bytes, files }: Amount): HomeRow {
  const usage = usageOf(home);
  checkFileSize(usage.limits, bytes);
  checkRoom(usage, bytes, files);
  return {
    ...home,
    reserved_bytes: home.reserved_bytes + bytes,
    reserved_files: home.reserved_files + files,
  };
}

/** The ledger when what was set aside is given back, and what has become of it is committed. */
export function withSettled(home: HomeRow, reserved: Amount, committed: Amount): HomeRow {
  return {
    ...home,
    reserved_bytes: home.reserved_bytes - reserved.bytes,
    reserved_files: home.reserved_files - reserved.files,
    // What others removed by hand cannot make it negative.
    committed_bytes: Math.max(0, home.committed_bytes + committed.bytes),
    committed_files: Math.max(0, home.committed_files + committed.files),
  };
}

/** Adds to what is committed, or takes from it. */
export async function addCommitted(
  write: Write,
  homeId: number,
  bytes: number,
  files: number,
): Promise<void> {
  const home = await readHome(write, homeId);
  await writeHome(write, withSettled(home, { bytes: 0, files: 0 }, { bytes, files }));
}

/** Writes the amounts of a ledger, read in the same transaction. */
export async function writeHome(write: Write, home: HomeRow): Promise<void> {
  await SET_AMOUNTS(write, home);
}

const SET_AMOUNTS = statement((on, given: HomeRow) =>
  on
    .updateTable('homes')
    .set({
      reserved_bytes: given.reserved_bytes,
      reserved_files: given.reserved_files,
      committed_bytes: given.committed_bytes,
      committed_files: given.committed_files,
    })
    .where('id', '=', given.id),
);

/** Takes an upload's record out of the ledger, as part of ending it. */
export async function releaseReservation(
  write: Write,
  homeId: number,
  { bytes, files }: Amount,
): Promise<void> {
  await addReserved(write, homeId, { bytes: -bytes, files: -files });
}

async function addReserved(write: Write, homeId: number, { bytes, files }: Amount): Promise<void> {
  await ADD_RESERVED(write, { homeId, bytes, files });
}

const ADD_RESERVED = statement((on, given: Amount & { readonly homeId: number }) =>
  on
    .updateTable('homes')
    .set((set) => ({
      reserved_bytes: set('reserved_bytes', '+', given.bytes),
      reserved_files: set('reserved_files', '+', given.files),
    }))
    .where('id', '=', given.homeId),
);

/** True for what the ledger counts: a file, not a link to one, which is counted where it is. */
export function isCounted(entry: Entry): boolean {
  return entry.kind === 'file' && !entry.linked;
}

export function usageOf(home: HomeRow): Usage {
  return {
    bytes: home.committed_bytes + home.reserved_bytes,
    files: home.committed_files + home.reserved_files,
    limits: {
      bytes: home.quota_bytes ?? undefined,
      files: home.quota_files ?? undefined,
      fileBytes: home.max_file_bytes ?? undefined,
    },
  };
}

/** @throws Failure `forbidden` if it is not there any more */
export async function readHome(query: Query, homeId: number): Promise<HomeRow> {
  const [home] = (await HOME(query, { homeId })).rows;
  if (!home) throw new Failure('forbidden', 'This home is not there any more');
  return home;
}

const HOME = statement((on, given: { readonly homeId: number }) =>
  on.selectFrom('homes').selectAll().where('id', '=', given.homeId),
);
