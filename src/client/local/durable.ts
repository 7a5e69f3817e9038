import { closeSync, constants, fsync, openSync } from 'node:fs';
import { link, lstat, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { TransferFailure } from '../transfer-failure.ts';
import { failedWith, osPath } from './os-path.ts';

const { O_DIRECTORY, O_RDONLY } = constants;

const syncByThread = promisify(fsync);

/**
 * Makes the names in a folder durable. Systems that cannot open a folder need no such thing.
 * @param sync of an open file; a thread does it unless said
 * @throws errors of the system
 */
export async function syncFolder(
  folder: string,
  sync: (handle: number) => void | Promise<void> = syncByThread,
): Promise<void> {
  const handle = openFolder(folder);
  if (handle === undefined) return;
  try {
    await sync(handle);
  } finally {
    closeSync(handle);
  }
}

/** At once: whoever has just changed the names in it has it in memory. */
function openFolder(folder: string): number | undefined {
  try {
    return openSync(osPath(folder), O_RDONLY | O_DIRECTORY);
  } catch (error) {
    if (failedWith(error, 'EISDIR', 'EPERM', 'EACCES') && process.platform === 'win32') return;
    throw error;
  }
}

/** Writes a small file so that after a crash it is there whole or not at all. */
export async function writeDurably(path: string, text: string): Promise<void> {
  const draft = `${path}.new`;
  const handle = await open(osPath(draft), 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(osPath(draft), osPath(path));
  await syncFolder(dirname(path));
}

/**
 * Gives a whole and synced file its name, durably.
 * @param replace false if nothing may be there
 * @throws TransferFailure `already-exists`
 */
export async function publish(from: string, to: string, replace: boolean): Promise<void> {
  if (replace) await rename(osPath(from), osPath(to));
  else await renameToNew(from, to);
  await syncFolder(dirname(to));
}

/** A rename would replace what came since somebody looked; a link does not. */
async function renameToNew(from: string, to: string): Promise<void> {
  try {
    await link(osPath(from), osPath(to));
  } catch (error) {
    if (failedWith(error, 'EEXIST')) throw alreadyThere(to);
    if (!failedWith(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK')) throw error;
    // Not every file system has links: there, looking beforehand is all that can be done.
    if (await isThere(to)) throw alreadyThere(to);
    await rename(osPath(from), osPath(to));
    return;
  }
  await rm(osPath(from));
}

/** True if anything has this name, be it a link that leads nowhere. */
export async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(osPath(path));
    return true;
  } catch (error) {
    if (failedWith(error, 'ENOENT', 'ENOTDIR')) return false;
    throw error;
  }
}

/** What is told where nothing may be replaced. */
export function alreadyThere(path: string): TransferFailure {
  return new TransferFailure('already-exists', `${path} is there already`);
}
