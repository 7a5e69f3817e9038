import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { decodeName } from '../../base/name.ts';
import { osPath } from '../local/os-path.ts';
import { asTransferFailure, throwIfInterrupted } from '../retry.ts';
import { isOurLocalFile } from './our-files.ts';
import { type Filter, joined, type Skipped, type Tree, type TreeEntry } from './tree.ts';

/**
 * How many files are asked for their size and time before others have their turn: on a disk that is
 * at hand the answer is there before a thread has been asked for it.
 */
const AT_ONCE = 64;

/**
 * Looks at all that is in a local folder. What cannot be read, symbolic links and what is neither
 * file nor folder is left out and told.
 * @throws TransferFailure `interrupted`; `local-failed` if the folder itself cannot be read
 */
export async function walkLocal(top: string, filter: Filter, signal: AbortSignal): Promise<Tree> {
  const entries = new Map<string, TreeEntry>();
  const skipped: Skipped[] = [];
  const folders = [''];
  // The list grows while it is walked.
  for (const folder of folders) {
    throwIfInterrupted(signal);
    try {
      const names = namesIn(join(top, folder));
      for (let at = 0; at < names.length && !signal.aborted; at += AT_ONCE) {
        for (const name of names.slice(at, at + AT_ONCE)) look(joined(folder, name));
        await new Promise(setImmediate);
      }
    } catch (error) {
      const failure = asTransferFailure(error);
      if (folder === '') throw failure;
      skipped.push({ path: folder, reason: failure.message, isExpected: false });
    }
  }
  throwIfInterrupted(signal);
  return { entries, skipped };

  function look(path: string): void {
    const stat = lstatSync(osPath(join(top, path)));
    const kind = stat.isFile() ? 'file' : stat.isDirectory() ? 'folder' : 'other';
    if (!filter(path, kind)) return;
    if (kind === 'other') {
      const reason = stat.isSymbolicLink() ? 'a symbolic link' : 'neither a file nor a folder';
      skipped.push({ path, reason, isExpected: true });
    }
    if (kind === 'folder') folders.push(path);
    const size = kind === 'file' ? stat.size : undefined;
    entries.set(path, { kind, size, modified: Math.floor(stat.mtimeMs) });
  }
}

function namesIn(folder: string): string[] {
  // Bytes as characters, which are the name itself where it is plain ASCII, as nearly all are.
  const found = readdirSync(osPath(folder), { encoding: 'latin1' });
  const names = found.map((name) =>
    /^[ -~]*$/.test(name) ? name : decodeName(Buffer.from(name, 'latin1')),
  );
  const siblings = new Set(names);
  return names.filter((name) => !isOurLocalFile(name, siblings));
}
