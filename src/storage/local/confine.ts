import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readlinkSync,
  statSync,
} from 'node:fs';
import { type Path, segmentsOf } from '../../base/path.ts';
import { RacedConfinement } from './confine-raced.ts';
import { type Confinement, type Held, isInside, type Wanted } from './confinement.ts';
import { isSameObject } from './entry.ts';
import { isHidden } from './hidden.ts';
import { closedHome, errnoOf, notFound } from './os-failure.ts';
import { fromOs, osPath, within } from './os-path.ts';

/** O_PATH of Linux, which Node does not name: a descriptor for the object, not for its content. */
const O_PATH = 0o10000000;

const FOLDER = O_PATH | constants.O_DIRECTORY;

/** Up to so many names, opening one after the other costs less than asking where the last one is. */
const NEAR = 4;

/** What opening a link says where links are not followed, and a folder is wanted. */
const MAY_BE_A_LINK: ReadonlySet<string> = new Set(['ELOOP', 'ENOTDIR']);

/** Where the system shows this process its open descriptors; if it does not, that is not there. */
export function ownDescriptors(): string {
  try {
    // By its number: /proc/self is a link that would have to be followed in each call.
    return `/proc/${readlinkSync('/proc/self')}/fd`;
  } catch {
    return '/proc/self/fd';
  }
}

/**
 * Confines to this folder, which exists.
 * @param descriptors where the system shows this process its open descriptors
 */
export function confine(location: string, descriptors: string): Confinement {
  if (process.platform === 'linux') {
    const home = openSync(osPath(location), FOLDER);
    try {
      whereIs(descriptors, home);
      return new DescriptorConfinement(descriptors, home);
    } catch {
      closeSync(home); // no /proc here
    }
  }
  return new RacedConfinement(location);
}

/**
 * Confinement without a race, though Node has no openat(2). Why it is safe:
 *
 * 1. Whatever a path leads to is first opened (O_PATH: nothing is read, a FIFO does not block, a
 *    device does not notice). From then on the descriptor stands for one object, whatever happens
 *    to names and links.
 * 2. Then the kernel is asked where that object is: the link /proc/self/fd/N holds its real path,
 *    with no symbolic link in it. Outside of the home (asked in the same way): it is closed again,
 *    untouched.
 * 3. All that follows goes through /proc/self/fd/N, which the kernel resolves to the object
 *    without walking any path. For names in a folder, …/N/name, only calls are used
 *    that do not follow a link in the last part (mkdir, unlink, rmdir, rename, lstat); what
 *    follows links (reading, stat) starts at 1 again.
 *
 * Where no folder on the way is a link, that can be had for less: folder by folder, each opened in
 * the one before and never followed if it is a link, no walk can leave the home, and the kernel
 * need not be asked. That is tried first for names near the root.
 *
 * A link swapped between 1 and 3 changes what a *path* would lead to, not what is held. A user who
 * moves the held folder can move it only within the home. Only someone who may rename things
 * outside the home can put it elsewhere, and needs no server for that.
 */
class DescriptorConfinement implements Confinement {
  readonly kind = 'race-free';
  readonly root: string;
  readonly #descriptors: string;
  readonly #home: number;
  /** How the path of everything in it begins. */
  readonly #inside: string;
  #closed = false;

  constructor(descriptors: string, home: number) {
    this.#descriptors = descriptors;
    this.#home = home;
    this.root = `${descriptors}/${home}`;
    this.#inside = `${this.root}/`;
  }

  hold(path: string, wanted: Wanted): Held {
    // The number of a closed descriptor soon stands for something else.
    if (this.#closed) throw closedHome();
    const near = path.startsWith(this.#inside)
      ? namesNear(path.slice(this.root.length) as Path)
      : undefined;
    return (near && this.#walk(near, wanted)) ?? this.#follow(path, wanted);
  }

  glance(path: Path): BigIntStats | undefined {
    const near = this.#closed ? undefined : namesNear(path);
    if (near === undefined) return undefined;
    if (near.length === 0) return this.#glanceAtHome();
    if (near.length === 1) return lookAt(this.root + path);
    using folder = this.#walk(near.slice(0, -1), 'folder');
    return folder && lookAt(within(folder.path, near.at(-1) ?? ''));
  }

  #glanceAtHome(): BigIntStats | undefined {
    const stats = fstatSync(this.#home, { bigint: true });
    return stats.nlink > UNCOUNTED ? stats : undefined;
  }

  /** Holds what is there without following any link; undefined where one is in the way. */
  #walk(names: readonly string[], wanted: Wanted): Held | undefined {
    let at = this.root;
    let held: HeldDescriptor | undefined;
    try {
      if (names.length === 0) return this.#held(openSync(at, FOLDER));
      for (const [index, name] of names.entries()) {
        const isLast = index === names.length - 1;
        const flags = isLast && wanted === 'anything' ? O_PATH : FOLDER;
        const next = openSync(osPath(within(at, name)), flags | constants.O_NOFOLLOW);
        held?.[Symbol.dispose]();
        held = this.#held(next);
        at = held.path;
      }
      // A link itself can be held, where it does not have to be a folder.
      if (wanted === 'folder' || held?.stats().isSymbolicLink() === false) return held;
    } catch (error) {
      if (!MAY_BE_A_LINK.has(errnoOf(error) ?? '')) {
        held?.[Symbol.dispose]();
        throw error;
      }
    }
    held?.[Symbol.dispose]();
    return undefined;
  }

  #follow(path: string, wanted: Wanted): Held {
    const held = this.#held(openSync(osPath(path), wanted === 'folder' ? FOLDER : O_PATH));
    try {
      // The home is asked anew each time: an operator may have moved it.
      const home = whereIs(this.#descriptors, this.#home);
      if (!isInside(held.where(), home)) throw notFound();
      return held;
    } catch (error) {
      held[Symbol.dispose]();
      throw error;
    }
  }

  isRemoved(): boolean {
    return !this.#closed && isRemoved(this.#home, this.root);
  }

  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.#home);
  }

  #held(descriptor: number): HeldDescriptor {
    return new HeldDescriptor(this.#descriptors, descriptor);
  }
}

class HeldDescriptor implements Held {
  readonly path: string;
  readonly #descriptors: string;
  readonly #descriptor: number;

  constructor(descriptors: string, descriptor: number) {
    this.#descriptors = descriptors;
    this.#descriptor = descriptor;
    this.path = `${descriptors}/${descriptor}`;
  }

  where(): string {
    return whereIs(this.#descriptors, this.#descriptor);
  }

  stats(): BigIntStats {
    return fstatSync(this.#descriptor, { bigint: true });
  }

  open(flags: number): number {
    return openSync(this.path, flags);
  }

  confirm(): void {
    // A descriptor cannot become another object.
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
  }
}

/** The names from the home to what a path leads to; undefined for what is far away, or hidden. */
function namesNear(path: Path): readonly string[] | undefined {
  if (isHidden(path)) return undefined;
  const names = segmentsOf(path);
  return names.length > NEAR ? undefined : names;
}

/** The facts about this name itself, unless it is a link, or nothing has it. */
function lookAt(path: string): BigIntStats | undefined {
  const stats = lstatSync(osPath(path), { bigint: true, throwIfNoEntry: false });
  return stats?.isSymbolicLink() ? undefined : stats;
}

/** The links of a folder that has been removed, and those of one where the file system counts none. */
const REMOVED_LINKS = 0n;
const UNCOUNTED = 1n;

/** What the kernel adds to the path of what has been removed. */
const REMOVED = ' (deleted)';

/**
 * True if a folder has no name any more.
 * @param descriptor open on it
 * @param link `/proc/self/fd/N`, which is the same
 */
export function isRemoved(descriptor: number, link: string): boolean {
  const { nlink } = fstatSync(descriptor, { bigint: true });
  if (nlink !== UNCOUNTED) return nlink === REMOVED_LINKS;
  const where = fromOs(readlinkSync(link, 'buffer'));
  if (!where.endsWith(REMOVED)) return false;
  // A folder may be called so.
  const there = lstatSync(osPath(where), { bigint: true, throwIfNoEntry: false });
  return !there || !isSameObject(there, statSync(link, { bigint: true }));
}

/** The real path of an open descriptor, as the kernel knows it. */
function whereIs(descriptors: string, descriptor: number): string {
  return fromOs(readlinkSync(`${descriptors}/${descriptor}`, 'buffer'));
}
