import { copyFileSync, existsSync, linkSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Failure } from '../../base/failure.ts';
import { MIGRATIONS } from '../migrations/index.ts';
import { syncFolder, writeCopy } from './copy.ts';
import { appliedMigrations } from './migrate.ts';

/** What SQLite keeps beside a database while it is open, or after a crash. */
const LOG = '-wal';
const BESIDE = [LOG, '-shm'];

/**
 * Looks whether a file is a sound backup that this program can use.
 * @throws Failure `not-found`, `storage-failed` saying what is wrong with it
 */
export function checkBackup(file: string): void {
  if (!existsSync(file)) throw new Failure('not-found', `There is no file ${file}`);
  let raw: DatabaseSync | undefined;
  let applied: string[];
  try {
    raw = new DatabaseSync(file, { readOnly: true });
    const verdict = String(raw.prepare('pragma integrity_check(1)').get()?.['integrity_check']);
    if (verdict !== 'ok') throw new Error(verdict);
    applied = appliedMigrations(raw);
  } catch (error) {
    throw new Failure('storage-failed', `${file} is damaged, or no backup at all`, {
      cause: error,
    });
  } finally {
    raw?.close();
  }
  if (applied.length === 0) throw new Failure('storage-failed', `${file} is no backup of Carryon`);
  const newer = applied.filter((name) => !Object.hasOwn(MIGRATIONS, name));
  if (newer.length > 0) {
    throw new Failure(
      'storage-failed',
      `${file} was written by a newer version of Carryon (${newer.join(', ')}): use that version`,
    );
  }
}

/**
 * Puts a backup where the records are, in one step: until then the old ones are there, whole. Nobody
 * else may be using them.
 * @param aside where those go that are there; undefined if there must not be any
 * @returns true if there were some
 * @throws Failure `already-exists`
 */
export async function putInPlace(
  backup: string,
  file: string,
  aside: string | undefined,
): Promise<boolean> {
  const isReplacing = existsSync(file);
  if (isReplacing && aside === undefined) {
    throw new Failure('already-exists', `There are records in ${file} already`);
  }
  const fresh = `${file}-restored`;
  rmSync(fresh, { force: true });
  const source = new DatabaseSync(backup, { readOnly: true });
  try {
    await writeCopy(source, fresh);
  } finally {
    source.close();
  }
  if (aside !== undefined && isReplacing) await setAside(file, aside);
  // A log that belongs to other records would be taken for one of these.
  for (const suffix of BESIDE) rmSync(file + suffix, { force: true });
  await syncFolder(dirname(file));
  renameSync(fresh, file);
  await syncFolder(dirname(file));
  return isReplacing;
}

/** Keeps the records that are there: as a copy, or as they lie there if they cannot be read. */
async function setAside(file: string, aside: string): Promise<void> {
  mkdirSync(dirname(aside), { recursive: true, mode: 0o750 });
  const [log, asideLog] = [file + LOG, aside + LOG];
  // SQLite throws a log away that makes no sense to it.
  if (existsSync(log)) copyFileSync(log, asideLog);
  try {
    const old = new DatabaseSync(file);
    try {
      await writeCopy(old, aside);
      // All that is in the log goes into the file: without the log it is whole.
      old.exec('pragma wal_checkpoint(truncate)');
    } finally {
      old.close();
    }
    rmSync(asideLog, { force: true });
  } catch {
    rmSync(aside, { force: true });
    linkSync(file, aside);
  }
  await syncFolder(dirname(aside));
}

/** Where records go that a backup replaces. */
export function placeAside(folder: string): string {
  const time = new Date().toISOString().replaceAll(/[-:.]/g, '');
  return join(folder, `replaced-${time}.sqlite`);
}
