import { Failure } from '../../base/failure.ts';
import { closing } from './closing.ts';

/**
 * Lets a few through at once; the others wait in the order in which they came, and beyond a
 * number nobody may even wait.
 */
export class Turnstile implements Disposable {
  readonly #places: number;
  readonly #maxWaiting: number;
  readonly #waiting = new Set<Waiter>();
  #inside = 0;
  #closed = false;

  /**
   * @param places how many may be inside at once.
   * @param maxWaiting how many more may wait.
   */
  constructor(places: number, maxWaiting: number) {
    this.#places = places;
    this.#maxWaiting = maxWaiting;
  }

  /**
   * Does `work` as soon as there is a place for it, and passes on what it returns or throws.
   * @param signal ends the waiting, not the work.
   * @throws Failure `locked` if too many wait already, `shutting-down` after disposal; the
   *   signal's reason if it is aborted before the turn has come.
   */
  async run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    if (this.#closed) throw closing();
    if (this.#inside < this.#places) this.#inside += 1;
    else await this.#turn(signal);
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  /** Turns away everybody who waits and everybody who comes; who is inside stays until done. */
  [Symbol.dispose](): void {
    this.#closed = true;
    for (const waiter of this.#waiting) waiter.refuse(closing());
    this.#waiting.clear();
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    if (this.#waiting.size >= this.#maxWaiting) {
      throw new Failure('locked', 'The server is busy with logins');
    }
    return new Promise((resolve, reject) => {
      const abandon = () => {
        this.#waiting.delete(waiter);
        reject(signal?.reason);
      };
      const waiter: Waiter = {
        admit() {
          signal?.removeEventListener('abort', abandon);
          resolve();
        },
        refuse(reason) {
          signal?.removeEventListener('abort', abandon);
          reject(reason);
        },
      };
      this.#waiting.add(waiter);
      signal?.addEventListener('abort', abandon, { once: true });
    });
  }

  /** Hands the place to the one who has waited longest, so that no newcomer can slip in between. */
  #leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#inside -= 1;
      return;
    }
    this.#waiting.delete(next);
    next.admit();
  }
}

interface Waiter {
  admit(): void;
  refuse(reason: unknown): void;
}
