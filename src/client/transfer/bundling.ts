import { KiB } from '../../base/size.ts';
import type { Path } from '../../base/path.ts';
import type { ConnectionPool } from '../pool.ts';
import type { RemoteConnection, SmallFile } from '../remote.ts';
import { TransferFailure } from '../transfer-failure.ts';

/** The most bytes of a file that is worth waiting for others. */
export const BUNDLED_BYTES = 64 * KiB;

/** Files in one bundle: more of them make each cheaper, and all of them later. */
const MOST_FILES = 16;

/** One that somebody waits for. */
interface Wanted<I, O> {
  readonly item: I;
  readonly signal: AbortSignal;
  readonly settled: PromiseWithResolvers<O | undefined>;
}

/** What a connection does with many at once, in the same order. */
type Carry<I, O> = (
  connection: RemoteConnection,
  items: readonly I[],
  signal: AbortSignal,
) => Promise<readonly (O | undefined)[]>;

/** Gathers those that come at once, and brings them over together. */
class Gathering<I, O> {
  readonly #pool: ConnectionPool;
  readonly #carry: Carry<I, O>;
  readonly #atOnce: number;
  #waiting: Wanted<I, O>[] = [];
  #running = 0;
  /** The server has been seen to take no bundles. */
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
    for (let next = this.#take(); next.length > 0; next = this.#take()) await this.#bringAll(next);
    this.#running -= 1;
  }

  /** Some that end together if they are interrupted. */
  #take(): readonly Wanted<I, O>[] {
    const first = this.#waiting[0]?.signal;
    const taken = this.#waiting.filter(({ signal }) => signal === first).slice(0, MOST_FILES);
    this.#waiting = this.#waiting.filter((one) => !taken.includes(one));
    return taken;
  }

  async #bringAll(wanted: readonly Wanted<I, O>[]): Promise<void> {
    const [first] = wanted;
    if (!first) return;
    const { signal } = first;
    const items = wanted.map(({ item }) => item);
    let outcomes: readonly (O | undefined)[] = [];
    try {
      await using lease = await this.#pool.lease(signal);
      const { connection } = lease;
      try {
        this.isOff = connection.bundles === undefined;
        if (!this.isOff) outcomes = await this.#carry(connection, items, signal);
      } catch (error) {
        // What it means for each is found out by whoever looks at it alone.
        const isOfAll = error instanceof TransferFailure && connection.isUsable && !signal.aborted;
        if (!isOfAll) throw error;
      }
      for (const [index, { settled }] of wanted.entries()) settled.resolve(outcomes[index]);
    } catch (error) {
      for (const { settled } of wanted) settled.reject(error);
    }
  }
}

/**
 * Brings small files over together, where the server can: several cost little more than one. Each is
 * as durable and as proven as one that comes alone.
 */
export class Bundling {
  readonly #stores: Gathering<SmallFile, true>;
  readonly #fetches: Gathering<Path, SmallFile>;

  /** @param atOnce bundles at once */
  constructor(pool: ConnectionPool, atOnce: number) {
    this.#stores = new Gathering(pool, atOnce, async ({ bundles }, files, signal) => {
      const most = bundles?.mostBytes ?? 0;
      const fitting = files.filter(({ bytes }) => bytes.length <= most);
      const stored = (await bundles?.store(fitting, signal)) ?? [];
      const done = new Set(fitting.filter((_, index) => stored[index]));
      return files.map((file) => (done.has(file) ? true : undefined));
    });
    this.#fetches = new Gathering(
      pool,
      atOnce,
      async ({ bundles }, paths, signal) => (await bundles?.fetch(paths, signal)) ?? [],
    );
  }

  /** False once it is known that the server takes each file alone. */
  get isOfUse(): boolean {
    return !this.#stores.isOff && !this.#fetches.isOff;
  }

  /** @returns true if it is stored as it is; undefined if it has to go alone. @throws TransferFailure */
  store(file: SmallFile, signal: AbortSignal): Promise<true | undefined> {
    return this.#stores.bring(file, signal);
  }

  /** @returns what came, proven; undefined if it has to come alone. @throws TransferFailure */
  fetch(path: Path, signal: AbortSignal): Promise<SmallFile | undefined> {
    return this.#fetches.bring(path, signal);
  }
}
