import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ALGORITHMS, type Algorithm } from '../../base/digest.ts';
import type { Path } from '../../base/path.ts';
import { osPath } from '../../client/local/os-path.ts';
import { asTransferFailure } from '../../client/retry.ts';
import type { Tree } from '../../client/sync/tree.ts';
import { below } from '../../client/sync/walk-remote.ts';
import { TransferFailure } from '../../client/transfer-failure.ts';
import type { Job } from './job.ts';
import { readDigest } from './read-digest.ts';
import type { Site } from './site.ts';
import type { SidesFlags } from './two-sides.ts';

export interface Compared {
  readonly site: Site;
  readonly local: string;
  readonly remote: Path;
  readonly here: Tree | undefined;
  readonly there: Tree | undefined;
  /** Files at once. */
  readonly parallel: number;
  readonly flags: SidesFlags;
}

/**
 * The paths of the files that are on both sides in the same size and have another content.
 * @throws TransferFailure `unsupported` if the server tells no digests and nothing may be read
 */
export async function differByDigest(compared: Compared, job: Job): Promise<ReadonlySet<string>> {
  const { here, there, parallel } = compared;
  const differing = new Set<string>();
  const pairs = [...(here?.entries ?? [])].filter(([path, { kind, size }]) => {
    const other = there?.entries.get(path);
    return kind === 'file' && other?.kind === 'file' && other.size === size;
  });
  const waiting = pairs.values();
  const work = async () => {
    for (const [path] of waiting) {
      if (!(await isSame(compared, path, job))) differing.add(path);
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, pairs.length) }, work));
  return differing;
}

async function isSame(compared: Compared, path: string, job: Job): Promise<boolean> {
  const { site, local, remote, flags } = compared;
  const there = below(remote, path);
  const [algorithm = 'sha-256'] = site.facts.digests;
  const told = await site.ask((connection, signal) =>
    site.facts.digests.length === 0
      ? Promise.resolve(undefined)
      : connection.digest(there, algorithm, undefined, signal),
  );
  if (!told && !flags.download) {
    throw new TransferFailure(
      'unsupported',
      `The server tells no digest of ${site.url(there)}; --download reads it instead`,
    );
  }
  const [theirs, ours] = await Promise.all([
    told?.hex ?? readDigest(site, there, algorithm, flags, job.signal),
    localDigest(join(local, path), algorithm, job.signal),
  ]);
  return theirs === ours;
}

async function localDigest(
  path: string,
  algorithm: Algorithm,
  signal: AbortSignal,
): Promise<string> {
  const hash = createHash(ALGORITHMS[algorithm].openssl);
  try {
    await pipeline(createReadStream(osPath(path)), hash, { signal });
  } catch (error) {
    throw asTransferFailure(error);
  }
  return hash.digest('hex');
}
