import { Failure } from '../../base/failure.ts';
import { Ended, EXIT } from '../exit-codes.ts';
import { counted } from '../progress/text.ts';
import type { Job } from './job.ts';

/** Folders among files, where folders were not meant: `put *` leaves them out, as `cp` does. */
export class Omitted {
  readonly #sentences: string[] = [];

  add(sentence: string): void {
    this.#sentences.push(sentence);
  }

  /**
   * Says what is left out.
   * @throws Failure `is-a-directory` if nothing else was to be done
   */
  tell(others: number, { warn }: Job): void {
    const [first] = this.#sentences;
    if (first === undefined) return;
    if (others === 0) throw new Failure('is-a-directory', first);
    for (const sentence of this.#sentences) warn(sentence);
  }

  /** @throws Ended (23) if anything was left out */
  conclude(): void {
    const count = this.#sentences.length;
    if (count > 0) throw new Ended(EXIT.someFailed, [`${counted(count, 'folder')} left out`]);
  }
}
