import { isWithin, type Path } from '../../base/path.ts';
import { systemClock } from '../../base/clock.ts';
import {
  type Address,
  formatAddress,
  pathOf,
  type Place,
  SCHEMES,
} from '../../client/address/address.ts';
import { ConnectionPool } from '../../client/pool.ts';
import type { RemoteConnection, RemoteFacts } from '../../client/remote.ts';
import { FtpRemote } from '../../client/remotes/ftp/ftp-remote.ts';
import { Bundling } from '../../client/transfer/bundling.ts';
import { DEFAULT_RETRIES, persist } from '../../client/retry.ts';
import { printable } from '../../telemetry/printable.ts';
import { loginFor } from '../credentials/login-for.ts';
import { trustFor } from '../credentials/trust.ts';
import type { ConnectionFlags } from './flags.ts';
import type { Job } from './job.ts';

/** A server that a command works with. */
export class Site implements AsyncDisposable {
  readonly address: Address;
  readonly pool: ConnectionPool;
  /** Brings the small ones of many files together. */
  readonly bundling: Bundling;
  readonly retries: number;
  readonly facts: RemoteFacts;
  /** Folders that are known to be there. */
  readonly folders = new Set<Path>();
  readonly #start: Path;
  readonly #job: Job;
  readonly #close: AsyncDisposable;

  private constructor(
    parts: Pick<Site, 'address' | 'pool' | 'bundling' | 'retries' | 'facts'>,
    start: Path,
    job: Job,
    close: AsyncDisposable,
  ) {
    this.address = parts.address;
    this.pool = parts.pool;
    this.bundling = parts.bundling;
    this.retries = parts.retries;
    this.facts = parts.facts;
    this.#start = start;
    this.#job = job;
    this.#close = close;
  }

  /**
   * Logs in once, so that what is wrong is said before anything begins.
   * @param size connections at once
   * @throws TransferFailure
   */
  static async open(
    address: Address,
    flags: ConnectionFlags,
    size: number,
    job: Job,
  ): Promise<Site> {
    await using parts = new AsyncDisposableStack();
    const { retries = DEFAULT_RETRIES } = flags;
    const remote = await remoteOf(address, flags, job);
    const pool = parts.use(new ConnectionPool(remote, { size }));
    const seen = await persistently(retries, job, async () => {
      await using lease = await pool.lease(job.signal);
      const { startFolder, facts } = lease.connection;
      return { startFolder, facts };
    });
    const bundling = new Bundling(pool, size);
    const shared = { address, pool, bundling, retries, facts: seen.facts };
    return new Site(shared, seen.startFolder, job, parts.move());
  }

  /** Where a place is, for whoever has logged in here. @throws Failure `name-refused` */
  path(place: Place): Path {
    return pathOf(place, this.#start);
  }

  /** For people and machines; without a password. */
  url(path: Path): string {
    // As short as it can be typed: below the folder that the login leads to, from there.
    const isBelow = isWithin(path, this.#start);
    const inside = isBelow ? path.slice(this.#start.length).replace(/^\//, '') : path;
    return formatAddress(this.address, { path: inside, pattern: undefined, isFolder: false });
  }

  /** Asks the server something, again if the connection breaks. @throws TransferFailure */
  ask<T>(question: (connection: RemoteConnection, signal: AbortSignal) => Promise<T>): Promise<T> {
    const { signal } = this.#job;
    return persistently(this.retries, this.#job, async () => {
      await using lease = await this.pool.lease(signal);
      // Awaited here: else the connection would be given back before the answer has come.
      return await question(lease.connection, signal);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close[Symbol.asyncDispose]();
  }
}

/** What makes connections to a server, as the flags say. */
async function remoteOf(address: Address, flags: ConnectionFlags, job: Job): Promise<FtpRemote> {
  const { user, password, account } = await loginFor(address, flags, job);
  const { host, port, scheme } = address;
  return new FtpRemote({
    host,
    port,
    user,
    password,
    security: SCHEMES[scheme].security,
    ...(account !== undefined && { account }),
    trust: await trustFor(address, flags, job),
    dataMode: flags.active ? 'active' : 'passive',
    ...(flags.ipv4 && { family: 4 }),
    ...(flags.ipv6 && { family: 6 }),
    ...(flags.connectTimeout !== undefined && { connectTimeoutMs: flags.connectTimeout }),
    ...(flags.timeout !== undefined && {
      stallTimeoutMs: flags.timeout,
      stallWarningMs: Math.ceil(flags.timeout / 3),
    }),
    ...(job.pace !== undefined && { pace: job.pace }),
    ...(job.verbosity >= 2 && {
      trace: ({ connection, kind, text }) =>
        job.progress.note(
          ...text.split('\n').map((line) => `${connection}${ARROWS[kind]} ${printable(line)}`),
        ),
    }),
  });
}

const ARROWS = { sent: '>', received: '<', noted: '*' } as const;

function persistently<T>(budget: number, job: Job, attempt: () => Promise<T>): Promise<T> {
  return persist(attempt, {
    budget,
    clock: systemClock,
    random: Math.random,
    signal: job.signal,
    onRetry: ({ because, wait }) =>
      job.progress.note(`${because}; again in ${Math.ceil(wait / 1000)} s`),
  });
}
