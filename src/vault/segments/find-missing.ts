import { spellings } from '../../base/name.ts';
import { type Path, nameOf, parentOf } from '../../base/path.ts';
import type { ByteRange } from '../../base/range.ts';
import type { UploadRow } from '../../database/tables.ts';
import type { Held, Promised } from '../by-content.ts';
import type { HomeParts } from '../context.ts';

/** What of a promised whole has not come. */
export interface Missing {
  /** None only if the file is under its name now. */
  readonly ranges: readonly ByteRange[];
  /** The upload that they belong to, if there are any. */
  readonly uploadId?: string;
  /** How the file has come to be there just now. */
  readonly made?: string;
}

interface Making {
  /** As for one stream: makes use of what is here, and completes what is whole. */
  readonly expect: () => Promise<Held>;
  /** Makes an upload of which nothing has come. @returns its id */
  readonly begin: () => Promise<string>;
}

/**
 * Finds out what of a whole has to come yet; those who send parts of it go on, with what they have
 * sent made durable. What has come whole is verified and published.
 * @throws Failure as `Home.expect` does
 */
export async function findMissing(
  parts: HomeParts,
  path: Path,
  promise: Promised,
  { expect, begin }: Making,
): Promise<Missing> {
  const before = await comingHere(parts, path, promise);
  const isWhole = before?.ranges.length === 0;
  if (before && !isWhole) return before;
  const { bytes, made } = await expect();
  if (bytes === promise.length) return { ranges: [], ...(made !== undefined && { made }) };
  const attached = await comingHere(parts, path, promise);
  if (attached && attached.ranges.length > 0) return attached;
  return { ranges: [{ start: 0, end: promise.length }], uploadId: await begin() };
}

/** What is missing of the newest upload to this name with this promise that nobody sends in one stream. */
async function comingHere(
  parts: HomeParts,
  path: Path,
  promise: Promised,
): Promise<Missing | undefined> {
  for (const { id } of await promisedHere(parts, path, promise)) {
    const senders = parts.writers.segmentsOf(id);
    await Promise.all(senders.map((sender) => sender.flush().catch(() => {})));
    const row = await rowOf(parts, id);
    const staged = await parts.tree.stagedSize(id);
    // A disk that is away for a while may bring it back.
    if (!row || staged === undefined || staged < row.offset) continue;
    const come = await parts.segments.durable(row, staged);
    return { ranges: come.missing({ start: 0, end: promise.length }), uploadId: id };
  }
  return undefined;
}

function promisedHere({ database, homeId }: HomeParts, path: Path, promise: Promised) {
  const { length, digest } = promise;
  return database.query
    .selectFrom('uploads')
    .select('id')
    .where('home_id', '=', homeId)
    .where('folder', 'in', spellings(parentOf(path)))
    .where('name', 'in', spellings(nameOf(path)))
    .where('state', '=', 'staging')
    .where('holder', 'is', null)
    .where('length', '=', length)
    .where('promised_algorithm', '=', digest.algorithm)
    .where('promised_hex', '=', digest.hex)
    .orderBy('created_at', 'desc')
    .execute();
}

function rowOf({ database }: HomeParts, id: string): Promise<UploadRow | undefined> {
  return database.query.selectFrom('uploads').selectAll().where('id', '=', id).executeTakeFirst();
}
