import type { Kysely, Transaction } from 'kysely';
import type { Tables } from './tables.ts';

export type Query = Kysely<Tables>;
export type Write = Transaction<Tables>;

/** Where records live. Reads go through `query`; everything that changes goes through `write`. */
export interface Database extends AsyncDisposable {
  readonly query: Query;

  /**
   * Runs `work` as one transaction that sees no other writer. It is consistent at once and survives
   * the end of this process, but a power cut only after {@link durable}.
   * @throws Failure `storage-full`, `storage-failed`; then nothing of it has happened
   */
  write<T>(work: (transaction: Write) => Promise<T>): Promise<T>;

  /** Resolves when every transaction that ended before the call survives a power cut. */
  durable(): Promise<void>;

  /**
   * Looks whether the records are sound; takes time with their number.
   * @throws Failure `storage-failed`, saying what is wrong
   */
  check(): Promise<void>;

  /**
   * Writes a consistent and durable copy of all records while others read and write.
   * @throws Failure `already-exists` if there is such a file
   */
  backup(file: string): Promise<void>;

  /** Differs from its last value if another process has written in between. */
  outsideChanges(): Promise<number>;
}
