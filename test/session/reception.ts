import { createHook } from 'node:async_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import type { StoredAccount } from '../../src/accounts/accounts.ts';
import { Accounts } from '../../src/accounts/accounts.ts';
import type { AccountChanges } from '../../src/accounts/changes.ts';
import { Bans } from '../../src/accounts/bans.ts';
import { CredentialCache } from '../../src/accounts/credential-cache.ts';
import { HandClock } from '../../src/accounts/hand-clock.ts';
import { Misconduct } from '../../src/accounts/misconduct.ts';
import { Passwords } from '../../src/accounts/passwords/passwords.ts';
import { LoginThrottle } from '../../src/accounts/throttle.ts';
import { Networks } from '../../src/base/network.ts';
import { EventSource } from '../../src/base/events.ts';
import { silentLog } from '../../src/base/log.ts';
import type { SessionEvent } from '../../src/base/session-event.ts';
import type { TransferEvent } from '../../src/base/transfer-event.ts';
import { Bandwidth, type CommonRates } from '../../src/session/bandwidth.ts';
import type { Authority } from '../../src/session/authority.ts';
import { Doorkeeper } from '../../src/session/doorkeeper.ts';
import { FrontDesk } from '../../src/session/front-desk.ts';
import type { Session, Visitor } from '../../src/session/session.ts';
import type { HomeSession } from '../../src/session/home-session.ts';
import { ALONE } from '../../src/base/siblings.ts';
import { Visits } from '../../src/session/visits.ts';
import { MemoryStore } from '../../src/storage/memory/memory-store.ts';
import type { Store } from '../../src/storage/store.ts';
import type { Home } from '../../src/vault/home.ts';
import { SteppedClock } from '../support/stepped-clock.ts';
import { type Bench, openBench } from '../vault/harness.ts';

/** As cheap as argon2id gets. */
const CHEAP = { memoryKiB: 8, passes: 1 };

export const PASSWORD = 'correct horse';

export const VISITOR: Visitor = { protocol: 'test', address: '192.0.2.7' };

export interface ReceptionOptions {
  readonly store?: Store;
  /** Where the home is in it that belongs to no account. */
  readonly location?: string;
  readonly cache?: boolean;
  readonly maxSessionsPerAccount?: number;
  readonly maxWaitingPerAddress?: number;
  readonly rates?: CommonRates;
  /** Those who wait for their bytes wait until the test is over. */
  readonly steps?: boolean;
  readonly authority?: Authority;
}

export const FREE = { upload: undefined, download: undefined };
export const UNLIMITED: CommonRates = { server: FREE, session: FREE };

/** Everything that stands between a visitor and the vault, with a clock that is moved by hand. */
export interface TestReception extends AsyncDisposable {
  readonly clock: HandClock;
  readonly accounts: Accounts;
  readonly passwords: Passwords;
  readonly bans: Bans;
  readonly desk: FrontDesk;
  readonly bandwidth: Bandwidth;
  readonly bench: Bench;
  /** Every transfer that has ended. */
  readonly transfers: readonly TransferEvent[];
  /** Who came, left and was not let in. */
  readonly sessions: readonly SessionEvent[];
  /** A new account with {@link PASSWORD}, or with what is given as stored. */
  add(name: string, changes?: AccountChanges, stored?: string): Promise<StoredAccount>;
  /** Comes in with {@link PASSWORD}. */
  enter(name: string): Promise<Session>;
  /** The same, as those see it who look after sessions. */
  visit(name: string): Promise<HomeSession>;
  homeOf(name: string): Promise<Home>;
}

export async function openReception(options: ReceptionOptions = {}): Promise<TestReception> {
  const { store = new MemoryStore(), maxSessionsPerAccount = 100 } = options;
  const clock = new HandClock();
  const bench = await openBench(store, options.location);
  const accounts = new Accounts(bench.database, clock);
  const passwords = new Passwords(CHEAP);
  const visits = new Visits(accounts, clock, silentLog, ALONE);
  const heard: TransferEvent[] = [];
  const transfers = new EventSource<TransferEvent>((error) => {
    throw error;
  });
  transfers.listen((event) => heard.push(event));
  const bandwidth = new Bandwidth(
    options.rates ?? UNLIMITED,
    options.steps ? new SteppedClock() : clock,
  );
  const sessions: SessionEvent[] = [];
  const comings = new EventSource<SessionEvent>((error) => {
    throw error;
  });
  comings.listen((event) => sessions.push(event));
  const { maxWaitingPerAddress, authority } = options;
  const bans = new Bans(bench.database, clock);
  const doorkeeper = await Doorkeeper.open({
    bans,
    misconduct: new Misconduct({ clock, threshold: 5, windowMs: 600_000 }),
    siblings: ALONE,
    clock,
    log: silentLog,
    trusted: new Networks(['198.51.100.0/24']),
    maxConnections: 10,
    maxConnectionsPerAddress: 4,
    banMs: 3_600_000,
    maxBans: 3,
  });
  const desk = new FrontDesk({
    doorkeeper,
    accounts,
    passwords,
    throttle: new LoginThrottle({
      clock,
      ...(maxWaitingPerAddress !== undefined && { maxWaitingPerAddress }),
    }),
    cache: options.cache ? new CredentialCache({ clock }) : undefined,
    vault: bench.vault,
    visits,
    transfers,
    bandwidth,
    sessions: comings,
    authority,
    clock,
    log: silentLog,
    maxSessionsPerAccount,
  });
  const stored = await passwords.hash(PASSWORD);
  return {
    clock,
    accounts,
    passwords,
    bans,
    desk,
    bandwidth,
    bench,
    transfers: heard,
    sessions,
    add: (name, changes = {}, imported = stored) => accounts.add(name, imported, changes),
    enter: (name) => desk.login(name, PASSWORD, VISITOR),
    visit: async (name) => {
      const { id } = await desk.login(name, PASSWORD, VISITOR);
      const visit = visits.find(id);
      if (!visit) throw new Error('The session is not among the visits');
      return visit;
    },
    homeOf: async (name) => {
      const account = await accounts.find(name);
      return bench.vault.home(account?.homeId ?? 0);
    },
    [Symbol.asyncDispose]: async () => {
      doorkeeper[Symbol.dispose]();
      visits[Symbol.dispose]();
      desk.close();
      await bench[Symbol.asyncDispose]();
      await passwords[Symbol.asyncDispose]();
    },
  };
}

/** How many argon2id hashes Node itself sees begin during `work`. */
export async function countHashes(work: () => Promise<unknown>): Promise<number> {
  let count = 0;
  const hook = createHook({
    init(_id, type) {
      if (type === 'ARGON2REQUEST') count += 1;
    },
  }).enable();
  try {
    await work();
  } finally {
    hook.disable();
  }
  return count;
}

/** How long a test waits for what will never come, in milliseconds. */
const PATIENCE_MS = 120_000;

/** Resolves as soon as `isSo`. */
export async function until(isSo: () => boolean): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!isSo()) {
    if (performance.now() > end) throw new Error('It did not come to this');
    await turn();
  }
}

/** Why this signal was aborted, as soon as it is. */
export async function reasonOf(signal: AbortSignal): Promise<unknown> {
  await until(() => signal.aborted);
  return signal.reason;
}
