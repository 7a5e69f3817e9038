import type { Held } from './confinement.ts';
import type { FactsTable } from './facts.ts';
import type { LookThread } from './look-thread.ts';

/** A folder that is looked at by the event loop and by a thread: it is held until both are done. */
export class FolderLook implements Disposable {
  readonly folder: Held;
  readonly #thread: LookThread;
  #unanswered = 0;
  #isOver = false;

  /** @param folder belongs to this from now on */
  constructor(folder: Held, thread: LookThread) {
    this.folder = folder;
    this.#thread = thread;
  }

  /** True if the thread has been started already, by whatever it was. */
  get hasThread(): boolean {
    return this.#thread.isUp;
  }

  /** Questions that the thread still has to answer. */
  get unanswered(): number {
    return this.#unanswered;
  }

  /**
   * Asks the thread what has these names.
   * @param names packed
   * @returns undefined if it has no time now; resolves to undefined if it could not find out
   */
  ask(names: Uint8Array, count: number): Promise<FactsTable | undefined> | undefined {
    const answer = this.#thread.ask(this, { folder: this.folder.path, names, count });
    if (answer) this.#unanswered += 1;
    return answer?.finally(() => {
      this.#unanswered -= 1;
      this.#closeIfDone();
    });
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#closeIfDone();
  }

  /** The number of a closed descriptor soon stands for something else. */
  #closeIfDone(): void {
    if (this.#isOver && this.#unanswered === 0) this.folder[Symbol.dispose]();
  }
}
