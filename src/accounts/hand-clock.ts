import type { Clock } from '../base/clock.ts';

/** A clock that stands still until a test moves it. */
export class HandClock implements Clock {
  #time = 1_000_000;

  now(): number {
    return this.#time;
  }

  monotonic(): number {
    return this.#time;
  }

  /** Moves this clock instead of waiting. */
  sleep(milliseconds: number): Promise<void> {
    this.advance(milliseconds);
    return Promise.resolve();
  }

  advance(milliseconds: number): void {
    this.#time += milliseconds;
  }
}
