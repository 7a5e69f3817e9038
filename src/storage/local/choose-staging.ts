import { randomUUID } from 'node:crypto';
import {
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  fstatSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { Failure } from '../../base/failure.ts';
import { type Confinement, isInside } from './confinement.ts';
import { makeFolders } from './durable.ts';
import { HOME_STAGING } from './hidden.ts';
import { errnoOf } from './os-failure.ts';
import { fromOs, osPath, within } from './os-path.ts';

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;

/** An open folder for staged files. */
export interface StagingFolder {
  readonly descriptor: number;
  /** Leads to the folder for as long as the descriptor is open. */
  readonly path: string;
  /** Whether it does so whatever becomes of the folder's name. */
  readonly isLasting: boolean;
  /** The number of its file system. */
  readonly device: bigint;
}

/**
 * The folder for the staged files of a home: the common one, unless that lies on another file
 * system, from which a file cannot be renamed into the home; then one in the home itself, hidden.
 * @param common the common folder, made if need be
 * @param descriptors where the system shows this process its open descriptors
 */
export function chooseStaging(
  home: Confinement,
  common: string,
  descriptors: string,
): StagingFolder {
  const path = realPath(makeFolders(common, 0o700));
  if (isInside(path, realPath(home.root))) {
    throw new Failure('forbidden', 'The folder for staged files cannot lie in a home');
  }
  const shared = openFolder(home, path, descriptors);
  if (isRenamable(shared, home)) return shared;
  closeSync(shared.descriptor);
  return ownFolder(home, descriptors);
}

/** True if the file system shares blocks between copies; tried with a small file. */
export function sharesBlocks(folder: StagingFolder): boolean {
  // No upload id begins with a dot, so this is never taken for one.
  const probe = within(folder.path, `.probe-${randomUUID()}`);
  const copy = `${probe}-copy`;
  try {
    writeFileSync(osPath(probe), Buffer.alloc(4096), { flag: 'wx', mode: 0o600 });
    const { COPYFILE_EXCL, COPYFILE_FICLONE_FORCE } = constants;
    copyFileSync(osPath(probe), osPath(copy), COPYFILE_EXCL | COPYFILE_FICLONE_FORCE);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(osPath(copy), { force: true });
    rmSync(osPath(probe), { force: true });
  }
}

function ownFolder(home: Confinement, descriptors: string): StagingFolder {
  const path = within(home.root, HOME_STAGING);
  try {
    mkdirSync(osPath(path), { mode: 0o700 });
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
  const own = openFolder(home, path, descriptors);
  try {
    // Somebody may have made it before us, for all to see.
    fchmodSync(own.descriptor, 0o700);
    return own;
  } catch (error) {
    closeSync(own.descriptor);
    throw error;
  }
}

function openFolder(home: Confinement, path: string, descriptors: string): StagingFolder {
  const descriptor = openSync(osPath(path), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  const { dev } = fstatSync(descriptor, { bigint: true });
  const isLasting = home.kind === 'race-free';
  const lasting = isLasting ? `${descriptors}/${descriptor}` : path;
  return { descriptor, path: lasting, isLasting, device: dev };
}

/** True if files of this folder can be renamed into the home. */
function isRenamable(folder: StagingFolder, home: Confinement): boolean {
  using root = home.hold(home.root, 'folder');
  if (root.stats().dev !== folder.device) return false;
  // One device can be mounted twice, and nothing is renamed from one mount to another: the system
  // says so before it says that there is no such file.
  const name = `.probe-${randomUUID()}`;
  try {
    renameSync(osPath(within(folder.path, name)), osPath(within(root.path, name)));
    return true;
  } catch (error) {
    return errnoOf(error) !== 'EXDEV';
  }
}

function realPath(path: string): string {
  return fromOs(realpathSync.native(osPath(path), 'buffer'));
}
