import { type BigIntStats, constants, openSync, realpathSync, statSync } from 'node:fs';
import { type Confinement, type Held, isInside, type Wanted } from './confinement.ts';
import { closedHome, notADirectory, notFound } from './os-failure.ts';
import { fromOs, osPath } from './os-path.ts';

/**
 * Confinement for systems that do not show a process its descriptors: real paths are compared
 * before and after. Links that stand still cannot lead out; a local program that swaps a folder
 * for a link at the right moment can, which is why the store declares itself `raced`.
 */
export class RacedConfinement implements Confinement {
  readonly kind = 'raced';
  readonly root: string;
  #closed = false;

  constructor(location: string) {
    this.root = realPath(location);
  }

  hold(path: string, wanted: Wanted): Held {
    if (this.#closed) throw closedHome();
    const real = realPath(path);
    if (!isInside(real, this.root)) throw notFound();
    const held = new HeldPath(real);
    if (wanted === 'folder' && !held.stats().isDirectory()) throw notADirectory();
    return held;
  }

  /** Here a path says nothing before it has been compared. */
  glance(): undefined {
    return undefined;
  }

  /** What is asked for by its path is found again by it. */
  isRemoved(): boolean {
    return false;
  }

  [Symbol.dispose](): void {
    this.#closed = true;
  }
}

class HeldPath implements Held {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  where(): string {
    return this.path;
  }

  stats(): BigIntStats {
    return statSync(osPath(this.path), { bigint: true });
  }

  open(flags: number): number {
    return openSync(osPath(this.path), flags | constants.O_NOFOLLOW);
  }

  confirm(): void {
    if (realPath(this.path) !== this.path) throw notFound();
  }

  [Symbol.dispose](): void {
    // Nothing is open.
  }
}

function realPath(path: string): string {
  return fromOs(realpathSync.native(osPath(path), 'buffer'));
}
