import { close, closeSync, fstatSync } from 'node:fs';
import { Failure } from '../../base/failure.ts';
import { MiB } from '../../base/size.ts';
import type { Soon } from '../store.ts';
import { osFailure } from './os-failure.ts';
import type { Pace } from './pace.ts';

/** Closing more than this can take long: the system then frees a file that has been removed. */
const AT_ONCE_BYTES = MiB;

/**
 * An open descriptor that is closed only when no call uses it any more. The system gives the
 * number of a closed descriptor to the next file that is opened: a write still on its way to a
 * thread would land there.
 */
export class Descriptor implements AsyncDisposable {
  readonly number: number;
  readonly #pace: Pace | undefined;
  #users = 0;
  #closed: PromiseWithResolvers<void> | undefined;

  /** @param pace of the disk it is on; without, a thread closes it */
  constructor(number: number, pace?: Pace) {
    this.number = number;
    this.#pace = pace;
  }

  /** Runs a call that uses the number. @throws Failure for an error of the system */
  async use<T>(call: (number: number) => Soon<T>): Promise<T> {
    if (this.#closed) throw closedFile();
    this.#users += 1;
    try {
      return await call(this.number);
    } catch (error) {
      throw osFailure(error);
    } finally {
      this.#users -= 1;
      if (this.#users === 0) this.#closeIfDue();
    }
  }

  /** The same for a call that is done when it returns. */
  useAtOnce<T>(call: (number: number) => T): T {
    if (this.#closed) throw closedFile();
    try {
      return call(this.number);
    } catch (error) {
      throw osFailure(error);
    }
  }

  /** Resolves when it is closed; may be called again. */
  [Symbol.asyncDispose](): Promise<void> {
    if (!this.#closed) {
      this.#closed = Promise.withResolvers();
      if (this.#users === 0) this.#closeIfDue();
    }
    return this.#closed.promise;
  }

  #closeIfDue(): void {
    const closed = this.#closed;
    if (!closed) return;
    // What had to be durable has been synced before, so an error here tells nothing of use.
    if (!this.#closesAtOnce()) close(this.number, () => closed.resolve());
    else closed.resolve();
  }

  /** What is small is closed before a thread has been asked. */
  #closesAtOnce(): boolean {
    const isClosed = this.#pace?.atOnce(() => {
      try {
        if (fstatSync(this.number).size > AT_ONCE_BYTES) return false;
      } catch {
        return false;
      }
      try {
        closeSync(this.number);
      } catch {
        // It is closed all the same (close(2)).
      }
      return true;
    });
    return isClosed ?? false;
  }
}

function closedFile(): Failure {
  return new Failure('storage-failed', 'The file has been closed');
}
