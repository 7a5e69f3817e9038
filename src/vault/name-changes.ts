import { Failure } from '../base/failure.ts';
import { spellings } from '../base/name.ts';
import { type Path, ROOT } from '../base/path.ts';
import type { Write } from '../database/database.ts';
import type { JournalRow } from '../database/tables.ts';
import type { Entry } from '../storage/store.ts';
import { type Authorise, statOrUndefined } from './target.ts';
import type { HomeParts } from './context.ts';
import {
  carryDigests,
  forgetBelow,
  forgetDigests,
  rebaseFolders,
} from './digesting/recorded-digests.ts';
import { addCommitted, isCounted } from './ledger.ts';
import { changeOf } from './leftovers.ts';

/**
 * Changes of names that the ledger has to follow. Each is announced in the journal, durably, before
 * it is made, and settled in the transaction that takes it out again; mend.ts settles what a crash
 * has left there.
 */
type Change = Omit<JournalRow, 'id' | 'home_id' | 'process'>;

/**
 * @param version only this one is removed
 * @throws Failure `not-found`, `is-a-directory`
 */
export async function removeFile(parts: HomeParts, path: Path, version?: string): Promise<void> {
  await using _lock = await parts.locks.hold(parts.homeId, path);
  const entry = await parts.tree.stat(path);
  if (entry.kind === 'folder' && !entry.linked)
    throw new Failure('is-a-directory', 'This is a folder');
  if (version !== undefined && entry.version !== version) return;
  const change: Change = {
    kind: 'remove',
    path,
    to_path: null,
    object: entry.unique,
    version: entry.version,
    ...counted(entry),
  };
  await journaled(parts, change, () => parts.tree.removeFile(path));
}

/**
 * Renames or moves a file or folder; a file at `to` is replaced if `authorise` has no objection.
 * @throws Failure `not-found`, `already-exists`, `is-a-directory`, `forbidden`
 */
export async function moveEntry(
  parts: HomeParts,
  from: Path,
  to: Path,
  authorise: Authorise,
): Promise<void> {
  if (from === ROOT || to === ROOT) throw new Failure('forbidden', 'The root stays where it is');
  const { homeId, tree } = parts;
  await using _lock = await parts.locks.hold(homeId, from, to);
  const entry = await tree.stat(from);
  if (from === to) return;
  const replaced = await statOrUndefined(parts, to);
  // Another spelling of the same name (NFC and NFD) is a change of name, and replaces nothing.
  const isReplaced = replaced !== undefined && replaced.unique !== entry.unique;
  if (isReplaced) authorise('overwrite');
  const change: Change = {
    kind: 'move',
    path: from,
    to_path: to,
    object: entry.unique,
    version: entry.version,
    ...(isReplaced ? counted(replaced) : { bytes: 0, files: 0 }),
  };
  await journaled(parts, change, () => tree.move(from, to));
}

async function journaled(
  parts: HomeParts,
  change: Change,
  perform: () => Promise<void>,
): Promise<void> {
  const { database, homeId, presence } = parts;
  const announced = { home_id: homeId, process: presence.self, ...change };
  const { id } = await database.write((write) =>
    write.insertInto('journal').values(announced).returning('id').executeTakeFirstOrThrow(),
  );
  const row = { id, ...announced };
  try {
    await database.durable();
    await perform();
  } catch (error) {
    // It may have been made, and what came after it failed: the ledger follows what is there.
    await settling(parts, row, () => settleFound(parts, row)).catch(() => {});
    throw error;
  }
  await settling(parts, row, () => settleChange(parts, row));
}

/** What cannot be recorded now is left to be mended, and nobody changes these names before. */
async function settling(
  { leftovers, log }: HomeParts,
  row: JournalRow,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    log.error('A change of names could not be recorded: it is tried again', {
      path: row.path,
      error,
    });
    leftovers.add(changeOf(row));
    throw error;
  }
}

/** Records a change of which nobody knows whether it was made. */
export async function settleFound(
  parts: Pick<HomeParts, 'database' | 'tree'>,
  row: JournalRow,
): Promise<void> {
  if (await isMade(parts, row)) await settleChange(parts, row);
  else await parts.database.write((write) => strike(write, row.id));
}

/** Told by the object, not by its version: a power cut may have taken back a change of its time. */
async function isMade(
  parts: Pick<HomeParts, 'tree'>,
  { path, to_path: to, object }: JournalRow,
): Promise<boolean> {
  const isAt = async (name: string) =>
    (await statOrUndefined(parts, name as Path))?.unique === object;
  // Another spelling of the same name leads to it as well.
  return !(await isAt(path)) || (to !== null && (await isAt(to)));
}

/** Records what has been done to the names, and takes it out of the journal. */
export async function settleChange(
  parts: Pick<HomeParts, 'database' | 'tree'>,
  row: JournalRow,
): Promise<void> {
  const { database } = parts;
  const path = row.path as Path;
  const to = row.to_path as Path | null;
  const moved = to === null ? undefined : await statOrUndefined(parts, to);
  await database.write(async (write) => {
    await addCommitted(write, row.home_id, -row.bytes, -row.files);
    if (to === null || !moved) await forgetDigests(write, row.home_id, path);
    else {
      const before = { path, version: row.version };
      await carryDigests(write, row.home_id, before, { path: to, version: moved.version });
      if (moved.kind === 'folder') {
        await forgetBelow(write, row.home_id, to);
        await rebaseFolders(write, 'digests', row.home_id, path, to);
        for (const from of spellings(path) as Path[]) {
          await rebaseFolders(write, 'uploads', row.home_id, from, to);
        }
      }
    }
    await strike(write, row.id);
  });
}

/** Takes a change that was not made out of the journal. */
export async function strike(write: Write, id: number): Promise<void> {
  await write.deleteFrom('journal').where('id', '=', id).execute();
}

/** What the ledger counts for an entry. */
function counted(entry: Entry): { readonly bytes: number; readonly files: number } {
  return isCounted(entry) ? { bytes: entry.size, files: 1 } : { bytes: 0, files: 0 };
}
