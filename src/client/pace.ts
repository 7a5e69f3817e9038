import { systemClock, type Clock } from '../base/clock.ts';

/** Whoever moves bytes asks here first. */
export interface Pace {
  /** Resolves when so many bytes may go; rejects with the signal's reason when it is aborted. */
  take(bytes: number, signal: AbortSignal): Promise<void>;
}

/** What may go at once after a pause, as time at the full rate, in milliseconds. */
const BURST_MS = 250;

export interface TokenBucketOptions {
  /** Undefined while there is no limit. */
  readonly bytesPerSecond: number | undefined;
  readonly clock?: Clock;
}

/**
 * Keeps the bytes of all who share it at one rate, in the order in which they asked. Nobody has
 * to run in the background: each asker is told how long those before it still need.
 */
export class TokenBucket implements Pace {
  /** May be set at any time; who waits already goes on waiting. */
  bytesPerSecond: number | undefined;
  readonly #clock: Clock;
  /** When everything that was granted will have gone, on the clock that nobody sets. */
  #grantedUntil = -Infinity;

  constructor({ bytesPerSecond, clock = systemClock }: TokenBucketOptions) {
    this.bytesPerSecond = bytesPerSecond;
    this.#clock = clock;
  }

  async take(bytes: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.bytesPerSecond === undefined) return;
    const cost = (bytes * 1000) / this.bytesPerSecond;
    const now = this.#clock.monotonic();
    this.#grantedUntil = Math.max(this.#grantedUntil, now - BURST_MS) + cost;
    const wait = this.#grantedUntil - now;
    if (wait <= 0) return;
    try {
      await this.#clock.sleep(wait, signal);
    } catch (error) {
      // These bytes do not go: those behind them need not wait for them.
      this.#grantedUntil -= cost;
      throw error;
    }
  }
}
