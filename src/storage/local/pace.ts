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
  #carefulUntil = 0;

  /** @param now milliseconds, for tests */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  run<T>(atOnce: () => T, beside: () => Promise<T>): Soon<T> {
    const began = this.#now();
    if (began < this.#carefulUntil) return beside();
    try {
      return atOnce();
    } finally {
      const ended = this.#now();
      if (ended - began > LONG_MS) this.#carefulUntil = ended + CAREFUL_MS;
    }
  }
}
