import { type BigIntStats, constants, lstatSync } from 'node:fs';
import { failed } from '../../base/failure.ts';
import type { Entry, EntryKind } from '../store.ts';
import type { Confinement } from './confinement.ts';
import { type ExactFacts, type Facts, factsOf } from './facts.ts';
import { osFailure } from './os-failure.ts';
import { osPath } from './os-path.ts';

const { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } = constants;

/** The entry that these facts of the system describe. What few ask for is made when it is asked for. */
class LocalEntry implements Entry {
  readonly name: string;
  readonly kind: EntryKind;
  readonly linked?: true;
  readonly size: number;
  readonly modified: number;
  readonly mode: number;
  readonly #exact: ExactFacts;

  constructor(name: string, { mode, size, modified, exact }: Facts, linked: boolean) {
    this.name = name;
    this.kind = kindOf(mode);
    if (linked) this.linked = true;
    this.size = this.kind === 'file' ? size : 0;
    this.modified = modified;
    this.mode = mode & 0o7777;
    this.#exact = exact;
  }

  get unique(): string {
    const { dev, ino } = this.#exact;
    return `${hexadecimal(dev)}.${hexadecimal(ino)}`;
  }

  get version(): string {
    const { dev, ino, size, mtimeNs, ctimeNs } = this.#exact;
    // The time of change (ctime) cannot be set by anybody: it shows what a set-back mtime would hide.
    return `${dev}.${ino}.${size}.${mtimeNs}.${ctimeNs}`;
  }
}

/** The entry that these facts of the system describe. */
export function entryOf(name: string, stats: BigIntStats): Entry {
  return new LocalEntry(name, factsOf(stats), false);
}

/**
 * The entry at a path to a name, undefined if there is none. A link that leads to something inside
 * is shown as that; any other as a link.
 */
export function entryAt(home: Confinement, at: string, name: string): Entry | undefined {
  const stats = lstatSync(osPath(at), { bigint: true, throwIfNoEntry: false });
  return stats && shownAt(home, at, name, factsOf(stats));
}

/** The same, where it has just been found out what has this name. */
export function shownAt(home: Confinement, at: string, name: string, facts: Facts): Entry {
  const entry = new LocalEntry(name, facts, false);
  if (entry.kind !== 'link') return entry;
  try {
    using target = home.hold(at, 'anything');
    return new LocalEntry(name, factsOf(target.stats()), true);
  } catch (error) {
    const failure = osFailure(error);
    const leadsNowhere = failed(failure, 'not-found', 'not-a-directory', 'forbidden');
    if (!leadsNowhere) throw failure;
    return entry;
  }
}

/** True if both are facts about one and the same object. */
export function isSameObject(one: BigIntStats, other: BigIntStats): boolean {
  return one.dev === other.dev && one.ino === other.ino;
}

/** A BigInt takes ten times as long to write down, and few are needed. */
function hexadecimal(value: bigint): string {
  const number = Number(value);
  return (Number.isSafeInteger(number) ? number : value).toString(16);
}

/** Without the questions that BigIntStats answers, each with two new BigInts. */
function kindOf(mode: number): EntryKind {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return 'file';
    case S_IFDIR:
      return 'folder';
    case S_IFLNK:
      return 'link';
    default:
      return 'other';
  }
}
