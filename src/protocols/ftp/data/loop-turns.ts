import { MiB } from '../../../base/size.ts';

/** What all transfers together move in one turn of the event loop: half a millisecond of work. */
const TURN_BYTES = MiB;

interface Waiting {
  readonly bytes: number;
  readonly go: () => void;
}

/**
 * Shares the turns of the event loop among the transfers that could go on, one after the other.
 * What the system takes at once would otherwise never let go of the loop, and each transfer more
 * would make every turn longer: for the others, too, who only want the reply to a command.
 */
export class LoopTurns {
  #waiting: Waiting[] = [];

  /** Resolves in a turn in which there is room for so many bytes; for more than fit, in one alone. */
  next(bytes: number): Promise<void> {
    return new Promise((go) => {
      this.#waiting.push({ bytes, go });
      if (this.#waiting.length === 1) setImmediate(this.#begin);
    });
  }

  readonly #begin = (): void => {
    let room = TURN_BYTES;
    const fits = this.#waiting.findIndex(({ bytes }) => (room -= bytes) < 0);
    const served = this.#waiting.splice(0, fits < 0 ? this.#waiting.length : Math.max(1, fits));
    if (this.#waiting.length > 0) setImmediate(this.#begin);
    for (const { go } of served) go();
  };
}
