import { Failure, failed } from '../base/failure.ts';
import type { Path } from '../base/path.ts';
import type { Permission } from '../base/permission.ts';
import type { Entry } from '../storage/store.ts';
import type { HomeParts } from './context.ts';
import { isCounted } from './ledger.ts';
import type { Base } from './origin.ts';

/** Asks whether the account may do this, as it is now. @throws Failure `forbidden` */
export type Authorise = (permission: Permission) => void;

/** @throws Failure if it may not be committed as things are now. @returns what has the name */
export async function checkTarget(
  parts: HomeParts,
  wanted: {
    readonly path: Path;
    /** What has to be there still. */
    readonly base: Base | undefined;
    readonly authorise: Authorise;
  },
): Promise<Entry | undefined> {
  const { path, base, authorise } = wanted;
  const target = await statOrUndefined(parts, path);
  if (target?.kind === 'folder') throw new Failure('is-a-directory', 'A folder has this name');
  if (target?.kind === 'other') throw new Failure('forbidden', 'This is not a regular file');
  if (base && target?.version !== base.entry?.version) {
    throw new Failure('locked', 'The file has been changed since this upload began');
  }
  if (!target) authorise('write');
  else authorise(base?.append ? 'append' : 'overwrite');
  return target;
}

/** Bytes that the ledger loses when this is replaced; null if it does not count it. */
export function replacedBy(target: Entry | undefined): number | null {
  return target && isCounted(target) ? target.size : null;
}

/** The entry, or undefined where there is none. */
export async function statOrUndefined(
  parts: Pick<HomeParts, 'tree'>,
  path: Path,
): Promise<Entry | undefined> {
  const { tree } = parts;
  if (tree.find) return tree.find(path);
  try {
    return await tree.stat(path);
  } catch (error) {
    if (failed(error, 'not-found', 'not-a-directory')) return undefined;
    throw error;
  }
}
