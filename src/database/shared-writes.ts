import type { Database, Write } from './database.ts';

/** What became of one part of a transaction. */
export interface Written<T> {
  readonly result: T;
  /** Resolves when it survives a power cut. */
  readonly durable: Promise<void>;
}

/** What those who share a transaction have in common: made at its beginning. */
export interface Common {
  /** Writes what is still to be written of it, as the last step of the transaction. */
  end(): Promise<void>;
}

interface Part<C> {
  readonly run: (write: Write, common: C) => Promise<unknown>;
  readonly done: (result: unknown, durable: Promise<void>) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Transactions of many who come at once, made as one and synced as one: what each of them costs is
 * mostly what a transaction costs. Those who come while one is synced share the next.
 */
export class SharedWrites<C extends Common> {
  readonly #database: Pick<Database, 'write' | 'durable'>;
  readonly #begin: (write: Write) => C;
  #waiting: Part<C>[] = [];
  #isAtWork = false;

  /** @param begin makes what is common to those who share this transaction */
  constructor(database: Pick<Database, 'write' | 'durable'>, begin: (write: Write) => C) {
    this.#database = database;
    this.#begin = begin;
  }

  /**
   * Runs `work`, a second time if another part of the same transaction has failed.
   * @throws Failure as {@link Database.write} does, and what `work` throws
   */
  write<T>(work: (write: Write, common: C) => Promise<T>): Promise<Written<T>> {
    const { promise, resolve, reject } = Promise.withResolvers<Written<T>>();
    const done = (result: unknown, durable: Promise<void>): void =>
      resolve({ result: result as T, durable });
    this.#waiting.push({ run: work, done, failed: reject });
    if (!this.#isAtWork) void this.#work();
    return promise;
  }

  async #work(): Promise<void> {
    this.#isAtWork = true;
    // Those that come in the same moment go along.
    await new Promise(setImmediate);
    while (this.#waiting.length > 0) {
      const parts = this.#waiting;
      this.#waiting = [];
      if (!(await this.#isWritten(parts)) && parts.length > 1) {
        for (const part of parts) await this.#isWritten([part]);
      }
    }
    this.#isAtWork = false;
  }

  /** @returns false if nothing of them has happened; one that is alone has been told why */
  async #isWritten(parts: readonly Part<C>[]): Promise<boolean> {
    let results: unknown[];
    try {
      results = await this.#database.write(async (write) => {
        const common = this.#begin(write);
        const results: unknown[] = [];
        for (const { run } of parts) results.push(await run(write, common));
        await common.end();
        return results;
      });
    } catch (error) {
      if (parts.length === 1) parts[0]?.failed(error);
      return false;
    }
    const durable = (async () => this.#database.durable())();
    for (const [index, { done }] of parts.entries()) done(results[index], durable);
    // Whoever needs it hears of what goes wrong.
    await durable.catch(() => {});
    return true;
  }
}
