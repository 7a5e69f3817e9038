import type { Notice } from '../base/notice.ts';

/** One connection, logged in or not. */
export interface Guest {
  readonly address: string;
  /** What one party is likely to hold of the address space. */
  readonly network: string;
  readonly isTrusted: boolean;
  /** Somebody is logged in on it. */
  isInside: boolean;
  /** Given when it has to go. */
  readonly leave: Notice;
}

/** All connections, by where they come from. */
export class Guests {
  readonly #byNetwork = new Map<string, Set<Guest>>();
  /** Those who have not logged in, the oldest first. */
  readonly #outsiders = new Map<string, Set<Guest>>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  countOf(network: string): number {
    return this.#byNetwork.get(network)?.size ?? 0;
  }

  *all(): Iterable<Guest> {
    for (const guests of this.#byNetwork.values()) yield* guests;
  }

  add(guest: Guest): void {
    put(this.#byNetwork, guest);
    put(this.#outsiders, guest);
    this.#count += 1;
  }

  remove(guest: Guest): void {
    if (!take(this.#byNetwork, guest)) return;
    take(this.#outsiders, guest);
    this.#count -= 1;
  }

  /** Somebody has logged in on it, or out. */
  settle(guest: Guest, isInside: boolean): void {
    if (this.#byNetwork.get(guest.network)?.has(guest) !== true) return;
    guest.isInside = isInside;
    if (isInside) take(this.#outsiders, guest);
    else put(this.#outsiders, guest);
  }

  /** Who gives way to one more from this network: nobody, unless others have more who wait outside. */
  outsiderInFavourOf(network: string): Guest | undefined {
    let most = this.#outsiders.get(network) ?? new Set<Guest>();
    for (const outsiders of this.#outsiders.values()) {
      if (outsiders.size > most.size) most = outsiders;
    }
    const [oldest] = most;
    // Among its own nobody gains a place by it.
    return oldest?.network === network ? undefined : oldest;
  }
}

function put(sets: Map<string, Set<Guest>>, guest: Guest): void {
  const set = sets.get(guest.network);
  if (set) set.add(guest);
  else sets.set(guest.network, new Set([guest]));
}

/** @returns whether it was there */
function take(sets: Map<string, Set<Guest>>, guest: Guest): boolean {
  const set = sets.get(guest.network);
  const wasThere = set?.delete(guest) === true;
  if (set?.size === 0) sets.delete(guest.network);
  return wasThere;
}
