import { TransferFailure } from '../transfer-failure.ts';

/** How often a transfer begins anew because the source has become another. */
const CHANGES = 3;

/** How often it begins anew because what arrived is not what was sent. */
const MISMATCHES = 1;

/** Why everything has to be sent or fetched once more. */
export type Anew = 'changed' | 'mismatch';

const LIMITS = {
  changed: {
    most: CHANGES,
    code: 'source-changed',
    sentence: 'The source keeps changing while it is transferred',
  },
  mismatch: {
    most: MISMATCHES,
    code: 'verification-failed',
    sentence: 'What arrived is not what was sent, for the second time',
  },
} as const;

/** Counts the rounds of one transfer. Other than failures of a connection they cost no wait. */
export class Rounds {
  readonly #counts: Record<Anew, number> = { changed: 0, mismatch: 0 };

  /** True as long as nothing had to begin anew. */
  get isFirst(): boolean {
    return this.#counts.changed + this.#counts.mismatch === 0;
  }

  /** @throws TransferFailure `source-changed`, `verification-failed` when it is enough */
  again(why: Anew): void {
    this.#counts[why] += 1;
    const { most, code, sentence } = LIMITS[why];
    if (this.#counts[why] > most) throw new TransferFailure(code, sentence);
  }
}
