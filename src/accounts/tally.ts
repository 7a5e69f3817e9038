import type { Clock } from '../base/clock.ts';

/** How often something happened, and when it last did on the monotonic clock, in milliseconds. */
export interface Count {
  readonly count: number;
  readonly last: number;
}

const NONE: Count = { count: 0, last: 0 };

/** Counts by key; forgets a key some time after its last event, or when there are too many. */
export class Tally {
  readonly #clock: Clock;
  readonly #forgetAfterMs: number;
  readonly #maxEntries: number;
  /** In the order of their last events. */
  readonly #counts = new Map<string, Count>();

  constructor(clock: Clock, forgetAfterMs: number, maxEntries: number) {
    this.#clock = clock;
    this.#forgetAfterMs = forgetAfterMs;
    this.#maxEntries = maxEntries;
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#counts.size;
  }

  get(key: string): Count {
    const found = this.#counts.get(key);
    return found === undefined || this.#isStale(found) ? NONE : found;
  }

  /** One more. */
  add(key: string): void {
    const count = this.get(key).count + 1;
    this.#counts.delete(key);
    this.#counts.set(key, { count, last: this.#clock.monotonic() });
    for (const [oldest, found] of this.#counts) {
      if (this.#counts.size <= this.#maxEntries && !this.#isStale(found)) break;
      this.#counts.delete(oldest);
    }
  }

  /** Takes some back; what is left keeps its time. */
  subtract(key: string, amount: number): void {
    const { count, last } = this.get(key);
    if (count > amount) this.#counts.set(key, { count: count - amount, last });
    else this.#counts.delete(key);
  }

  /** Forgets a key and returns its count. */
  remove(key: string): number {
    const { count } = this.get(key);
    this.#counts.delete(key);
    return count;
  }

  #isStale({ last }: Count): boolean {
    return this.#clock.monotonic() - last >= this.#forgetAfterMs;
  }
}
