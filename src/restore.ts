import { join } from 'node:path';
import { mkdir } from 'node:fs/promises';
import { Failure } from './base/failure.ts';
import { ProcessLocks } from './database/sqlite/process-locks.ts';
import { recordsIn } from './database/records-file.ts';
import { checkBackup, placeAside, putInPlace } from './database/sqlite/restore.ts';

/**
 * Puts a backup in the place of the records of a data folder.
 * @param replace true if records may be there; they are kept beside the copies
 * @returns where those are that were there
 * @throws Failure `locked` while somebody works on the folder; `already-exists`; `not-found` and
 *   `storage-failed` for a backup that cannot be used
 */
export async function restoreRecords(
  data: string,
  backup: string,
  replace: boolean,
): Promise<string | undefined> {
  checkBackup(backup);
  await mkdir(data, { recursive: true, mode: 0o750 });
  using locks = new ProcessLocks(join(data, 'processes'));
  if (locks.others().length > 0) {
    throw new Failure('locked', `A server or a command works on ${data}: stop it first`);
  }
  const aside = replace ? placeAside(join(data, 'copies')) : undefined;
  const isReplacing = await putInPlace(backup, recordsIn(data), aside);
  return isReplacing ? aside : undefined;
}
