import { type Clock, NO_LONGER } from '../../../base/clock.ts';

export interface WatchdogOptions {
  readonly clock: Clock;
  /** Milliseconds. */
  readonly warnAfter: number;
  readonly barkAfter: number;
  /** Told once for each wait that takes so long. */
  readonly warn: (milliseconds: number) => void;
  /** Told once: then the watch is over. */
  readonly bark: () => void;
}

/**
 * Counts the time in which the other side has kept us waiting without a sign, and only that: our
 * own slowness is nobody's stall.
 */
export class Watchdog implements Disposable {
  readonly #options: WatchdogOptions;
  readonly #over = new AbortController();
  #waitingSince: number | undefined;
  #hasWarned = false;

  constructor(options: WatchdogOptions) {
    this.#options = options;
    void this.#watch();
  }

  /** It is the other side's turn, again if it was before: a sign of it begins the count anew. */
  waiting(): void {
    this.#waitingSince = this.#options.clock.monotonic();
    this.#hasWarned = false;
  }

  /** It is our turn. */
  resting(): void {
    this.#waitingSince = undefined;
  }

  [Symbol.dispose](): void {
    this.#over.abort(NO_LONGER);
  }

  async #watch(): Promise<void> {
    const { clock, warnAfter, barkAfter, warn, bark } = this.#options;
    while (!this.#over.signal.aborted) {
      const waited = this.#waited();
      if (waited >= barkAfter) {
        this[Symbol.dispose]();
        bark();
        return;
      }
      if (waited >= warnAfter && !this.#hasWarned) {
        this.#hasWarned = true;
        warn(waited);
      }
      const next = waited < warnAfter ? warnAfter : barkAfter;
      try {
        // A sign begins the count anew, and nobody wakes this: so never longer than a warning.
        await clock.sleep(Math.min(warnAfter, barkAfter, next - waited), this.#over.signal);
      } catch {
        return;
      }
    }
  }

  #waited(): number {
    if (this.#waitingSince === undefined) return 0;
    return this.#options.clock.monotonic() - this.#waitingSince;
  }
}
