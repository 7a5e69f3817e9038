import { type Clock, systemClock } from '../../base/clock.ts';

/** What it takes to hand a call to a thread and to hear of its end, in milliseconds. */
const THREAD_MS = 0.05;

/** Calls that go to threads once one was slow, and the most, if it was so each time that was tried. */
const FEWEST = 16;
const MOST = 4096;

/**
 * One kind of call to one disk. As long as it is shorter than a thread's answer, as where the memory
 * of the system takes it, it is made at once; else by threads, and tried again now and then.
 */
export class DiskCall<A extends readonly unknown[], R> {
  readonly #atOnce: (...what: A) => R;
  readonly #byThread: (...what: A) => Promise<R>;
  readonly #clock: Clock;
  /** Calls that still go to threads, and how many will if the next one is slow. */
  #left = 0;
  #afterSlow = FEWEST;

  constructor(
    atOnce: (...what: A) => R,
    byThread: (...what: A) => Promise<R>,
    clock: Clock = systemClock,
  ) {
    this.#atOnce = atOnce;
    this.#byThread = byThread;
    this.#clock = clock;
  }

  /** @throws errors of the system, at once or later */
  make(...what: A): R | Promise<R> {
    if (this.#left > 0) {
      this.#left -= 1;
      return this.#byThread(...what);
    }
    const began = this.#clock.monotonic();
    const result = this.#atOnce(...what);
    if (this.#clock.monotonic() - began < THREAD_MS) {
      this.#afterSlow = FEWEST;
    } else {
      this.#left = this.#afterSlow;
      this.#afterSlow = Math.min(MOST, this.#afterSlow * 2);
    }
    return result;
  }
}
