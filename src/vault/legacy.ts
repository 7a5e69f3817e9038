import { failed } from '../base/failure.ts';
import { type Path, child } from '../base/path.ts';
import type { Write } from '../database/database.ts';
import type { JournalRow, UploadRow } from '../database/tables.ts';
import { isStaged } from './commit.ts';
import { publishedBy, settle, settlePublished } from './settlement.ts';
import type { HomeParts, VaultParts } from './context.ts';
import { settlePart } from './joined-parts.ts';
import { type Leftover, changeOf } from './leftovers.ts';
import { releaseReservation } from './ledger.ts';
import { settleFound } from './name-changes.ts';
import { holderOf } from './presence.ts';
import { dropUpload } from './superseded.ts';
import type { VaultEvent } from './vault-event.ts';

/** Opens a home by its id. */
export type OpenHome = (homeId: number) => Promise<HomeParts>;

/** What is to be mended, once it is this process that answers for it and nobody else does. */
export interface Legacy {
  readonly uploads: readonly UploadRow[];
  readonly changes: readonly JournalRow[];
  readonly locks: readonly { readonly home_id: number; readonly path: string }[];
}

/** Brings to an end what somebody has left; what cannot be, now, is left to this process. */
export async function settleAll(parts: VaultParts, open: OpenHome, legacy: Legacy): Promise<void> {
  // First, since a folder that was moved has taken the uploads into it along.
  for (const row of legacy.changes.filter(({ kind }) => kind !== 'part')) {
    await orLeave(parts, changeOf(row), async () => settleFound(await open(row.home_id), row));
  }
  for (const row of await committing(parts, legacy)) {
    await orLeave(parts, heldOf(row), async () => finishCommit(await open(row.home_id), row));
  }
  const events = await parts.database.write((write) => letGo(write, parts, legacy));
  for (const event of events) parts.chronicle.tell(event);
  // Nothing of these is durable: there is nothing to continue.
  const empty = legacy.uploads.filter((row) => row.state === 'staging' && row.offset === 0);
  for (const row of empty) await dropUpload(await open(row.home_id), row.id);
  // Last, since only commits show what is to become of them, and their names must not be locked.
  for (const row of legacy.changes.filter(({ kind }) => kind === 'part')) {
    await orLeave(parts, changeOf(row), async () => settlePart(await open(row.home_id), row));
  }
  await parts.database.durable();
}

/** One that cannot be ended now does not keep the others from it. */
async function orLeave(
  { leftovers, log }: VaultParts,
  left: Leftover,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    log.error('What was left unfinished could not be ended: it is tried again', { left, error });
    leftovers.add(left);
  }
}

/** What has been adopted and could not be mended. */
export function leftoversOf({ uploads, changes, locks }: Legacy): Leftover[] {
  return [
    ...uploads.map(heldOf),
    ...changes.map(changeOf),
    ...locks.map((row): Leftover => ({
      kind: 'lock',
      homeId: row.home_id,
      paths: [row.path as Path],
    })),
  ];
}

function heldOf(row: UploadRow): Leftover {
  const held = { homeId: row.home_id, claim: { id: row.id, epoch: row.epoch } };
  if (row.state !== 'committing') return { kind: 'upload', ...held };
  return { kind: 'commit', ...held, paths: [pathOf(row)] };
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
async function letGo(write: Write, parts: VaultParts, legacy: Legacy): Promise<VaultEvent[]> {
  const events: VaultEvent[] = [];
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
    if (row.offset > 0) events.push(interrupted(row));
  }
  for (const event of events) await parts.chronicle.note(write, event, parts.clock.now());
  await unlock(write, parts, legacy.locks);
  return events;
}

function interrupted(row: UploadRow): VaultEvent {
  const reason = 'The server could not go on with it';
  const { id, home_id, offset } = row;
  return { kind: 'interrupted', homeId: home_id, uploadId: id, path: pathOf(row), offset, reason };
}

async function unlock(write: Write, parts: VaultParts, names: Legacy['locks']): Promise<void> {
  const { presence, locks } = parts;
  const mending = holderOf(presence, 'mending');
  for (const { home_id, path } of names) {
    // Whoever in here holds it now gives it back when done; nobody can take it before this is over.
    const isTaken = locks.isHeldHere(home_id, path as Path);
    await write
      .deleteFrom('name_locks')
      .where('home_id', '=', home_id)
      .where('path', '=', path)
      .where('process', 'in', isTaken ? [mending] : [mending, presence.self])
      .execute();
  }
}

/** Only the rename takes the staged file away: if it is there still, the rename is made now. */
async function finishCommit(parts: HomeParts, row: UploadRow): Promise<void> {
  try {
    const entry = await parts.tree.publish(row.id, pathOf(row));
    await settle(parts, publishedBy(row, entry));
  } catch (error) {
    const isThere = !failed(error, 'upload-gone') && (await isStaged(parts, row.id));
    if (isThere) return handBack(parts, row, error);
    await settlePublished(parts, row);
  }
}

/** The target has changed so that the commit cannot be made: the upload is staged as before. */
async function handBack(parts: HomeParts, row: UploadRow, error: unknown): Promise<void> {
  parts.log.warn('A commit could not be finished', { upload: row.id, error });
  await parts.database.write((write) =>
    write.updateTable('uploads').set({ state: 'staging' }).where('id', '=', row.id).execute(),
  );
}

function pathOf(row: UploadRow): Path {
  return child(row.folder as Path, row.name);
}
