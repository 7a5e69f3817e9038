import type { Server, ServerName, ServerOptions } from './servers.ts';

/** What has to be reached; `stretch` is what would be better still. */
export type Goal =
  /** Compared with another subject, or with the best of all others: above 1, ours is better. */
  | {
      readonly versus: string;
      readonly atLeast: number;
      readonly stretch?: number;
      /** Which of our subjects; the first one of the row without. */
      readonly ours?: string;
    }
  /** Our own figure, in the unit of the row, where less is better. */
  | { readonly atMost: number; readonly stretch?: number; readonly ours?: string };

export const BEST = 'the best';

/** One of those that do the same work. */
export interface Subject {
  readonly label: string;
  /** Does the work once. @returns the figure, in the unit of the row */
  readonly once: () => Promise<number>;
}

/** One kind of work, done by several subjects in turn. */
export interface Row {
  readonly title: string;
  readonly unit: string;
  readonly better: 'more' | 'less';
  readonly goals: readonly Goal[];
  /** Ours first. */
  readonly subjects: readonly Subject[];
  /** Counted rounds, where the usual number takes too long. */
  readonly rounds?: number;
}

/** What a claim has to work with. Everything that it starts ends with it. */
export interface Bench {
  /** True if it has to be short. */
  readonly quick: boolean;
  /** A folder on the disk, empty at first. */
  readonly folder: string;
  /** A server of its own; undefined, and said in the results, if it cannot be run here. */
  start(name: ServerName, options?: ServerOptions): Promise<Server | undefined>;
  /** Lets the subjects do their work in alternating rounds, and reports. */
  compare(row: Row): Promise<void>;
  /** Something that the results should say besides. */
  note(sentence: string): void;
  /** Has something disposed of at the end. */
  use<T extends AsyncDisposable | Disposable>(thing: T): T;
}

/** Something that this project says of itself, with what shows it. */
export interface Claim {
  readonly name: string;
  /** What is measured, and how, in a sentence. */
  readonly about: string;
  readonly run: (bench: Bench) => Promise<void>;
}
