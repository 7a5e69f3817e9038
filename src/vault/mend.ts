import { failed } from '../base/failure.ts';
import { type Path, child } from '../base/path.ts';
import type { Write } from '../database/database.ts';
import type { JournalRow, UploadRow } from '../database/tables.ts';
import { settle, statOrUndefined } from './commit.ts';
import type { HomeParts, VaultParts } from './context.ts';
import { releaseReservation } from './ledger.ts';
import { settleChange, strike } from './name-changes.ts';
import { holderOf, processOf } from './presence.ts';
import { dropUpload } from './superseded.ts';

/** Opens a home by its id. */
type OpenHome = (homeId: number) => Promise<HomeParts>;

/** What a dead process has left, once it is this process that answers for it. */
interface Legacy {
  readonly uploads: readonly UploadRow[];
  readonly changes: readonly JournalRow[];
  readonly names: readonly { readonly home_id: number; readonly path: string }[];
}

/**
 * Mends what processes that have died were doing: commits and changes of names that were announced
 * and not settled are redone or struck out, and what was reserved ahead is given back. Its time
 * grows with the number of unfinished things, not with the size or number of files.
 */
export async function mendAll(parts: VaultParts): Promise<void> {
  const dead = (await processesAtWork(parts)).filter((one) => !parts.presence.isAlive(one));
  for (const process of dead) await parts.mend(process);
}

/** The same, for one dead process. */
export async function mend(parts: VaultParts, open: OpenHome, process: string): Promise<void> {
  const homes = await homesThatOpen(parts, open, process);
  if (homes.length === 0) return;
  const legacy = await adopt(parts, process, homes);
  // First, since a folder that was moved has taken the uploads into it along.
  for (const row of legacy.changes) await finishChange(await open(row.home_id), row);
  const commits = await committing(parts, legacy);
  for (const row of commits) await finishCommit(await open(row.home_id), row);
  await parts.database.write((write) => letGo(write, parts, legacy));
  // Nothing of these is durable: there is nothing to continue.
  const empty = legacy.uploads.filter((row) => row.state === 'staging' && row.offset === 0);
  for (const row of empty) await dropUpload(await open(row.home_id), row.id);
  await parts.database.durable();
  const count = { commits: commits.length, changes: legacy.changes.length };
  parts.log.info('Mended what a process that has died was doing', {
    process,
    ...count,
    uploads: legacy.uploads.length - commits.length,
  });
}

async function processesAtWork({ database }: VaultParts): Promise<string[]> {
  const holders = await database.query
    .selectFrom('uploads')
    .select('holder')
    .where('holder', 'is not', null)
    .execute();
  const changes = await database.query.selectFrom('journal').select('process').execute();
  const names = await database.query.selectFrom('name_locks').select('process').execute();
  return [
    ...new Set([
      ...holders.flatMap(({ holder }) => (holder === null ? [] : [processOf(holder)])),
      ...changes.map((row) => row.process),
      ...names.map((row) => row.process),
    ]),
  ];
}

/** The homes in which it was at work; one that cannot be opened now is tried again later. */
async function homesThatOpen(
  parts: VaultParts,
  open: OpenHome,
  process: string,
): Promise<readonly number[]> {
  const { query } = parts.database;
  const rows = [
    await query
      .selectFrom('uploads')
      .select('home_id')
      .where('holder', 'like', `${process}/%`)
      .execute(),
    await query.selectFrom('journal').select('home_id').where('process', '=', process).execute(),
    await query.selectFrom('name_locks').select('home_id').where('process', '=', process).execute(),
  ].flat();
  const homes: number[] = [];
  for (const id of new Set(rows.map((row) => row.home_id))) {
    try {
      await open(id);
      homes.push(id);
    } catch (error) {
      parts.log.error('A home cannot be opened: what was left there is mended later', {
        id,
        error,
      });
    }
  }
  return homes;
}

/** Makes this process the one that answers, in one step: nobody else mends the same. */
function adopt(
  { database, presence }: VaultParts,
  process: string,
  homes: readonly number[],
): Promise<Legacy> {
  const holder = holderOf(presence, 'mending');
  return database.write(async (write) => ({
    uploads: await write
      .updateTable('uploads')
      .set((set) => ({ holder, epoch: set('epoch', '+', 1) }))
      .where('holder', 'like', `${process}/%`)
      .where('home_id', 'in', homes)
      .returningAll()
      .execute(),
    changes: await write
      .updateTable('journal')
      .set({ process: presence.self })
      .where('process', '=', process)
      .where('home_id', 'in', homes)
      .returningAll()
      .execute(),
    names: await write
      .updateTable('name_locks')
      .set({ process: presence.self })
      .where('process', '=', process)
      .where('home_id', 'in', homes)
      .returning(['home_id', 'path'])
      .execute(),
  }));
}

function committing({ database }: VaultParts, { uploads }: Legacy): Promise<UploadRow[]> {
  const ids = uploads.map((row) => row.id);
  return database.query
    .selectFrom('uploads')
    .selectAll()
    .where('state', '=', 'committing')
    .where('id', 'in', ids)
    .execute();
}

/** Uploads can be continued, names can be changed again. */
async function letGo(write: Write, parts: VaultParts, legacy: Legacy): Promise<void> {
  for (const { id, epoch } of legacy.uploads) {
    const row = await write
      .selectFrom('uploads')
      .selectAll()
      .where('id', '=', id)
      .where('epoch', '=', epoch)
      .where('state', '=', 'staging')
      .executeTakeFirst();
    if (!row) continue;
    const stored = Math.max(0, row.offset - row.base_bytes);
    await releaseReservation(write, row.home_id, { bytes: row.reserved_bytes - stored, files: 0 });
    await write
      .updateTable('uploads')
      .set({ holder: null, wanted: 0, reserved_bytes: stored })
      .where('id', '=', id)
      .execute();
  }
  for (const { home_id, path } of legacy.names) {
    await write
      .deleteFrom('name_locks')
      .where('home_id', '=', home_id)
      .where('path', '=', path)
      .where('process', '=', parts.presence.self)
      .execute();
  }
}

/** Only the rename takes the staged file away: if it is there still, the rename is made now. */
async function finishCommit(parts: HomeParts, row: UploadRow): Promise<void> {
  const claim = { id: row.id, epoch: row.epoch };
  const path = child(row.folder as Path, row.name);
  try {
    const entry = await parts.tree.publish(row.id, path);
    await settle(parts, claim, path, entry, undefined, undefined);
  } catch (error) {
    if (!failed(error, 'upload-gone')) return handBack(parts, row, error);
    const entry = await statOrUndefined(parts, path);
    // Renamed, and removed or replaced by hand since: the audit finds what that means for the ledger.
    const published = entry ?? { ...NOTHING, name: row.name, size: row.offset };
    await settle(parts, claim, path, published, undefined, undefined);
  }
}

/** The target has changed so that the commit cannot be made: the upload is staged as before. */
async function handBack(parts: HomeParts, row: UploadRow, error: unknown): Promise<void> {
  parts.log.warn('A commit could not be finished', { upload: row.id, error });
  await parts.database.write((write) =>
    write.updateTable('uploads').set({ state: 'staging' }).where('id', '=', row.id).execute(),
  );
}

/** Nobody was told that it is done: what is still there under its old name stays there. */
async function finishChange(parts: HomeParts, row: JournalRow): Promise<void> {
  try {
    const entry = await statOrUndefined(parts, row.path as Path);
    if (entry?.version !== row.version) await settleChange(parts, row);
    else await parts.database.write((write) => strike(write, row.id));
  } catch (error) {
    parts.log.error('A change of names could not be settled: the quota audit will tell', {
      path: row.path,
      error,
    });
    await parts.database.write((write) => strike(write, row.id));
  }
}

const NOTHING = {
  kind: 'file',
  modified: 0,
  mode: 0,
  unique: '',
  version: '',
} as const;
