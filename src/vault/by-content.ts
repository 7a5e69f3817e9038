import { spellings } from '../base/name.ts';
import { type Path, child, nameOf, parentOf } from '../base/path.ts';
import type { UploadRow } from '../database/tables.ts';
import { statOrUndefined } from './target.ts';
import type { HomeParts } from './context.ts';
import type { Declared } from './placement.ts';
import { hasItsBytes } from './resumable.ts';
import { isSentByNobody } from './segments/segment-records.ts';
import { takeOver } from './takeover.ts';
import { type UploadRecord, toRecord } from './upload-records.ts';

/** A sender's word for a whole file: its length in bytes and its digest. */
export type Promised = Required<Declared>;

/** What is here already of a promised whole. */
export interface Held {
  /** How many bytes need not be sent: all of them only if the file is under its name now. */
  readonly bytes: number;
  /** How it has come to be there just now without a byte being sent, for records and logs. */
  readonly made?: string;
}

/** True if the file at `path` is what is promised, as far as its record tells. */
export async function isThere(parts: HomeParts, path: Path, promise: Promised): Promise<boolean> {
  const entry = await statOrUndefined(parts, path);
  if (entry?.kind !== 'file' || entry.size !== promise.length) return false;
  const { algorithm, hex } = promise.digest;
  return (await parts.digests.find(parts.homeId, path, entry.version, algorithm)) === hex;
}

/** A file of this home, under any name, that is what is promised. Never looks into another home. */
export async function findCopy(parts: HomeParts, promise: Promised): Promise<Path | undefined> {
  const rows = await parts.database.query
    .selectFrom('digests')
    .select(['folder', 'name'])
    .where('home_id', '=', parts.homeId)
    .where('algorithm', '=', promise.digest.algorithm)
    .where('hex', '=', promise.digest.hex)
    .execute();
  for (const { folder, name } of rows) {
    const path = child(folder as Path, name);
    if (await isThere(parts, path, promise)) return path;
  }
  return undefined;
}

/**
 * Gives the unfinished upload with the same promise that has come farthest this name, whatever it
 * was called; whoever writes it lets go, and whoever was about to finds it gone.
 */
export async function attachUnfinished(
  parts: HomeParts,
  path: Path,
  promise: Promised,
): Promise<UploadRecord | undefined> {
  for (;;) {
    const found = await farthest(parts, path, promise);
    if (!found) return undefined;
    await takeOver(parts, found.id);
    const row = await rename(parts, found.id, path);
    // Somebody has begun to write it meanwhile, or has ended it.
    if (!row) continue;
    await parts.database.durable();
    const record = toRecord(row);
    return (await hasItsBytes(parts, record)) ? record : undefined;
  }
}

function rename(parts: HomeParts, id: string, path: Path): Promise<UploadRow | undefined> {
  return parts.database.write((write) =>
    write
      .updateTable('uploads')
      .set((set) => ({
        folder: parentOf(path),
        name: nameOf(path),
        // The newest upload to a name is the one that goes on; whoever was about to go on under
        // its old name is not any more.
        created_at: parts.clock.now(),
        epoch: set('epoch', '+', 1),
      }))
      .where('id', '=', id)
      .where('state', '=', 'staging')
      .where('holder', 'is', null)
      .where(isSentByNobody)
      .returningAll()
      .executeTakeFirst(),
  );
}

function farthest(parts: HomeParts, path: Path, { length, digest }: Promised) {
  return (
    parts.database.query
      .selectFrom('uploads')
      .select('id')
      .where('home_id', '=', parts.homeId)
      .where('state', '=', 'staging')
      .where('length', '=', length)
      // What has outgrown its promise cannot keep it.
      .where('offset', '<=', length)
      .where('promised_algorithm', '=', digest.algorithm)
      .where('promised_hex', '=', digest.hex)
      // One that is being written under another name is left to whoever writes it.
      .where((is) =>
        is.or([
          is.and([is('holder', 'is', null), isSentByNobody(is)]),
          is.and([
            is('folder', 'in', spellings(parentOf(path))),
            is('name', 'in', spellings(nameOf(path))),
          ]),
        ]),
      )
      .orderBy('offset', 'desc')
      .executeTakeFirst()
  );
}
