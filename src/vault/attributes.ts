import { Failure } from '../base/failure.ts';
import { type Path, ROOT } from '../base/path.ts';
import type { Tree } from '../storage/store.ts';
import type { HomeParts } from './context.ts';
import { carryDigests } from './digesting/recorded-digests.ts';

const PERMISSION_BITS = 0o777;

/** @param modified milliseconds since 1970 */
export function setModified(parts: HomeParts, path: Path, modified: number): Promise<void> {
  return setAttribute(parts, path, (tree) => tree.setModified(path, modified));
}

/** @param mode permission bits up to 0777 @throws Failure `forbidden` for the root */
export async function setMode(parts: HomeParts, path: Path, mode: number): Promise<void> {
  // Who may not enter their own home any more could not take it back.
  if (path === ROOT) throw new Failure('forbidden', 'The root stays as it is');
  // Clients say it behind every file, and mostly it has them already.
  if ((await parts.tree.stat(path)).mode === (mode & PERMISSION_BITS)) return;
  await setAttribute(parts, path, (tree) => tree.setMode(path, mode));
}

/** Changes what is known about an entry and not what is in it: its digests still hold. */
async function setAttribute(
  { homeId, tree, database, locks }: HomeParts,
  path: Path,
  change: (tree: Tree) => Promise<void>,
): Promise<void> {
  // Or a new version could come between, and be taken for the old one.
  await using lock = await locks.hold(homeId, path);
  const before = await tree.stat(path);
  await change(tree);
  const after = await tree.stat(path);
  await database.write(async (write) => {
    await carryDigests(
      write,
      homeId,
      { path, version: before.version },
      { path, version: after.version },
    );
    await lock.giveBack(write);
  });
  lock.givenBack();
}
