/** Lets one at a time work on a key; the others wait in the order in which they came. */
export class KeyedLocks {
  readonly #tails = new Map<string, Promise<void>>();

  /** Resolves to a lock on all of these keys when it is this caller's turn. Dispose it to let go. */
  async hold(...keys: readonly string[]): Promise<Disposable> {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    // Taken in one order by everybody, so that no two holders wait for each other.
    const wanted = [...new Set(keys)].toSorted();
    const before = wanted.map((key) => this.#tails.get(key) ?? Promise.resolve());
    const tail = Promise.all(before).then(() => released);
    for (const key of wanted) this.#tails.set(key, tail);
    await Promise.all(before);
    return {
      [Symbol.dispose]: () => {
        release();
        for (const key of wanted) {
          if (this.#tails.get(key) === tail) this.#tails.delete(key);
        }
      },
    };
  }
}

/** Runs one piece of work after the other, in the order in which they were given. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work, work);
    this.#last = mine.catch(() => {});
    return mine;
  }
}
