import type { Failure } from '../../base/failure.ts';
import { Ended, EXIT } from '../exit-codes.ts';
import type { Job } from './job.ts';

/**
 * What was named among others and cannot go with them, as folders where folders were not meant:
 * `put *` leaves them out, as `cp` does.
 */
export class Omitted {
  readonly #reasons: Failure[] = [];

  add(reason: Failure): void {
    this.#reasons.push(reason);
  }

  /**
   * Says what is left out.
   * @throws the first reason if nothing else was to be done
   */
  tell(others: number, { warn }: Job): void {
    const [first] = this.#reasons;
    if (first !== undefined && others === 0) throw first;
    for (const { message } of this.#reasons) warn(message);
  }

  /** @throws Ended (23) if anything was left out */
  conclude(): void {
    const { length } = this.#reasons;
    if (length > 0) throw new Ended(EXIT.someFailed, [`${length} left out`]);
  }
}
