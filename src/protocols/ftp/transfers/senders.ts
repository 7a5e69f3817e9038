/** What is known of one sender while at least one upload of theirs runs. */
interface Known {
  running: number;
  most: number;
  roundTripMs: number | undefined;
}

/** One running upload of a sender. */
export interface Sending extends Disposable {
  /** The most uploads that this sender has had at once since there was none. */
  readonly atOnce: number;
  /** The shortest time in milliseconds in which one of them came back to us, if any was seen. */
  readonly roundTripMs: number | undefined;
}

/**
 * Who sends, by account and address: a program may send many files at once and end them in turn, so
 * that what one upload waits the others wait as well.
 */
export class Senders {
  readonly #known = new Map<string, Known>();

  /**
   * One more upload runs, until what is returned is disposed of.
   * @param roundTripMs what it has shown of the way to its sender
   */
  enter(account: string, peer: string, roundTripMs: number | undefined): Sending {
    const key = `${peer} ${account}`;
    const known = this.#known.get(key) ?? { running: 0, most: 0, roundTripMs: undefined };
    this.#known.set(key, known);
    known.running += 1;
    known.most = Math.max(known.most, known.running);
    if (roundTripMs !== undefined) {
      known.roundTripMs = Math.min(known.roundTripMs ?? roundTripMs, roundTripMs);
    }
    return {
      get atOnce() {
        return known.most;
      },
      get roundTripMs() {
        return known.roundTripMs;
      },
      [Symbol.dispose]: () => {
        known.running -= 1;
        if (known.running === 0) this.#known.delete(key);
      },
    };
  }
}
