import { type Path, ROOT, child } from '../../base/path.ts';
import type { ConnectionPool } from '../pool.ts';
import { throwIfInterrupted } from '../retry.ts';
import { TransferFailure, troubled } from '../transfer-failure.ts';
import { isOurRemoteFile } from './our-files.ts';
import { type Filter, joined, type Skipped, type Tree, type TreeEntry } from './tree.ts';

/** Deeper than this is a circle of links, which nothing but the depth can tell. */
const MAX_DEPTH = 100;

/**
 * Looks at all that is in a remote folder, several folders at once over the connections of the
 * pool. What cannot be listed below the top, and what is neither file nor folder, is left out and
 * told.
 * @throws TransferFailure
 */
export async function walkRemote(
  pool: ConnectionPool,
  top: Path,
  filter: Filter,
  atOnce: number,
  signal: AbortSignal,
): Promise<Tree> {
  const entries = new Map<string, TreeEntry>();
  const skipped: Skipped[] = [];
  let level = [''];
  // Level by level: as long as one has many folders, all connections have something to do.
  for (let depth = 0; level.length > 0; depth += 1) {
    const next: string[] = [];
    const waiting = level.values();
    const workers = Array.from({ length: Math.min(atOnce, level.length) }, async () => {
      for (const folder of waiting) next.push(...(await list(folder, depth)));
    });
    await Promise.all(workers);
    level = next;
  }
  return { entries, skipped };

  /** @returns the folders in it */
  async function list(folder: string, depth: number): Promise<string[]> {
    throwIfInterrupted(signal);
    try {
      if (depth > MAX_DEPTH) throw new TransferFailure('refused', 'the folders have no end');
      await using lease = await pool.lease(signal);
      const found = await lease.connection.list(below(top, folder), signal);
      const folders: string[] = [];
      for (const { name, kind, size, modified, isUnfinished } of found) {
        const path = joined(folder, name);
        if (isUnfinished || isOurRemoteFile(name) || !filter(path, kind)) continue;
        if (kind === 'folder') folders.push(path);
        if (kind === 'other') {
          skipped.push({ path, reason: 'neither a file nor a folder', isExpected: true });
        }
        entries.set(path, { kind, size, modified });
      }
      return folders;
    } catch (error) {
      const isHere = troubled(error, 'refused', 'not-found', 'not-a-folder');
      if (!isHere || folder === '') throw error;
      skipped.push({ path: folder, reason: error.message, isExpected: false });
      return [];
    }
  }
}

/** The path of something in a tree whose top is that folder. */
export function below(top: Path, path: string): Path {
  return path === '' ? top : path.split('/').reduce(child, top === ROOT ? ROOT : top);
}
