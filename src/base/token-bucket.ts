import { systemClock, type Clock } from './clock.ts';
import { KiB } from './size.ts';

/** Whoever moves bytes asks here first. */
export interface Pace {
  /** Resolves when so many bytes may go; rejects with the signal's reason when it is aborted. */
  take(bytes: number, signal: AbortSignal): Promise<void>;
}

/** What may go at once after a pause, as time at the full rate, in milliseconds. */
const BURST_MS = 250;

/** What one who waits gets in a row while others wait too. */
const TURN = 16 * KiB;

/** No timer runs for longer than this; then it looks again. */
const LONGEST_SLEEP_MS = 60_000;

/** Sums of fractions miss whole numbers by less than this. */
const ROUNDING = 1e-6;

export interface TokenBucketOptions {
  /** Undefined while there is no limit. */
  readonly perSecond: number | undefined;
  /** What may go at once after a pause, as time at the full rate, in milliseconds. */
  readonly burstMs?: number;
  readonly clock?: Clock;
}

interface Waiter {
  readonly wanted: number;
  left: number;
  readonly admit: () => void;
}

/**
 * Keeps the bytes (or whatever is counted) of all who share it at one rate. Those who wait are
 * served in turns, so that each has the same share however much it asks for at a time. Nothing
 * runs in the background while nobody waits.
 */
export class TokenBucket implements Pace {
  readonly #clock: Clock;
  readonly #burstMs: number;
  #perSecond: number | undefined;
  #tokens: number;
  /** When the tokens were last counted, on the clock that nobody sets. */
  #countedAt: number;
  readonly #waiting: Waiter[] = [];
  #sleep: AbortController | undefined;

  constructor({ perSecond, burstMs = BURST_MS, clock = systemClock }: TokenBucketOptions) {
    this.#clock = clock;
    this.#burstMs = burstMs;
    this.#perSecond = perSecond;
    this.#countedAt = clock.monotonic();
    this.#tokens = this.#capacity;
  }

  get perSecond(): number | undefined {
    return this.#perSecond;
  }

  /** May be set at any time, and counts for those who wait already. */
  set perSecond(rate: number | undefined) {
    if (rate === this.#perSecond) return;
    this.#count();
    // What could not be used while there was no limit is not saved up.
    if (this.#perSecond === undefined) this.#tokens = 0;
    this.#perSecond = rate;
    this.#count();
    this.#serve();
  }

  /** True if so many could be taken at once, and have been. */
  tryTake(count: number): boolean {
    if (this.#perSecond === undefined) return true;
    this.#count();
    if (this.#waiting.length > 0 || this.#tokens < count) return false;
    this.#tokens -= count;
    return true;
  }

  async take(count: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.tryTake(count)) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter = { wanted: count, left: count, admit: resolve };
    const leave = (): void => {
      this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
      // These do not go: those behind them need not wait for them.
      this.#tokens += waiter.wanted - waiter.left;
      this.#serve();
      reject(signal.reason);
    };
    signal.addEventListener('abort', leave, { once: true });
    this.#waiting.push(waiter);
    this.#serve();
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  /** Counts what has gone already without having asked: who comes next waits for it as well. */
  spend(count: number): void {
    if (this.#perSecond === undefined) return;
    this.#count();
    this.#tokens -= count;
  }

  get #capacity(): number {
    return ((this.#perSecond ?? 0) * this.#burstMs) / 1000;
  }

  /** Adds what time has brought since the last look; more than a burst only for one who waits. */
  #count(): void {
    const now = this.#clock.monotonic();
    this.#tokens += ((this.#perSecond ?? 0) * (now - this.#countedAt)) / 1000;
    this.#countedAt = now;
    if (this.#waiting.length === 0) this.#tokens = Math.min(this.#tokens, this.#capacity);
  }

  #serve(): void {
    this.#count();
    this.#sleep?.abort();
    this.#sleep = undefined;
    for (;;) {
      const first = this.#waiting[0];
      if (first === undefined) return;
      const turn = this.#waiting.length === 1 ? first.left : Math.min(first.left, TURN);
      if (this.#perSecond !== undefined) {
        if (this.#tokens + ROUNDING < turn) return this.#wakeIn(turn - this.#tokens);
        this.#tokens -= turn;
      }
      this.#waiting.shift();
      first.left -= turn;
      if (first.left > 0) this.#waiting.push(first);
      else first.admit();
    }
  }

  /** Looks again when so many tokens will have come. */
  #wakeIn(tokens: number): void {
    const sleep = new AbortController();
    this.#sleep = sleep;
    const milliseconds = Math.min((tokens * 1000) / (this.#perSecond ?? 1), LONGEST_SLEEP_MS);
    this.#clock.sleep(milliseconds, sleep.signal).then(
      () => this.#serve(),
      () => {},
    );
  }
}
