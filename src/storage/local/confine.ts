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
import { RacedConfinement } from './confine-raced.ts';
import { type Confinement, type Held, isInside, type Wanted } from './confinement.ts';
import { isSameObject } from './entry.ts';
import { closedHome, notFound } from './os-failure.ts';
import { fromOs, osPath } from './os-path.ts';

/** O_PATH of Linux, which Node does not name: a descriptor for the object, not for its content. */
const O_PATH = 0o10000000;

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
    const home = openSync(osPath(location), O_PATH | constants.O_DIRECTORY);
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
 * A link swapped between 1 and 3 changes what a *path* would lead to, not what is held. A user who
 * moves the held folder can move it only within the home. Only someone who may rename things
 * outside the home can put it elsewhere, and needs no server for that.
 */
class DescriptorConfinement implements Confinement {
  readonly kind = 'race-free';
  readonly root: string;
  readonly #descriptors: string;
  readonly #home: number;
  #closed = false;

  constructor(descriptors: string, home: number) {
    this.#descriptors = descriptors;
    this.#home = home;
    this.root = `${descriptors}/${home}`;
  }

  hold(path: string, wanted: Wanted): Held {
    // The number of a closed descriptor soon stands for something else.
    if (this.#closed) throw closedHome();
    const flags = wanted === 'folder' ? O_PATH | constants.O_DIRECTORY : O_PATH;
    const held = new HeldDescriptor(this.#descriptors, openSync(osPath(path), flags));
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
    return !this.#closed && isRemoved(this.root);
  }

  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.#home);
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

/** What the kernel adds to the path of what has been removed. */
const REMOVED = ' (deleted)';

/** True if what a descriptor is open on has no name any more. @param link `/proc/self/fd/N` */
export function isRemoved(link: string): boolean {
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
