import { Failure } from '../../base/failure.ts';
import { closing } from './closing.ts';

/**
 * Lets a few through at once; the others wait. Parties take turns, and within a party who came
 * first goes first: one who comes with a crowd is no faster for it, and holds up nobody but the
 * crowd. Beyond a number nobody more may wait, and then the largest crowd gives way.
 */
export class Turnstile implements Disposable {
  readonly #places: number;
  readonly #maxWaiting: number;
  /** By party, in the order of their turns. */
  readonly #crowds = new Map<string, Set<Waiter>>();
  #waiting = 0;
  #inside = 0;
  #closed = false;

  /**
   * @param places how many may be inside at once.
   * @param maxWaiting how many more may wait.
   */
  constructor(places: number, maxWaiting: number) {
    this.#places = places;
    this.#maxWaiting = maxWaiting;
  }

  /**
   * Does `work` as soon as there is a place for it, and passes on what it returns or throws.
   * @param signal ends the waiting, not the work.
   * @param party who shares a turn.
   * @throws Failure `locked` if too many wait already, `shutting-down` after disposal; the
   *   signal's reason if it is aborted before the turn has come.
   */
  async run<T>(work: () => Promise<T>, signal?: AbortSignal, party = ''): Promise<T> {
    signal?.throwIfAborted();
    if (this.#closed) throw closing();
    if (this.#inside < this.#places) this.#inside += 1;
    else await this.#turn(signal, party);
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  /** Turns away everybody who waits and everybody who comes; who is inside stays until done. */
  [Symbol.dispose](): void {
    this.#closed = true;
    for (const crowd of this.#crowds.values()) for (const one of crowd) one.refuse(closing());
    this.#crowds.clear();
    this.#waiting = 0;
  }

  #turn(signal: AbortSignal | undefined, party: string): Promise<void> {
    if (this.#waiting >= this.#maxWaiting) this.#makeRoom(party);
    return new Promise((resolve, reject) => {
      const abandon = () => {
        this.#remove(waiter);
        reject(signal?.reason);
      };
      const waiter: Waiter = {
        party,
        admit() {
          signal?.removeEventListener('abort', abandon);
          resolve();
        },
        refuse(reason) {
          signal?.removeEventListener('abort', abandon);
          reject(reason);
        },
      };
      const crowd = this.#crowds.get(party);
      if (crowd) crowd.add(waiter);
      else this.#crowds.set(party, new Set([waiter]));
      this.#waiting += 1;
      signal?.addEventListener('abort', abandon, { once: true });
    });
  }

  /** @throws Failure `locked` if no crowd is larger than that of this party will be */
  #makeRoom(party: string): void {
    let largest = new Set<Waiter>();
    for (const crowd of this.#crowds.values()) if (crowd.size > largest.size) largest = crowd;
    const last = [...largest].at(-1);
    const own = (this.#crowds.get(party)?.size ?? 0) + 1;
    if (last === undefined || largest.size <= own) throw busy();
    this.#remove(last);
    last.refuse(busy());
  }

  /** Hands the place to the one whose turn it is, so that no newcomer can slip in between. */
  #leave(): void {
    const [crowd] = this.#crowds.values();
    const [next] = crowd ?? [];
    if (crowd === undefined || next === undefined) {
      this.#inside -= 1;
      return;
    }
    this.#remove(next);
    // The others of its party wait for the turn after all other parties.
    if (crowd.size > 0) {
      this.#crowds.delete(next.party);
      this.#crowds.set(next.party, crowd);
    }
    next.admit();
  }

  #remove(waiter: Waiter): void {
    const crowd = this.#crowds.get(waiter.party);
    if (crowd?.delete(waiter) !== true) return;
    this.#waiting -= 1;
    if (crowd.size === 0) this.#crowds.delete(waiter.party);
  }
}

interface Waiter {
  readonly party: string;
  admit(): void;
  refuse(reason: unknown): void;
}

function busy(): Failure {
  return new Failure('locked', 'The server is busy with logins');
}
