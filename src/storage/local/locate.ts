import { lstatSync } from 'node:fs';
import { Failure } from '../../base/failure.ts';
import { nameOf, parentOf, type Path, ROOT, segmentsOf } from '../../base/path.ts';
import type { Confinement, Held, Wanted } from './confinement.ts';
import { isAscii, isHidden } from './hidden.ts';
import { errnoOf, notFound } from './os-failure.ts';
import { osPath, within } from './os-path.ts';
import { spelling } from './spelling.ts';

/** A name in a folder that is held; whether anything has the name is another question. */
export interface Located extends Disposable {
  readonly folder: Held;
  /** As the folder spells it, or as asked for if nothing has the name. */
  readonly name: string;
  /** The path to the name, for calls that do not follow a link in the last part. */
  readonly at: string;
}

/** Holds what a path leads to, following links. @throws Failure or an error of the system */
export async function reach(home: Confinement, path: Path, wanted: Wanted): Promise<Held> {
  if (isHidden(path)) throw notFound();
  try {
    return home.hold(home.root + path, wanted);
  } catch (error) {
    const errno = errnoOf(error);
    const isMissing = errno === undefined || (errno === 'ENOENT' && isAscii(path));
    if (isMissing || path === ROOT) throw error;
    return walk(home, path, wanted);
  }
}

/** How a folder is come by; its own from then on. */
type ReachFolder = (home: Confinement, path: Path) => Promise<Held>;

const reachFolder: ReachFolder = (home, path) => reach(home, path, 'folder');

/** Holds the folder of a path, for doing something to the name in it. The root has no name. */
export async function locate(
  home: Confinement,
  path: Path,
  folderAt = reachFolder,
): Promise<Located> {
  if (path === ROOT) throw new Failure('forbidden', 'The root stays as it is');
  if (isHidden(path)) throw notFound();
  const folder = await folderAt(home, parentOf(path));
  try {
    const name = await spelling(folder.path, nameOf(path));
    const at = within(folder.path, name);
    return { folder, name, at, [Symbol.dispose]: () => folder[Symbol.dispose]() };
  } catch (error) {
    folder[Symbol.dispose]();
    throw error;
  }
}

/** As {@link locate}, for a name that is to be made. @throws Failure `name-refused` */
export async function locateNew(
  home: Confinement,
  path: Path,
  folderAt = reachFolder,
): Promise<Located> {
  if (isHidden(nameOf(path)) && !isHidden(parentOf(path))) {
    throw new Failure('name-refused', 'The server keeps this name for itself');
  }
  return locate(home, path, folderAt);
}

/** The slow way, name by name: finds other spellings, and tells exactly where it ends. */
async function walk(home: Confinement, path: Path, wanted: Wanted): Promise<Held> {
  const names = segmentsOf(path);
  let held = home.hold(home.root, 'folder');
  try {
    for (const [index, name] of names.entries()) {
      const next = await step(home, held, name, index < names.length - 1 ? 'folder' : wanted);
      held[Symbol.dispose]();
      held = next;
    }
    return held;
  } catch (error) {
    held[Symbol.dispose]();
    throw error;
  }
}

async function step(home: Confinement, folder: Held, name: string, wanted: Wanted): Promise<Held> {
  const at = within(folder.path, await spelling(folder.path, name));
  try {
    return home.hold(at, wanted);
  } catch (error) {
    // How a link fails would show what is outside: a file, a folder, or something not for us.
    if (lstatSync(osPath(at), { throwIfNoEntry: false })?.isSymbolicLink()) throw notFound(error);
    throw error;
  }
}
