import { parseDigest } from '../base/digest.ts';
import { Failure } from '../base/failure.ts';
import { comparable, spellings } from '../base/name.ts';
import { type Spelled, spelled } from './spelled.ts';
import { type Path, child, nameOf, parentOf } from '../base/path.ts';
import type { Database, Write } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import type { UploadRow } from '../database/tables.ts';
import { type Claim, setHeld, takenOver } from './claim.ts';
import { addReservation } from './ledger.ts';
import type { Declared } from './placement.ts';
import { forgetSegments, isSentByNobody } from './segments/segment-records.ts';

/** An upload that has not been committed, as its record tells. */
export interface UploadRecord {
  readonly id: string;
  readonly homeId: number;
  readonly path: Path;
  readonly epoch: number;
  /** The version of the same name whose first bytes it began with. */
  readonly base: { readonly bytes: number; readonly version: string } | undefined;
  /** The durable offset, in bytes. */
  readonly offset: number;
  readonly declared: Declared;
  readonly createdAt: number;
  readonly touchedAt: number;
}

/** What else belongs to the same transaction. */
type Also = (write: Write) => Promise<void>;

/** The records of unfinished uploads. Offsets and sizes in bytes, times in ms since 1970. */
export class UploadRecords {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The newest upload to this name that can be resumed; one that has nothing durable yet, last. */
  async unfinished(homeId: number, path: Path): Promise<UploadRecord | undefined> {
    const [row] = (await UNFINISHED(this.#database.query, { homeId, ...spelled(path) })).rows;
    return row && toRecord(row);
  }

  /** All uploads into this folder with durable bytes, the newest of each name. */
  async inFolder(homeId: number, folder: Path): Promise<readonly UploadRecord[]> {
    const rows = await this.#resumable(homeId)
      .where('folder', 'in', spellings(folder))
      .where('offset', '>', 0)
      .orderBy('created_at')
      .execute();
    return [...new Map(rows.map((row) => [comparable(row.name), toRecord(row)])).values()];
  }

  /** Every upload that is not history: of one home, or of all. */
  async all(homeId?: number): Promise<readonly UploadRow[]> {
    const rows = this.#database.query
      .selectFrom('uploads')
      .selectAll()
      .where('state', '!=', 'committed')
      .orderBy('created_at');
    return (homeId === undefined ? rows : rows.where('home_id', '=', homeId)).execute();
  }

  async insert(
    write: Write,
    record: Omit<UploadRecord, 'epoch' | 'touchedAt'>,
    holder: string,
    more: Partial<UploadRow> = {},
  ): Promise<Claim> {
    await INSERT(write, {
      id: record.id,
      home_id: record.homeId,
      folder: parentOf(record.path),
      name: nameOf(record.path),
      state: 'staging',
      epoch: 1,
      holder,
      base_bytes: record.base?.bytes ?? 0,
      base_version: record.base?.version ?? null,
      offset: record.offset,
      length: record.declared.length ?? null,
      promised_algorithm: record.declared.digest?.algorithm ?? null,
      promised_hex: record.declared.digest?.hex ?? null,
      reserved_bytes: 0,
      reserved_files: 0,
      replaced_bytes: null,
      evidence: null,
      created_at: record.createdAt,
      touched_at: record.createdAt,
      ...more,
    });
    return { id: record.id, epoch: 1 };
  }

  /**
   * Gives whoever is going to continue this upload a new epoch: others who were about to do so too,
   * and have not begun, are strangers from now on.
   * @throws Failure `locked` if somebody writes it, or was faster
   */
  async renew(record: UploadRecord): Promise<UploadRecord> {
    const epoch = record.epoch + 1;
    const result = await this.#database.write((write) =>
      write
        .updateTable('uploads')
        .set({ epoch })
        .where('id', '=', record.id)
        .where('epoch', '=', record.epoch)
        .where('holder', 'is', null)
        .executeTakeFirst(),
    );
    if (result.numUpdatedRows === 0n) throw takenOver();
    return { ...record, epoch };
  }

  /**
   * Makes `holder` the one who writes, from `offset` on, and whoever did before a stranger.
   * @throws Failure `locked` if this is not the newest epoch any more; `upload-gone` if it is not
   *   there, or not that far
   */
  async claim(record: UploadRecord, offset: number, holder: string, now: number): Promise<Claim> {
    return this.#database.write(async (write) => {
      await checkNewest(write, record);
      const base = Math.min(record.base?.bytes ?? 0, offset);
      const row = await write
        .updateTable('uploads')
        .set((set) => ({
          epoch: set('epoch', '+', 1),
          holder,
          wanted: 0,
          base_bytes: base,
          offset,
          touched_at: now,
        }))
        .where('id', '=', record.id)
        .where('state', '=', 'staging')
        .where('holder', 'is', null)
        .where(isSentByNobody)
        .where('offset', '>=', offset)
        .returning(['epoch', 'reserved_bytes'])
        .executeTakeFirst();
      if (!row) throw new Failure('upload-gone', 'This upload is not there any more');
      const claim = { id: record.id, epoch: row.epoch };
      await addReservation(write, record.homeId, claim, offset - base - row.reserved_bytes, 0);
      await forgetSegments(write, record.id);
      await write
        .deleteFrom('checkpoints')
        .where('upload_id', '=', record.id)
        .where('offset', '>', offset)
        .execute();
      return claim;
    });
  }

  /** What a sender says about the whole replaces what an earlier one said. */
  async declare(claim: Claim, declared: Declared): Promise<void> {
    await this.#set(claim, {
      length: declared.length ?? null,
      promised_algorithm: declared.digest?.algorithm ?? null,
      promised_hex: declared.digest?.hex ?? null,
    });
  }

  /** Records a checkpoint; durable when it resolves. @throws Failure `locked` for an old epoch */
  async checkpoint(claim: Claim, offset: number, now: number): Promise<void> {
    await this.#set(claim, { offset, touched_at: now });
    await this.#database.durable();
  }

  /** Records the digest of a prefix, unless somebody else has written since. */
  async provePrefix(claim: Claim, offset: number, sha256: string): Promise<void> {
    await this.#database.write(async (write) => {
      const current = await write
        .selectFrom('uploads')
        .select('id')
        .where('id', '=', claim.id)
        .where('epoch', '=', claim.epoch)
        .where('state', '=', 'staging')
        .executeTakeFirst();
      if (!current) return;
      await write
        .insertInto('checkpoints')
        .values({ upload_id: claim.id, offset, sha256 })
        .onConflict((conflict) => conflict.doUpdateSet({ sha256 }))
        .execute();
    });
  }

  /** The longest prefix, not longer than `offset`, whose digest is known. */
  async provenPrefix(
    id: string,
    offset: number,
  ): Promise<{ readonly offset: number; readonly sha256: string } | undefined> {
    return this.#database.query
      .selectFrom('checkpoints')
      .select(['offset', 'sha256'])
      .where('upload_id', '=', id)
      .where('offset', '<=', offset)
      .orderBy('offset', 'desc')
      .executeTakeFirst();
  }

  /** Says that nobody writes it now, and why. */
  async release(claim: Claim, reason: string, also: Also): Promise<void> {
    await this.#set(claim, { holder: null, wanted: 0, evidence: reason }, also);
  }

  /** Says that nobody is to continue it; its first `offset` bytes stay until it expires. */
  async reject(claim: Claim, offset: number, reason: string, also: Also): Promise<void> {
    await this.#set(
      claim,
      { state: 'rejected', offset, holder: null, wanted: 0, evidence: reason },
      also,
    );
  }

  #resumable(homeId: number) {
    return this.#database.query
      .selectFrom('uploads')
      .selectAll()
      .where('home_id', '=', homeId)
      .where('state', '=', 'staging');
  }

  async #set(claim: Claim, values: Partial<UploadRow>, also?: Also): Promise<void> {
    await this.#database.write(async (write) => {
      await setHeld(write, claim, values);
      await also?.(write);
    });
  }
}

/** @throws Failure `locked` if somebody else has a newer epoch of this upload */
async function checkNewest(write: Write, { id, epoch }: Claim): Promise<void> {
  const newest = await write
    .selectFrom('uploads')
    .select('epoch')
    .where('id', '=', id)
    .executeTakeFirst();
  if (newest && newest.epoch !== epoch) throw takenOver();
}

/** What a record in the database says. */
export function toRecord(row: UploadRow): UploadRecord {
  const digest =
    row.promised_algorithm !== null && row.promised_hex !== null
      ? parseDigest(row.promised_algorithm, row.promised_hex)
      : undefined;
  return {
    id: row.id,
    homeId: row.home_id,
    path: child(row.folder as Path, row.name),
    epoch: row.epoch,
    base:
      row.base_version === null ? undefined : { bytes: row.base_bytes, version: row.base_version },
    offset: row.offset,
    declared: { ...(row.length !== null && { length: row.length }), ...(digest && { digest }) },
    createdAt: row.created_at,
    touchedAt: row.touched_at,
  };
}

const UNFINISHED = statement((on, given: Spelled & { readonly homeId: number }) =>
  on
    .selectFrom('uploads')
    .selectAll()
    .where('home_id', '=', given.homeId)
    .where('state', '=', 'staging')
    .where('folder', 'in', [given.folder, given.folderComposed, given.folderDecomposed])
    .where('name', 'in', [given.name, given.nameComposed, given.nameDecomposed])
    // Where both spellings are on the disk, each has its own.
    .orderBy((is) => is('name', '=', given.name), 'desc')
    .orderBy((is) => is('offset', '>', 0), 'desc')
    .orderBy('created_at', 'desc')
    .limit(1),
);

const INSERT = statement((on, given: Omit<UploadRow, 'wanted'>) =>
  on.insertInto('uploads').values({
    id: given.id,
    home_id: given.home_id,
    folder: given.folder,
    name: given.name,
    state: given.state,
    epoch: given.epoch,
    holder: given.holder,
    base_bytes: given.base_bytes,
    base_version: given.base_version,
    offset: given.offset,
    length: given.length,
    promised_algorithm: given.promised_algorithm,
    promised_hex: given.promised_hex,
    reserved_bytes: given.reserved_bytes,
    reserved_files: given.reserved_files,
    replaced_bytes: given.replaced_bytes,
    evidence: given.evidence,
    created_at: given.created_at,
    touched_at: given.touched_at,
  }),
);
