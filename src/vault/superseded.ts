import { spellings } from '../base/name.ts';
import type { Path } from '../base/path.ts';
import { nameOf, parentOf } from '../base/path.ts';
import type { Query } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import type { HomeParts } from './context.ts';
import { releaseReservation } from './ledger.ts';
import { type Spelled, isSpelledAlike, spelled } from './spelled.ts';
import { isSentByNobody } from './segments/segment-records.ts';
import type { VaultEvent } from './vault-event.ts';

/**
 * Forgets an upload that is not to be continued: its reservation, its record, its bytes.
 * @param how.event why, if that is worth telling
 * @param how.isFree only if nobody writes it
 * @returns false if there is none that can be dropped: what is being committed is left alone
 */
export async function dropUpload(
  parts: HomeParts,
  id: string,
  how: { readonly event?: VaultEvent; readonly isFree?: true } = {},
): Promise<boolean> {
  const { event } = how;
  const isDropped = await parts.database.write(async (write) => {
    const drop = write
      .deleteFrom('uploads')
      .where('id', '=', id)
      .where('state', 'in', ['staging', 'rejected']);
    const row = await (how.isFree ? drop.where('holder', 'is', null).where(isSentByNobody) : drop)
      .returning(['reserved_bytes', 'reserved_files'])
      .executeTakeFirst();
    if (!row) return false;
    await releaseReservation(write, parts.homeId, {
      bytes: row.reserved_bytes,
      files: row.reserved_files,
    });
    if (event) await parts.chronicle.note(write, event, parts.clock.now());
    return true;
  });
  if (!isDropped) return false;
  if (event) parts.chronicle.tell(event);
  // The record goes first, durably: a staged file that nobody remembers is swept up, and a record
  // that a power cut brought back without its bytes could never be continued.
  try {
    await parts.database.durable();
    await parts.tree.dropStaged(id);
  } catch (error) {
    parts.log.warn('A staged file could not be removed: it is tried again', { id, error });
    parts.leftovers.add({ kind: 'staged', homeId: parts.homeId });
  }
  return true;
}

/** Drops the earlier uploads to this name that nobody is writing: a newer one has taken their place. */
export async function dropEarlier(parts: HomeParts, path: Path, id: string): Promise<void> {
  const { database, homeId } = parts;
  const names = spelled(path);
  const find = isSpelledAlike(names) ? EARLIER_ALIKE : EARLIER;
  const earlier = await find(database.query, { homeId, id, ...names });
  for (const upload of earlier.rows) await dropUpload(parts, upload.id, { isFree: true });
}

/** True if a later upload to the same name already has durable bytes of its own. */
export async function hasLater(parts: HomeParts, path: Path, id: string): Promise<boolean> {
  const later = await parts.database.query
    .selectFrom('uploads')
    .select('id')
    .where('home_id', '=', parts.homeId)
    .where('folder', 'in', spellings(parentOf(path)))
    .where('name', 'in', spellings(nameOf(path)))
    .where('state', '=', 'staging')
    .where('offset', '>', 0)
    .where('id', '!=', id)
    .where('created_at', '>', (one) =>
      one.selectFrom('uploads as mine').select('mine.created_at').where('mine.id', '=', id),
    )
    .executeTakeFirst();
  return later !== undefined;
}

interface Newer extends Spelled {
  readonly homeId: number;
  readonly id: string;
}

const EARLIER = statement((on, given: Newer) =>
  earlierThan(on, given)
    .where('folder', 'in', [given.folder, given.folderComposed, given.folderDecomposed])
    .where('name', 'in', [given.name, given.nameComposed, given.nameDecomposed]),
);

const EARLIER_ALIKE = statement((on, given: Newer) =>
  earlierThan(on, given).where('folder', '=', given.folder).where('name', '=', given.name),
);

function earlierThan(on: Query, given: Newer) {
  return on
    .selectFrom('uploads')
    .select('id')
    .where('home_id', '=', given.homeId)
    .where('state', 'in', ['staging', 'rejected'])
    .where('holder', 'is', null)
    .where('id', '!=', given.id)
    .where('created_at', '<=', (one) =>
      one.selectFrom('uploads as mine').select('mine.created_at').where('mine.id', '=', given.id),
    );
}
