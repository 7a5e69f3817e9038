import type { Outcome, TransferEvent } from '../../client/transfer/outcome.ts';
import type { TransferFailure } from '../../client/transfer-failure.ts';

/** What a transfer is called. */
export interface Title {
  /** For people: as short as it is clear. */
  readonly name: string;
  readonly direction: 'upload' | 'download';
  /** For machines: from where and to where, never with a password. */
  readonly source: string;
  readonly target: string;
}

/** How a transfer has ended. */
export type Ending =
  | { readonly kind: 'done'; readonly outcome: Outcome }
  /** Nothing was done: it was there, and is to be left as it is. */
  | { readonly kind: 'kept' }
  /** It was not about a file that arrives somewhere: there is nothing to say. */
  | { readonly kind: 'over' }
  | { readonly kind: 'failed'; readonly failure: TransferFailure };

/** What a command has done, in numbers. */
export interface Summary {
  readonly files: number;
  readonly failed: number;
  readonly untried: number;
  /** Files that were there and were left as they are. */
  readonly kept: number;
  /** What was left out though somebody might miss it. */
  readonly skipped: number;
  /** Files that nothing had to be transferred of. */
  readonly wereThere: number;
  /** Bytes of all these files; those that went over the wire; those that were there before. */
  readonly bytes: number;
  readonly moved: number;
  readonly resumed: number;
  readonly milliseconds: number;
  /** Files that were the same on both sides, and what was removed, where a command does so. */
  readonly same?: number;
  readonly removed?: number;
  /** How many files are proven in which way. */
  readonly proofs: Readonly<Record<string, number>>;
}

/** One transfer, as it is shown. */
export interface Track {
  readonly listen: (event: TransferEvent) => void;
  readonly end: (ending: Ending) => void;
}

/**
 * Shows transfers to whoever watches: people at a terminal, people who read a log, programs.
 * Disposing leaves the terminal as it was.
 */
export interface Progress extends Disposable {
  /** Says how much there will be, once it is known. Bytes undefined: nobody can say. */
  expect(files: number, bytes: number | undefined): void;
  begin(title: Title): Track;
  /** Tells what a command with many files has done. */
  summarize(summary: Summary): void;
  /** Says something that is to remain. */
  note(...lines: readonly string[]): void;
}

/** How much is said. */
export interface Loudness {
  readonly isQuiet: boolean;
  /** 0, 1 (`-v`: each file) or 2 (`-vv`). */
  readonly verbosity: number;
}
