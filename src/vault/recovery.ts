import { failed } from '../base/failure.ts';
import { type Path, child } from '../base/path.ts';
import type { UploadRow } from '../database/tables.ts';
import { settle, statOrUndefined } from './commit.ts';
import type { HomeParts, VaultParts } from './context.ts';
import { settleChange, strike } from './name-changes.ts';

/** What start-up found and mended. */
export interface Recovered {
  readonly commits: number;
  readonly changes: number;
  readonly unfinished: number;
}

/**
 * Mends what the end of an earlier process has left: commits and changes of names that were
 * announced and not settled are redone or struck out, and reservations shrink to what is durable.
 * Its time grows with the number of unfinished things, not with the size or number of files.
 */
export async function recover(
  parts: VaultParts,
  open: (homeId: number) => Promise<HomeParts>,
): Promise<Recovered> {
  const uploads = await parts.records.all();
  const committing = uploads.filter((row) => row.state === 'committing');
  for (const row of committing) await finishCommit(await open(row.home_id), row);

  const journal = await parts.database.query.selectFrom('journal').selectAll().execute();
  for (const row of journal) {
    const home = await open(row.home_id);
    const entry = await statOrUndefined(home, row.path as Path);
    // Nobody was told that it is done: what is still there under its old name stays there.
    if (entry?.version === row.version)
      await parts.database.write((write) => strike(write, row.id));
    else await settleChange(home, row);
  }

  await settleReservations(parts);
  await parts.database.durable();
  return {
    commits: committing.length,
    changes: journal.length,
    unfinished: uploads.length - committing.length,
  };
}

/** Only the rename takes the staged file away: if it is there still, the rename is made now. */
async function finishCommit(parts: HomeParts, row: UploadRow): Promise<void> {
  const claim = { id: row.id, epoch: row.epoch };
  const path = child(row.folder as Path, row.name);
  try {
    const entry = await parts.tree.publish(row.id, path);
    await settle(parts, claim, path, entry, undefined);
  } catch (error) {
    if (!failed(error, 'upload-gone')) return handBack(parts, row, error);
    const entry = await statOrUndefined(parts, path);
    // Renamed, and removed or replaced by hand since: the audit finds what that means for the ledger.
    const published = entry ?? { ...NOTHING, name: row.name, size: row.offset };
    await settle(parts, claim, path, published, undefined);
  }
}

/** The target has changed so that the commit cannot be made: the upload is staged as before. */
async function handBack(parts: HomeParts, row: UploadRow, error: unknown): Promise<void> {
  parts.log.warn('A commit could not be finished at start', { upload: row.id, error });
  await parts.database.write((write) =>
    write.updateTable('uploads').set({ state: 'staging' }).where('id', '=', row.id).execute(),
  );
}

/** Nobody writes at start: what is reserved is what is durable, and no file more than those. */
async function settleReservations(parts: VaultParts): Promise<void> {
  await parts.database.write(async (write) => {
    await write
      .updateTable('uploads')
      .set((set) => ({ holder: null, reserved_bytes: set('offset', '-', set.ref('base_bytes')) }))
      .where('state', 'in', ['staging', 'rejected'])
      .execute();
    const reserved = await write
      .selectFrom('uploads')
      .select((read) => [
        'home_id',
        read.fn.sum<number>('reserved_bytes').as('bytes'),
        read.fn.sum<number>('reserved_files').as('files'),
      ])
      .where('state', 'in', ['staging', 'rejected'])
      .groupBy('home_id')
      .execute();
    await write.updateTable('homes').set({ reserved_bytes: 0, reserved_files: 0 }).execute();
    for (const { home_id, bytes, files } of reserved) {
      await write
        .updateTable('homes')
        .set({ reserved_bytes: bytes, reserved_files: files })
        .where('id', '=', home_id)
        .execute();
    }
  });
}

const NOTHING = {
  kind: 'file',
  modified: 0,
  mode: 0,
  unique: '',
  version: '',
} as const;
