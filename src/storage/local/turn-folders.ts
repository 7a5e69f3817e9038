import type { BigIntStats } from 'node:fs';
import type { Path } from '../../base/path.ts';
import type { Confinement, Held } from './confinement.ts';
import { reach } from './locate.ts';

/** One folder for several who work in it; let go of when none does any more. */
class SharedHeld implements Held {
  readonly path: string;
  readonly #held: Held;
  #users = 0;

  constructor(held: Held) {
    this.#held = held;
    this.path = held.path;
  }

  shared(): this {
    this.#users += 1;
    return this;
  }

  where(): string {
    return this.#held.where();
  }

  stats(): BigIntStats {
    return this.#held.stats();
  }

  open(flags: number): number {
    return this.#held.open(flags);
  }

  confirm(): void {
    this.#held.confirm();
  }

  [Symbol.dispose](): void {
    this.#users -= 1;
    if (this.#users === 0) this.#held[Symbol.dispose]();
  }
}

interface Reached {
  readonly home: Confinement;
  readonly folder: Promise<SharedHeld>;
}

/**
 * Folders that are reached once for all who work in them in one turn of the event loop, in which
 * small files come together.
 */
export class TurnFolders {
  readonly #reached = new Map<Path, Reached>();

  /** As {@link reach} does, for a folder. */
  async reach(home: Confinement, path: Path): Promise<Held> {
    const known = this.#reached.get(path);
    if (known?.home === home) return (await known.folder).shared();
    const folder = this.#hold(home, path);
    if (this.#reached.size === 0) setImmediate(() => this.#letGo());
    this.#reached.set(path, { home, folder });
    return (await folder).shared();
  }

  /** @returns held once for this turn itself */
  async #hold(home: Confinement, path: Path): Promise<SharedHeld> {
    return new SharedHeld(await reach(home, path, 'folder')).shared();
  }

  #letGo(): void {
    for (const { folder } of this.#reached.values()) void letGo(folder);
    this.#reached.clear();
  }
}

async function letGo(folder: Promise<SharedHeld>): Promise<void> {
  try {
    (await folder)[Symbol.dispose]();
  } catch {
    // Whoever wanted it has been told.
  }
}
