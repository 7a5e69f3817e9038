import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { Failure } from '../../base/failure.ts';
import type { Path } from '../../base/path.ts';
import { type Address, isAddress, parseAddress } from '../../client/address/address.ts';
import { looksSame } from '../../client/sync/compare.ts';
import { compileFilter } from '../../client/sync/filters.ts';
import type { Filter, Tree, TreeEntry } from '../../client/sync/tree.ts';
import { walkLocal } from '../../client/sync/walk-local.ts';
import { below, walkRemote } from '../../client/sync/walk-remote.ts';
import { TransferFailure } from '../../client/transfer-failure.ts';
import { type AllFlags, PARALLEL } from './flags.ts';
import { statOf } from './glob.ts';
import type { Job } from './job.ts';
import type { Site } from './site.ts';

/** What a command that compares two folders may be told. */
export interface SidesFlags extends AllFlags {
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly checksum?: boolean;
  readonly download?: boolean;
}

/** A folder here and one there; which of them is the source is for the command to know. */
export interface Sides {
  readonly direction: 'up' | 'down';
  readonly site: Site;
  readonly local: string;
  readonly remote: Path;
  /** Both as they are; a target that is not there is empty. */
  readonly source: Tree;
  readonly target: Tree;
  readonly isTargetThere: boolean;
  /** Whether a file that is on both sides is the same. */
  readonly isSame: (path: string, source: TreeEntry, target: TreeEntry) => boolean;
}

const EMPTY: Tree = { entries: new Map(), skipped: [] };

export function withFilters(command: Command): Command {
  return command
    .option('--include <pattern>', 'only what fits (may be given often): *.mkv, raw/*.mkv', collect)
    .option('--exclude <pattern>', 'nothing that fits (may be given often): *.tmp, cache/', collect)
    .option('--checksum', 'compare contents by digest, not size and time')
    .option('--download', 'with --checksum: read what the server tells no digest of');
}

/** Looks at both folders. One of them is a URL. @throws TransferFailure, Failure */
export async function lookAtSides(
  from: string,
  to: string,
  flags: SidesFlags,
  job: Job,
  siteOf: (address: Address) => Promise<Site>,
): Promise<Sides> {
  if (isAddress(from) === isAddress(to)) {
    throw new Failure('name-refused', 'One of both has to be a URL, and the other a folder here');
  }
  const direction = isAddress(to) ? 'up' : 'down';
  const [local, url] = direction === 'up' ? [from, to] : [to, from];
  const filter = compileFilter({ include: flags.include ?? [], exclude: flags.exclude ?? [] });
  const address = parseAddress(url);
  const { parallel = PARALLEL } = flags;
  const site = await siteOf(address);
  const remote = site.path(address.place);
  const [here, there] = await Promise.all([
    walkHere(local, filter, job),
    walkThere(site, remote, filter, parallel, job),
  ]);
  const [source, target] = direction === 'up' ? [here, there] : [there, here];
  if (!source) throw new TransferFailure('not-a-folder', `${from} is not there`);
  const differing = flags.checksum
    ? await (
        await import('./differ-by-digest.ts')
      ).differByDigest({ site, local, remote, here, there, parallel, flags }, job)
    : undefined;
  const exactness = {
    listsExactly: site.facts.listsExactly,
    setsTimes: flags.times !== false && (direction === 'down' || site.facts.setsTimes),
  };
  return {
    direction,
    site,
    local,
    remote,
    source,
    target: target ?? EMPTY,
    isTargetThere: target !== undefined,
    isSame: (path, one, other) =>
      differing
        ? one.size === other.size && !differing.has(path)
        : looksSame(one, other, exactness),
  };
}

/** Tells what is left out; links and the like only in sum, unless somebody wants to know. */
export function tellSkipped(
  { source, target, local, remote, site, direction }: Sides,
  job: Job,
): number {
  let missed = 0;
  let expected = 0;
  for (const [tree, isSource] of [
    [source, true],
    [target, false],
  ] as const) {
    const isHere = isSource === (direction === 'up');
    for (const { path, reason, isExpected } of tree.skipped) {
      if (isExpected) expected += 1;
      else missed += 1;
      const where = isHere ? join(local, path) : site.url(below(remote, path));
      if (!isExpected || job.verbosity > 0) job.warn(`${where} is left out: ${reason}`);
    }
  }
  if (expected > 0 && job.verbosity === 0) {
    job.progress.note(
      `Left out: ${expected} symbolic links or other things that are no files (-v names them)`,
    );
  }
  return missed;
}

/** Undefined if there is no such folder. */
async function walkHere(local: string, filter: Filter, { signal }: Job): Promise<Tree | undefined> {
  const found = await stat(local).catch(() => undefined);
  if (!found) return undefined;
  if (found.isDirectory()) return walkLocal(local, filter, signal);
  throw new TransferFailure('not-a-folder', `${local} is not a folder`);
}

async function walkThere(
  site: Site,
  remote: Path,
  filter: Filter,
  parallel: number,
  { signal }: Job,
): Promise<Tree | undefined> {
  const found = await statOf(site, remote);
  if (!found) return undefined;
  if (found.kind === 'folder') return walkRemote(site.pool, remote, filter, parallel, signal);
  throw new TransferFailure('not-a-folder', `${site.url(remote)} is not a folder`);
}

function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}
