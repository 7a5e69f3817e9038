import { type BigIntStats, lstatSync } from 'node:fs';
import { failed } from '../../base/failure.ts';
import type { Entry, EntryKind } from '../store.ts';
import type { Confinement } from './confinement.ts';
import { osFailure } from './os-failure.ts';
import { osPath } from './os-path.ts';

const NS_PER_MS = 1_000_000n;

/** The entry that these facts of the system describe. */
export function entryOf(name: string, stats: BigIntStats): Entry {
  const kind = kindOf(stats);
  const { dev, ino, size, mtimeNs, ctimeNs } = stats;
  return {
    name,
    kind,
    size: kind === 'file' ? Number(size) : 0,
    // Rounded: the system may keep 1.123 s as 1.122999999.
    modified: Number((mtimeNs + NS_PER_MS / 2n) / NS_PER_MS),
    mode: Number(stats.mode & 0o7777n),
    unique: `${dev.toString(16)}.${ino.toString(16)}`,
    // The time of change (ctime) cannot be set by anybody: it shows what a set-back mtime would hide.
    version: `${dev}.${ino}.${size}.${mtimeNs}.${ctimeNs}`,
  };
}

/**
 * The entry at a path to a name, undefined if there is none. A link that leads to something inside
 * is shown as that; any other as a link.
 */
export function entryAt(home: Confinement, at: string, name: string): Entry | undefined {
  const stats = lstatSync(osPath(at), { bigint: true, throwIfNoEntry: false });
  if (!stats?.isSymbolicLink()) return stats && entryOf(name, stats);
  try {
    using target = home.hold(at, 'anything');
    return { ...entryOf(name, target.stats()), linked: true };
  } catch (error) {
    const failure = osFailure(error);
    const leadsNowhere = failed(failure, 'not-found', 'not-a-directory', 'forbidden');
    if (!leadsNowhere) throw failure;
    return entryOf(name, stats);
  }
}

/** True if both are facts about one and the same object. */
export function isSameObject(one: BigIntStats, other: BigIntStats): boolean {
  return one.dev === other.dev && one.ino === other.ino;
}

function kindOf(stats: BigIntStats): EntryKind {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'folder';
  return stats.isSymbolicLink() ? 'link' : 'other';
}
