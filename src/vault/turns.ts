import type { Soon } from '../storage/store.ts';

/** Runs one piece of work after the other, in the order in which they were given. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  /** How much has been given and is not done. */
  #waiting = 0;

  run<T>(work: () => Soon<T>): Promise<T> {
    const mine = this.#last.then(work, work);
    this.#follow(mine);
    return mine;
  }

  /** The same for what may be done when it returns: if nothing is before it, it is run at once. */
  runSoon<T>(work: () => Soon<T>): Soon<T> {
    if (this.#waiting > 0) return this.run(work);
    const soon = work();
    if (soon instanceof Promise) this.#follow(soon);
    return soon;
  }

  #follow(work: Promise<unknown>): void {
    this.#waiting += 1;
    const leave = (): void => {
      this.#waiting -= 1;
    };
    this.#last = work.then(leave, leave);
  }
}
