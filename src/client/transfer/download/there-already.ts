import { open, utimes, type FileHandle } from 'node:fs/promises';
import { sameDigest } from '../../../base/digest.ts';
import type { Path } from '../../../base/path.ts';
import { alreadyThere } from '../../local/durable.ts';
import { failedWith, osPath } from '../../local/os-path.ts';
import { checkTarget } from '../../local/part-file.ts';
import { readRange } from '../../local/read.ts';
import type { RemoteConnection } from '../../remote.ts';
import { askDigest, strongest } from '../digests.ts';
import { digestOf } from '../local-digest.ts';
import type { DownloadOptions, Settled } from '../options.ts';
import type { Outcome } from '../outcome.ts';
import type { Progress } from '../progress.ts';
import type { RemoteVersion } from '../version.ts';

export interface ThereAlready {
  readonly connection: RemoteConnection;
  readonly path: Path;
  readonly version: RemoteVersion;
  readonly target: string;
  readonly options: Settled<DownloadOptions>;
  readonly progress: Progress;
}

/**
 * The outcome, if the target is proven to be what would be fetched; a size proves nothing.
 * @throws TransferFailure `already-exists` if it may not be replaced; `local-failed` if it is no file
 */
export async function thereAlready(wanted: ThereAlready): Promise<Outcome | undefined> {
  const { version, target, options } = wanted;
  const { exists } = await checkTarget(target);
  if (!exists) return undefined;
  if (options.overwrite === 'refuse') throw alreadyThere(target);
  if (options.resume === 'never' || options.verify === 'size') return undefined;
  const file = await openIfThere(target);
  if (!file) return undefined;
  try {
    const outcome = await prove(wanted, file);
    if (outcome && options.setTimes && version.modified !== undefined) {
      await utimes(osPath(target), version.modified / 1000, version.modified / 1000);
    }
    return outcome;
  } finally {
    await file.close();
  }
}

async function prove(wanted: ThereAlready, file: FileHandle): Promise<Outcome | undefined> {
  const { connection, path, version, options, progress } = wanted;
  const { signal } = options;
  const { size } = await file.stat();
  if (size !== version.size) return undefined;
  const theirs = await askDigest(connection, path, strongest(connection), undefined, signal);
  if (!theirs) return undefined;
  const readable = { read: readRange.bind(undefined, file) };
  const ours = await digestOf(readable, theirs.algorithm, size, progress, signal);
  if (!sameDigest(ours, theirs)) return undefined;
  return progress.outcome(size, { kind: 'digest', algorithm: ours.algorithm }, true);
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(osPath(path), 'r');
  } catch (error) {
    if (failedWith(error, 'ENOENT', 'EACCES')) return undefined;
    throw error;
  }
}
