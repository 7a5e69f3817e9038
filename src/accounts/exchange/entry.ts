import type { AccountChanges } from '../changes.ts';

/** An account as a file describes it. What the file does not say is absent. */
export interface Entry {
  /** Where in the file, for people: `line 7`. */
  readonly where: string;
  readonly name: string;
  /** What the file has for a password, if it has that at all: a hash of whatever kind. */
  readonly password?: string | undefined;
  readonly changes: AccountChanges;
  /** What cannot come over, or means something else here. */
  readonly remarks: readonly string[];
}

/** What a file says. */
export interface Reading {
  readonly entries: readonly Entry[];
  /** What cannot be read; then nothing of the file is to be used. */
  readonly problems: readonly string[];
  /** What holds for all of it. */
  readonly remarks: readonly string[];
}

/** A kind of file with accounts in it. */
export interface Source {
  /** What `--from` calls it. */
  readonly name: string;
  /** Whose it is, and what comes over. */
  readonly about: string;
  /** Its usual names. */
  readonly files: RegExp;
  read(text: string, now: number): Reading;
}
