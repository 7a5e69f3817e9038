import type { Clock } from '../base/clock.ts';
import { KiB } from '../base/size.ts';
import { TokenBucket } from '../base/token-bucket.ts';

/** Bytes a second in each direction; undefined means unlimited. */
export interface Rates {
  readonly upload: number | undefined;
  readonly download: number | undefined;
}

/** The rates for everybody together and for each session by itself. */
export interface CommonRates {
  readonly server: Rates;
  readonly session: Rates;
}

/** What is moved at a time lasts about so long at the slowest rate that holds, in milliseconds. */
const STEP_MS = 50;

const SMALLEST_STEP = KiB;

/** One direction of one session: everything in it passes all buckets. */
export class Lane {
  readonly #buckets: readonly TokenBucket[];

  /** @param buckets from the narrowest to the one that most share */
  constructor(buckets: readonly TokenBucket[]) {
    this.#buckets = buckets;
  }

  /** True while nothing limits it. */
  get isFree(): boolean {
    return this.#buckets.every((bucket) => bucket.perSecond === undefined);
  }

  /** How many bytes are best moved at a time. */
  get stepBytes(): number {
    let step = Number.POSITIVE_INFINITY;
    for (const { perSecond } of this.#buckets) {
      if (perSecond !== undefined) step = Math.min(step, (perSecond * STEP_MS) / 1000);
    }
    return Math.max(SMALLEST_STEP, Math.floor(step));
  }

  /** Resolves when so many bytes may go; rejects with the signal's reason when it is aborted. */
  async take(bytes: number, signal: AbortSignal): Promise<void> {
    for (const bucket of this.#buckets) await bucket.take(bytes, signal);
  }

  /** The same for bytes that have come already, which stay when the signal is aborted. */
  async charge(bytes: number, signal: AbortSignal): Promise<void> {
    for (const bucket of this.#buckets) {
      await bucket.take(bytes, signal).catch(() => bucket.spend(bytes));
    }
  }
}

/** The buckets of one party: the server, an account or a session. */
class Party {
  readonly up: TokenBucket;
  readonly down: TokenBucket;

  constructor({ upload, download }: Rates, clock: Clock) {
    this.up = new TokenBucket({ perSecond: upload, clock });
    this.down = new TokenBucket({ perSecond: download, clock });
  }

  allow({ upload, download }: Rates): void {
    this.up.perSecond = upload;
    this.down.perSecond = download;
  }
}

/** What one session may move a second. Disposing ends its share. */
export interface SessionBandwidth extends Disposable {
  readonly up: Lane;
  readonly down: Lane;
  /** The account's rates have been changed: they count from now on, for all of its sessions. */
  allow(rates: Rates): void;
}

/** Bytes a second of all sessions of one server, each within its own, its account's and the server's rates. */
export class Bandwidth {
  readonly #clock: Clock;
  readonly #server: Party;
  readonly #accounts = new Map<number, { readonly party: Party; sessions: number }>();
  readonly #sessions = new Set<Party>();
  #perSession: Rates;

  constructor({ server, session }: CommonRates, clock: Clock) {
    this.#clock = clock;
    this.#server = new Party(server, clock);
    this.#perSession = session;
  }

  /** Other rates from now on, for transfers that run already, too. */
  configure({ server, session }: CommonRates): void {
    this.#server.allow(server);
    this.#perSession = session;
    for (const party of this.#sessions) party.allow(session);
  }

  /** One more session of this account. */
  enter(accountId: number, rates: Rates): SessionBandwidth {
    const mine = new Party(this.#perSession, this.#clock);
    const known = this.#accounts.get(accountId);
    const account = known ?? { party: new Party(rates, this.#clock), sessions: 0 };
    if (known) known.party.allow(rates);
    else this.#accounts.set(accountId, account);
    account.sessions += 1;
    this.#sessions.add(mine);
    const parties = [mine, account.party, this.#server];
    return {
      up: new Lane(parties.map(({ up }) => up)),
      down: new Lane(parties.map(({ down }) => down)),
      allow: (changed) => account.party.allow(changed),
      [Symbol.dispose]: () => {
        if (!this.#sessions.delete(mine)) return;
        account.sessions -= 1;
        if (account.sessions === 0) this.#accounts.delete(accountId);
      },
    };
  }
}
