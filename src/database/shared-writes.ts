import type { Database, Write } from './database.ts';

/** What became of one part of a transaction. */
export interface Written<T> {
  readonly result: T;
  /** Resolves when it survives a power cut. */
  readonly durable: Promise<void>;
}

interface Part {
  readonly run: (write: Write) => Promise<unknown>;
  readonly done: (result: unknown, durable: Promise<void>) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Transactions of many who come at once, made as one and synced as one: what each of them costs is
 * mostly what a transaction costs. Those who come while one is synced share the next.
 */
export class SharedWrites {
  readonly #database: Pick<Database, 'write' | 'durable'>;
  #waiting: Part[] = [];
  #isAtWork = false;

  constructor(database: Pick<Database, 'write' | 'durable'>) {
    this.#database = database;
  }

  /**
   * Runs `work`, a second time if another part of the same transaction has failed.
   * @throws Failure as {@link Database.write} does, and what `work` throws
   */
  write<T>(work: (write: Write) => Promise<T>): Promise<Written<T>> {
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
  async #isWritten(parts: readonly Part[]): Promise<boolean> {
    let results: unknown[];
    try {
      results = await this.#database.write(async (write) => {
        const results: unknown[] = [];
        for (const { run } of parts) results.push(await run(write));
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
