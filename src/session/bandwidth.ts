import type { Clock } from '../base/clock.ts';
import { KiB } from '../base/size.ts';
import { TokenBucket } from '../base/token-bucket.ts';
import { ALONE, type Siblings } from '../base/siblings.ts';

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
  readonly #directions: readonly Direction[];

  /** @param directions from the narrowest to the one that most share */
  constructor(directions: readonly Direction[]) {
    this.#directions = directions;
    this.#buckets = directions.map(({ bucket }) => bucket);
  }

  /** A transfer begins in it. */
  enter(): void {
    for (const direction of this.#directions) direction.use(1);
  }

  /** A transfer in it has ended. */
  leave(): void {
    for (const direction of this.#directions) direction.use(-1);
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

/**
 * One direction of one party. Where several processes serve, each has the part of the rate that
 * belongs to its part of the transfers.
 */
class Direction {
  readonly bucket: TokenBucket;
  readonly #siblings: Siblings;
  readonly #name: string;
  #rate: number | undefined;
  #transfers = 0;

  /** @param name the same in all processes */
  constructor(name: string, rate: number | undefined, clock: Clock, siblings: Siblings) {
    this.#name = name;
    this.#rate = rate;
    this.#siblings = siblings;
    this.bucket = new TokenBucket({ perSecond: rate, clock });
  }

  allow(rate: number | undefined): void {
    this.#rate = rate;
    this.retune();
  }

  /** @param more how many transfers it has more than before */
  use(more: number): void {
    this.#transfers += more;
    this.#siblings.tell(this.#name, this.#transfers);
    this.retune();
  }

  /** Looks again how much of the rate is for this process. */
  retune(): void {
    const here = Math.max(1, this.#transfers);
    const share = here / (here + this.#siblings.held(this.#name));
    this.bucket.perSecond = this.#rate === undefined ? undefined : this.#rate * share;
  }
}

/** The server, an account or a session. */
class Party {
  readonly up: Direction;
  readonly down: Direction;

  constructor(name: string, { upload, download }: Rates, clock: Clock, siblings: Siblings) {
    this.up = new Direction(`up/${name}`, upload, clock, siblings);
    this.down = new Direction(`down/${name}`, download, clock, siblings);
  }

  allow({ upload, download }: Rates): void {
    this.up.allow(upload);
    this.down.allow(download);
  }

  retune(): void {
    this.up.retune();
    this.down.retune();
  }
}

/** What one session may move a second. Disposing ends its share. */
export interface SessionBandwidth extends Disposable {
  readonly up: Lane;
  readonly down: Lane;
  /** The account's rates have been changed: they count from now on, for all of its sessions. */
  allow(rates: Rates): void;
}

/** What one session uses is made when it moves something first: most only wait, and they are many. */
class Share implements SessionBandwidth {
  readonly #make: () => Party;
  readonly #account: Party;
  readonly #server: Party;
  readonly #leave: (share: Share) => void;
  #own: Party | undefined;
  #up: Lane | undefined;
  #down: Lane | undefined;

  constructor(
    make: () => Party,
    { account, server }: { readonly account: Party; readonly server: Party },
    leave: (share: Share) => void,
  ) {
    this.#make = make;
    this.#account = account;
    this.#server = server;
    this.#leave = leave;
  }

  get up(): Lane {
    return (this.#up ??= new Lane(this.#parties().map(({ up }) => up)));
  }

  get down(): Lane {
    return (this.#down ??= new Lane(this.#parties().map(({ down }) => down)));
  }

  allow(rates: Rates): void {
    this.#account.allow(rates);
  }

  /** The rates of each session by itself have been changed. */
  allowItself(rates: Rates): void {
    this.#own?.allow(rates);
  }

  [Symbol.dispose](): void {
    this.#leave(this);
  }

  #parties(): Party[] {
    return [(this.#own ??= this.#make()), this.#account, this.#server];
  }
}

/** Bytes a second of all sessions of one server, each within its own, its account's and the server's rates. */
export class Bandwidth {
  readonly #clock: Clock;
  readonly #server: Party;
  readonly #accounts = new Map<number, { readonly party: Party; sessions: number }>();
  readonly #sessions = new Set<Share>();
  readonly #siblings: Siblings;
  #perSession: Rates;

  constructor({ server, session }: CommonRates, clock: Clock, siblings = ALONE) {
    this.#clock = clock;
    this.#siblings = siblings;
    this.#server = new Party('server', server, clock, siblings);
    this.#perSession = session;
  }

  /** What other processes do has changed. */
  retune(): void {
    this.#server.retune();
    for (const { party } of this.#accounts.values()) party.retune();
  }

  /** Other rates from now on, for transfers that run already, too. */
  configure({ server, session }: CommonRates): void {
    this.#server.allow(server);
    this.#perSession = session;
    for (const share of this.#sessions) share.allowItself(session);
  }

  /** One more session of this account. */
  enter(accountId: number, rates: Rates): SessionBandwidth {
    const known = this.#accounts.get(accountId);
    const account = known ?? { party: this.#party(accountId, rates), sessions: 0 };
    if (known) known.party.allow(rates);
    else this.#accounts.set(accountId, account);
    account.sessions += 1;
    const parties = { account: account.party, server: this.#server };
    const share = new Share(this.#perSessionParty, parties, (left) => {
      if (!this.#sessions.delete(left)) return;
      account.sessions -= 1;
      if (account.sessions === 0) this.#accounts.delete(accountId);
    });
    this.#sessions.add(share);
    return share;
  }

  readonly #perSessionParty = (): Party => new Party('', this.#perSession, this.#clock, ALONE);

  #party(accountId: number, rates: Rates): Party {
    return new Party(String(accountId), rates, this.#clock, this.#siblings);
  }
}
