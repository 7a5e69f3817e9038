import type { Job } from '../transfer/job.ts';
import type { Word } from './lexer.ts';
import type { Shell } from './shell.ts';

/** One use of a word. */
export interface Call {
  readonly shell: Shell;
  /** What stands behind the word, without its flags. */
  readonly words: readonly Word[];
  /** The names of the flags that were given. */
  readonly flags: ReadonlySet<string>;
  readonly job: Job;
}

/** What a word is completed with. */
export type Completes =
  | 'remote'
  | 'remote-folder'
  | 'local'
  | 'local-folder'
  | 'bookmark'
  | 'verb'
  | 'nothing';

/** One word of the shell: a row of its table. */
export interface Verb {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** What follows it, for help. */
  readonly usage: string;
  readonly about: string;
  /** Its flags, and what each is called. */
  readonly flags?: Readonly<Record<string, string>>;
  /** How many words it takes. */
  readonly words: readonly [least: number, most: number];
  /** What its words are, the last for all that follow. */
  readonly completes: readonly Completes[];
  readonly run: (call: Call) => Promise<void> | void;
}

export const ANY = Number.POSITIVE_INFINITY;
