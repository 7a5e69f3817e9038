import { Failure } from '../base/failure.ts';
import { type Path, parentOf } from '../base/path.ts';
import type { Entry } from '../storage/store.ts';
import type { HomeParts } from './context.ts';
import { statOrUndefined } from './target.ts';

/** @returns the file that is there now; @throws Failure if no file can be */
export async function checkPlace(parts: HomeParts, path: Path): Promise<Entry | undefined> {
  refuseIllFormed(path);
  const committed = await statOrUndefined(parts, path);
  if (committed?.kind === 'folder') throw new Failure('is-a-directory', 'This is a folder');
  if (committed?.kind === 'other') throw new Failure('forbidden', 'This is not a regular file');
  if (!committed) await checkFolder(parts, parentOf(path));
  return committed;
}

/** A name that is not valid UTF-8 may be kept, read and removed, but not made. */
export function refuseIllFormed(path: Path): void {
  if (!path.isWellFormed()) throw new Failure('name-refused', 'A new name has to be valid UTF-8');
}

async function checkFolder({ tree }: HomeParts, folder: Path): Promise<void> {
  const entry = await tree.stat(folder);
  if (entry.kind !== 'folder') throw new Failure('not-a-directory', 'This is not a folder');
}
