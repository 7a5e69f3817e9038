import { type Clock, systemClock } from '../../base/clock.ts';
import type { Store } from '../store.ts';
import { newFolder } from './nodes.ts';
import { type MemoryHome, MemoryTree } from './tree.ts';

/** Homes in memory, for tests: the same rules as a disk's, and never a wait for one. */
export class MemoryStore implements Store {
  readonly #homes = new Map<string, MemoryHome>();
  readonly #clock: Clock;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** Opens the home of this name; what earlier trees of it left is still there. */
  async openTree(location: string): Promise<MemoryTree> {
    let home = this.#homes.get(location);
    if (!home) {
      home = { root: newFolder(0, this.#clock.now()), staged: new Map(), nextId: 0 };
      this.#homes.set(location, home);
    }
    return new MemoryTree(home, this.#clock);
  }
}
