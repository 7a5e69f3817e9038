import type { ExpressionBuilder } from 'kysely';
import { Failure } from '../../base/failure.ts';
import type { ByteRange } from '../../base/range.ts';
import { Ranges } from '../../base/ranges.ts';
import type { Database, Query, Write } from '../../database/database.ts';
import type { SegmentRow, Tables, UploadRow } from '../../database/tables.ts';
import { takenOver } from '../claim.ts';
import { addReservation } from '../ledger.ts';

/** A part of an upload that somebody is about to send. */
export interface SegmentBeginning {
  readonly id: string;
  readonly uploadId: string;
  readonly range: ByteRange;
  readonly holder: string;
}

/**
 * The records of what comes of uploads in segments. One that is held is being sent; those that are
 * free are what has come, and do not touch one another. What has come without a gap from the
 * beginning on is the offset of the upload itself.
 */
export class SegmentRecords {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** What has come of an upload, durably, as far as its staged file goes. */
  async durable(upload: Pick<UploadRow, 'id' | 'offset'>, staged: number): Promise<Ranges> {
    const rows = await segmentsOf(this.#database.query, upload.id);
    const clipped = rows.map((row) => ({ ...row, offset: Math.min(row.offset, staged) }));
    return rangesOf(upload, clipped);
  }

  /** The parts of an upload that somebody sends now, those that touch `range` if one is given. */
  async held(uploadId: string, range?: ByteRange): Promise<readonly SegmentRow[]> {
    const rows = await segmentsOf(this.#database.query, uploadId);
    return rows.filter((row) => row.holder !== null && (!range || overlaps(row, range)));
  }

  /**
   * Lets somebody send a part, for which and all others room is reserved.
   * @param most into how many pieces the upload may be; each of them may grow
   * @throws Failure `locked` if somebody sends any of it; `upload-gone`, `quota-exceeded`
   */
  async begin({ id, uploadId, range, holder }: SegmentBeginning, most: number): Promise<void> {
    await this.#database.write(async (write) => {
      const upload = await stagedUpload(write, uploadId);
      const rows = await segmentsOf(write, uploadId);
      if (rows.some((row) => row.holder !== null && overlaps(row, range))) throw takenOver();
      if (rows.length >= most && !goesOn(upload, rows, range)) {
        const sentence = `This upload is in ${rows.length} pieces already: go on behind one of them`;
        throw new Failure('locked', sentence);
      }
      const missing = (upload.length ?? 0) - upload.base_bytes - upload.reserved_bytes;
      if (missing > 0) await addReservation(write, upload.home_id, upload, missing, 0);
      const { start, end: stop } = range;
      await write
        .insertInto('segments')
        .values({ id, upload_id: uploadId, start, offset: start, stop, holder })
        .execute();
    });
  }

  /** Records a checkpoint; durable when it resolves. @throws Failure `locked` if it is not held */
  async advance(id: string, offset: number, now: number): Promise<void> {
    await this.#database.write(async (write) => {
      const row = await write
        .updateTable('segments')
        .set({ offset })
        .where('id', '=', id)
        .where('holder', 'is not', null)
        .returning('upload_id')
        .executeTakeFirst();
      if (!row) throw takenOver();
      const upload = await stagedUpload(write, row.upload_id);
      const { prefix } = rangesOf(upload, await segmentsOf(write, upload.id));
      await write
        .updateTable('uploads')
        .set({ offset: prefix, touched_at: now })
        .where('id', '=', upload.id)
        .execute();
    });
    await this.#database.durable();
  }

  /** Says that nobody sends it now. */
  async release(id: string): Promise<void> {
    await this.#database.write(async (write) => {
      const row = await write
        .updateTable('segments')
        .set({ holder: null })
        .where('id', '=', id)
        .returning('upload_id')
        .executeTakeFirst();
      if (row) await joinFree(write, row.upload_id);
    });
  }

  /** The same for all that a process was sending which has died. */
  async releaseAllOf(process: string): Promise<void> {
    await this.#database.write(async (write) => {
      const rows = await write
        .updateTable('segments')
        .set({ holder: null })
        .where('holder', 'like', `${process}/%`)
        .returning('upload_id')
        .execute();
      for (const id of new Set(rows.map((row) => row.upload_id))) await joinFree(write, id);
    });
  }

  /** Asks those who send these to let go. */
  async ask(ids: readonly string[]): Promise<void> {
    await this.#database.write((write) =>
      write.updateTable('segments').set({ wanted: 1 }).where('id', 'in', ids).execute(),
    );
  }

  /** Those that somebody has asked for. */
  async wanted(): Promise<readonly string[]> {
    const rows = await this.#database.query
      .selectFrom('segments')
      .select('id')
      .where('wanted', '=', 1)
      .where('holder', 'is not', null)
      .execute();
    return rows.map((row) => row.id);
  }

  /** The uploads of which somebody sends a part. */
  async sent(): Promise<ReadonlySet<string>> {
    const rows = await this.#database.query
      .selectFrom('segments')
      .select('upload_id')
      .where('holder', 'is not', null)
      .execute();
    return new Set(rows.map((row) => row.upload_id));
  }

  /** Who sends anything at all. */
  async holders(): Promise<readonly string[]> {
    const rows = await this.#database.query
      .selectFrom('segments')
      .select('holder')
      .where('holder', 'is not', null)
      .execute();
    return rows.flatMap(({ holder }) => holder ?? []);
  }
}

/** For queries about uploads: true if nobody sends a part of it. */
export function isSentByNobody(is: ExpressionBuilder<Tables, 'uploads'>) {
  return is.not(
    is.exists(
      is
        .selectFrom('segments')
        .select('segments.id')
        .whereRef('segments.upload_id', '=', 'uploads.id')
        .where('segments.holder', 'is not', null),
    ),
  );
}

/** Whoever goes on in one stream drops what is behind a gap. */
export async function forgetSegments(write: Write, uploadId: string): Promise<void> {
  await write.deleteFrom('segments').where('upload_id', '=', uploadId).execute();
}

/** What is free is put together where it touches; when the last one is, what was reserved ahead goes back. */
async function joinFree(write: Write, uploadId: string): Promise<void> {
  const upload = await stagedUpload(write, uploadId);
  const rows = await segmentsOf(write, uploadId);
  const free = rows.filter((row) => row.holder === null);
  const come = rangesOf(upload, free);
  const [first] = free;
  if (first) {
    await write
      .deleteFrom('segments')
      .where('upload_id', '=', uploadId)
      .where('holder', 'is', null)
      .execute();
    const apart = come.all.filter(({ start }) => start > 0);
    for (const [index, { start, end }] of apart.entries()) {
      const id = free[index]?.id ?? first.id;
      await write
        .insertInto('segments')
        .values({ id, upload_id: uploadId, start, offset: end, stop: end, holder: null })
        .execute();
    }
  }
  if (free.length < rows.length) return;
  const surplus = upload.reserved_bytes - Math.max(0, come.bytes - upload.base_bytes);
  if (surplus > 0) await addReservation(write, upload.home_id, upload, -surplus, 0);
}

/** @throws Failure `upload-gone`, also if somebody sends it in one stream */
async function stagedUpload(write: Write, id: string): Promise<UploadRow> {
  const row = await write
    .selectFrom('uploads')
    .selectAll()
    .where('id', '=', id)
    .where('state', '=', 'staging')
    .where('holder', 'is', null)
    .executeTakeFirst();
  if (!row) throw new Failure('upload-gone', 'This upload is not there any more');
  return row;
}

function segmentsOf(query: Query, uploadId: string): Promise<SegmentRow[]> {
  return query
    .selectFrom('segments')
    .selectAll()
    .where('upload_id', '=', uploadId)
    .orderBy('start')
    .execute();
}

function rangesOf({ offset }: Pick<UploadRow, 'offset'>, rows: readonly SegmentRow[]): Ranges {
  const ranges = new Ranges();
  ranges.add({ start: 0, end: offset });
  for (const row of rows) ranges.add({ start: row.start, end: row.offset });
  return ranges;
}

/** True if the range begins where something ends that has come, and so makes no piece of its own. */
function goesOn({ offset }: UploadRow, rows: readonly SegmentRow[], { start }: ByteRange): boolean {
  return start === offset || rows.some((row) => row.holder === null && row.offset === start);
}

function overlaps({ start, stop }: SegmentRow, range: ByteRange): boolean {
  return start < range.end && stop > range.start;
}
