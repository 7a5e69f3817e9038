import { type Trouble, troubled } from '../../src/client/index.ts';

/** For `assert.rejects`: a TransferFailure with one of these codes. */
export function fails(...codes: readonly Trouble[]): (error: unknown) => boolean {
  return (error) => troubled(error, ...codes);
}
