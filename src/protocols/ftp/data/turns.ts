import { KiB, MiB } from '../../../base/size.ts';

/** What all transfers together move in one turn of the event loop: half a millisecond of work. */
const TURN_BYTES = MiB;

/** Moving less at a time would be more calls than bytes. */
const LEAST_BYTES = 64 * KiB;

/**
 * Shares the turns of the event loop among the transfers that could go on. What the system takes at
 * once would otherwise never let go of the loop, and each transfer more would make every turn
 * longer: for the others, too, who only want the reply to a command.
 */
export class Turns {
  #waiting: ((bytes: number) => void)[] = [];

  /** Resolves in a turn in which this transfer may move so many bytes. */
  next(): Promise<number> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#waiting.length === 1) setImmediate(this.#begin);
    });
  }

  readonly #begin = (): void => {
    const share = Math.max(LEAST_BYTES, Math.floor(TURN_BYTES / this.#waiting.length));
    const served = this.#waiting.splice(0, Math.floor(TURN_BYTES / share));
    if (this.#waiting.length > 0) setImmediate(this.#begin);
    for (const go of served) go(share);
  };
}
