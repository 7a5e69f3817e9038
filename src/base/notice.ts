import type { Failure } from './failure.ts';

/**
 * Something that has to end is told so once, with the reason. What an AbortController does as well,
 * with a table of listeners and an event: too much for what there are thousands of, of which each
 * has one listener and few are ever told. A signal is made of it when somebody needs one.
 */
export class Notice {
  #reason: Failure | undefined;
  #listener: ((reason: Failure) => void) | undefined;
  #controller: AbortController | undefined;

  /** Why; undefined until it has been given. */
  get reason(): Failure | undefined {
    return this.#reason;
  }

  /** Aborted with the reason. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** Calls this when it is given, at once if it has been; instead of who listened before. */
  listen(listener: ((reason: Failure) => void) | undefined): void {
    this.#listener = listener;
    if (this.#reason !== undefined) listener?.(this.#reason);
  }

  /** Only the first time counts. */
  give(reason: Failure): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#controller?.abort(reason);
    this.#listener?.(reason);
  }
}
