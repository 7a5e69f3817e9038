import type { Soon } from '../store.ts';

/** A call that takes longer than this holds up everybody else for too long, in ms. */
const LONG_MS = 8;

/** After such a call, calls are made beside the event loop for so long, in ms. */
const CAREFUL_MS = 1000;

/**
 * Chooses how to call the system. A write into the page cache takes less time than handing it to
 * another thread and hearing back from it, so it is made at once; when one has taken long, because
 * the disk cannot keep up, the next ones are left to a thread until the disk has had time.
 */
export class Pace {
  readonly #now: () => number;
  readonly #isForgiving: boolean;
  #carefulUntil = 0;
  #lastLong = Number.NEGATIVE_INFINITY;

  /**
   * @param isForgiving true for calls so short that one long one among them is rather due to a busy
   *   processor: it takes two within the time that is then given to the disk
   * @param now milliseconds, for tests
   */
  constructor(isForgiving = false, now: () => number = () => performance.now()) {
    this.#isForgiving = isForgiving;
    this.#now = now;
  }

  /** True while calls are to be made beside the event loop. */
  get isCareful(): boolean {
    return this.#now() < this.#carefulUntil;
  }

  run<T>(atOnce: () => T, beside: () => Promise<T>): Soon<T> {
    return this.isCareful ? beside() : this.#measured(atOnce);
  }

  /** Makes the call, unless calls are to be made beside the event loop. */
  atOnce<T>(call: () => T): T | undefined {
    return this.isCareful ? undefined : this.#measured(call);
  }

  #measured<T>(atOnce: () => T): T {
    const began = this.#now();
    try {
      return atOnce();
    } finally {
      const ended = this.#now();
      if (ended - began > LONG_MS) this.#tookLong(ended);
    }
  }

  #tookLong(now: number): void {
    const isAlone = now - this.#lastLong > CAREFUL_MS;
    this.#lastLong = now;
    if (!isAlone || !this.#isForgiving) this.#carefulUntil = now + CAREFUL_MS;
  }
}
