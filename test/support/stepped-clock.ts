import type { Clock } from '../../src/base/clock.ts';

/** A clock that a test moves on; whoever sleeps wakes in the order of their times. */
export class SteppedClock implements Clock {
  #time = 1_000_000;
  readonly #sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();

  now(): number {
    return this.#time;
  }

  monotonic(): number {
    return this.#time;
  }

  /** How many are asleep. */
  get sleepers(): number {
    return this.#sleepers.size;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const sleeper = { until: this.#time + milliseconds, wake: resolve };
    const stop = (): void => {
      this.#sleepers.delete(sleeper);
      reject(signal?.reason);
    };
    if (signal?.aborted) stop();
    else {
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', stop, { once: true });
    }
    return promise;
  }

  /** Lets so much time pass, and what it wakes do its work. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.#time + milliseconds;
    for (;;) {
      await new Promise(setImmediate);
      const [next] = [...this.#sleepers].toSorted((one, other) => one.until - other.until);
      if (!next || next.until > end) break;
      this.#sleepers.delete(next);
      this.#time = Math.max(this.#time, next.until);
      next.wake();
    }
    this.#time = end;
    await new Promise(setImmediate);
  }
}
