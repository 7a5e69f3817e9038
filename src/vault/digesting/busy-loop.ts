/** How often one looks, in milliseconds. */
const LOOK_MS = 50;

/** From this part of its time on the event loop has its hands full. */
const BUSY = 0.5;

/** Looks whether the event loop is busy, as long as there is a reason to. */
export class BusyLoop implements Disposable {
  readonly #isWanted: () => boolean;
  readonly #changed: (isBusy: boolean) => void;
  #timer: NodeJS.Timeout | undefined;
  #isBusy = false;
  #before = performance.eventLoopUtilization();

  /**
   * @param isWanted asked each time whether to go on looking
   * @param changed told when it has become busy or is no longer
   */
  constructor(isWanted: () => boolean, changed: (isBusy: boolean) => void) {
    this.#isWanted = isWanted;
    this.#changed = changed;
  }

  /** There is a reason to look now. */
  watch(): void {
    if (this.#timer !== undefined) return;
    this.#before = performance.eventLoopUtilization();
    this.#timer = setInterval(() => this.#look(), LOOK_MS).unref();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const isWanted = this.#isWanted();
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.#before);
    this.#before = now;
    const isBusy = isWanted && utilization >= BUSY;
    if (isBusy !== this.#isBusy) {
      this.#isBusy = isBusy;
      this.#changed(isBusy);
    }
    if (!isWanted) this[Symbol.dispose]();
  }
}
