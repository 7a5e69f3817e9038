import { KiB } from '../../base/size.ts';
import type { ConnectionPool } from '../pool.ts';
import type {
  Bundles,
  FetchedFile,
  FileToFetch,
  FileToStore,
  StoredFile,
  Supply,
  Wanted,
} from '../remote.ts';
import { TransferFailure } from '../transfer-failure.ts';

/** The most bytes of a file that is worth waiting for others. */
export const BUNDLED_BYTES = 64 * KiB;

/** Files that one connection takes until others have their turn with it. */
const MOST_FILES = 64;

/** One that waits. */
interface Waiting<I, O> {
  readonly item: I;
  readonly signal: AbortSignal;
  readonly settled: PromiseWithResolvers<O | undefined>;
}

/** What a connection does with many in one go. */
type Carry<I, O> = (bundles: Bundles, supply: Supply<I, O>, signal: AbortSignal) => Promise<void>;

/** Gathers those that come at once, and brings them over together. */
class Gathering<I, O> {
  readonly #pool: ConnectionPool;
  readonly #carry: Carry<I, O>;
  readonly #atOnce: number;
  #waiting: Waiting<I, O>[] = [];
  #running = 0;
  /** The server has been seen to take each file alone. */
  isOff = false;

  constructor(pool: ConnectionPool, atOnce: number, carry: Carry<I, O>) {
    this.#pool = pool;
    this.#atOnce = atOnce;
    this.#carry = carry;
  }

  bring(item: I, signal: AbortSignal): Promise<O | undefined> {
    const settled = Promise.withResolvers<O | undefined>();
    this.#waiting.push({ item, signal, settled });
    if (this.#running < this.#atOnce) void this.#work();
    return settled.promise;
  }

  async #work(): Promise<void> {
    this.#running += 1;
    // Those that come in the same moment go along.
    await new Promise(setImmediate);
    for (;;) {
      const [first] = this.#waiting;
      if (!first) break;
      await this.#bringSome(first.signal);
    }
    this.#running -= 1;
  }

  /** Some that end together if they are interrupted. */
  async #bringSome(signal: AbortSignal): Promise<void> {
    const taken: Waiting<I, O>[] = [];
    const take = (most: number): readonly Wanted<I, O>[] => {
      const some = this.#take(Math.min(most, MOST_FILES - taken.length), signal);
      taken.push(...some);
      return some.map(({ item, settled }) => ({ item, settle: settled.resolve }));
    };
    try {
      await using lease = await this.#pool.lease(signal);
      const { connection } = lease;
      const { bundles } = connection;
      this.isOff = bundles === undefined;
      try {
        if (bundles) await this.#carry(bundles, take, signal);
        else take(MOST_FILES);
      } catch (error) {
        // What it means for each is found out by whoever looks at it alone.
        const isOfAll = error instanceof TransferFailure && connection.isUsable && !signal.aborted;
        if (!isOfAll) throw error;
      }
      for (const { settled } of taken) settled.resolve(undefined);
    } catch (error) {
      if (taken.length === 0) take(MOST_FILES);
      for (const { settled } of taken) settled.reject(error);
    }
  }

  #take(most: number, signal: AbortSignal): readonly Waiting<I, O>[] {
    const waiting = this.#waiting;
    let count = 0;
    while (count < most && waiting[count]?.signal === signal) count += 1;
    return waiting.splice(0, count);
  }
}

/**
 * Brings small files over together, where the server can: several cost little more than one. Each is
 * as proven as one that comes alone.
 */
export class Bundling {
  readonly #stores: Gathering<FileToStore, StoredFile>;
  readonly #fetches: Gathering<FileToFetch, FetchedFile>;

  /** @param atOnce connections at once */
  constructor(pool: ConnectionPool, atOnce: number) {
    this.#stores = new Gathering(pool, atOnce, (bundles, supply, signal) =>
      bundles.store(supply, signal),
    );
    this.#fetches = new Gathering(pool, atOnce, (bundles, supply, signal) =>
      bundles.fetch(supply, signal),
    );
  }

  /** False once it is known that the server takes each file alone. */
  get isOfUse(): boolean {
    return !this.#stores.isOff && !this.#fetches.isOff;
  }

  /** @returns undefined if it has to go alone. @throws TransferFailure */
  store(file: FileToStore, signal: AbortSignal): Promise<StoredFile | undefined> {
    return this.#stores.bring(file, signal);
  }

  /** @returns what came; undefined if it has to come alone. @throws TransferFailure */
  fetch(file: FileToFetch, signal: AbortSignal): Promise<FetchedFile | undefined> {
    return this.#fetches.bring(file, signal);
  }
}
