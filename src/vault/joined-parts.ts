import { Failure, failed } from '../base/failure.ts';
import type { Path } from '../base/path.ts';
import type { Write } from '../database/database.ts';
import type { JournalRow } from '../database/tables.ts';
import type { Entry } from '../storage/store.ts';
import type { HomeParts } from './context.ts';
import { changeOf } from './leftovers.ts';
import { removeFile, strike } from './name-changes.ts';

/**
 * Files whose bytes go into another one, and which are removed when that is committed. It is said
 * in the journal before: whoever mends after a crash removes them then, and until that is done
 * nobody joins them once more.
 */
export interface Part {
  readonly path: Path;
  readonly entry: Entry;
}

/** @throws Failure `locked` if one of them is being joined already */
export async function announceParts(
  { database, homeId, presence }: HomeParts,
  upload: string,
  files: readonly Part[],
): Promise<readonly JournalRow[]> {
  const rows = files.map(({ path, entry }) => ({
    home_id: homeId,
    process: presence.self,
    kind: 'part' as const,
    path,
    to_path: upload,
    object: entry.unique,
    version: entry.version,
    // The removal of each is a change of its own, which the ledger follows.
    bytes: 0,
    files: 0,
  }));
  const announced = await database.write(async (write) => {
    await refuseJoined(
      write,
      homeId,
      files.map(({ entry }) => entry),
    );
    return write.insertInto('journal').values(rows).returningAll().execute();
  });
  await database.durable();
  return announced;
}

/** @throws Failure `locked` if one of these is being joined already */
export async function refuseJoined(
  query: Pick<Write, 'selectFrom'>,
  homeId: number,
  files: readonly Entry[],
): Promise<void> {
  const objects = files.map(({ unique }) => unique);
  const row = await query
    .selectFrom('journal')
    .select('path')
    .where('home_id', '=', homeId)
    .where('kind', '=', 'part')
    .where('object', 'in', objects)
    .executeTakeFirst();
  if (row) throw new Failure('locked', 'One of these files is being joined already');
}

/** Removes them, now that their bytes are in the other file. What cannot be removed now, is later. */
export async function removeParts(parts: HomeParts, rows: readonly JournalRow[]): Promise<void> {
  for (const [index, row] of rows.entries()) {
    try {
      await settlePart(parts, row);
    } catch (error) {
      parts.leftovers.add(...rows.slice(index).map(changeOf));
      throw error;
    }
  }
}

/** The other file has not been committed, or nobody knows yet: what was announced is settled so. */
export async function keepParts(parts: HomeParts, rows: readonly JournalRow[]): Promise<void> {
  await removeParts(parts, rows).catch(() => {});
}

/** Does what was announced, if the other file is committed; takes it out of the journal. */
export async function settlePart(parts: HomeParts, row: JournalRow): Promise<void> {
  const { database } = parts;
  const upload = await database.query
    .selectFrom('uploads')
    .select('state')
    .where('id', '=', row.to_path ?? '')
    .executeTakeFirst();
  if (upload?.state === 'committing') {
    throw new Failure('storage-failed', 'It is not known yet whether the files are joined');
  }
  if (upload?.state === 'committed') await removeJoined(parts, row);
  await database.write((write) => strike(write, row.id));
}

/** A new version, which has come since, is not what was joined. */
async function removeJoined(parts: HomeParts, { path, version }: JournalRow): Promise<void> {
  try {
    await removeFile(parts, path as Path, version);
  } catch (error) {
    if (!failed(error, 'not-found', 'not-a-directory', 'is-a-directory')) throw error;
  }
}
