import type { Ban, Bans } from '../accounts/bans.ts';
import { type Misconduct, OFFENCES, type Offence } from '../accounts/misconduct.ts';
import type { Clock } from '../base/clock.ts';
import { Failure } from '../base/failure.ts';
import type { Log, LogFields } from '../base/log.ts';
import { Networks, networkOf } from '../base/network.ts';
import { Notice } from '../base/notice.ts';
import { type Guest, Guests } from './guests.ts';
import type { Admission } from './session.ts';
import type { Siblings } from '../base/siblings.ts';

/** How often it is looked whether anybody has changed a ban. */
const LOOK_AGAIN_MS = 200;

/** How often a limit that is reached is logged. */
const WARN_EVERY_MS = 60_000;

/** What siblings call all connections. */
const ALL = 'connections';

/** How many may be here at once. */
export interface ConnectionLimits {
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
}

export interface DoorkeeperParts extends ConnectionLimits {
  readonly bans: Bans;
  /** Absent if nobody is ever banned for what they do. */
  readonly misconduct: Misconduct | undefined;
  readonly siblings: Siblings;
  readonly clock: Clock;
  readonly log: Log;
  /** Those who are never banned, nor limited by address. */
  readonly trusted: Networks;
  readonly banMs: number;
  /** How many bans of its own there may be. */
  readonly maxBans: number;
}

/**
 * Decides who may connect at all, before anything is read of what they say. When the house is full,
 * a newcomer takes the place of one who has not logged in, from the address that has most of those:
 * nobody can keep everybody out by connecting and saying nothing (CVE-2021-30047).
 */
export class Doorkeeper implements Disposable {
  readonly #parts: DoorkeeperParts;
  #limits: ConnectionLimits;
  readonly #guests = new Guests();
  readonly #timer: NodeJS.Timeout;
  #bans: readonly Ban[] = [];
  #banned = new Networks([]);
  #seenRevision: string | undefined;
  /** When the first of the bans ends, in ms since 1970. */
  #nextEnd = Number.POSITIVE_INFINITY;
  #isLooking = false;
  #warnedAt = Number.NEGATIVE_INFINITY;

  private constructor(parts: DoorkeeperParts) {
    this.#parts = parts;
    this.#limits = parts;
    this.#timer = setInterval(() => void this.#look(), LOOK_AGAIN_MS).unref();
  }

  /** @throws Failure if the bans cannot be read */
  static async open(parts: DoorkeeperParts): Promise<Doorkeeper> {
    const doorkeeper = new Doorkeeper(parts);
    try {
      await doorkeeper.#read(await parts.bans.revision());
      return doorkeeper;
    } catch (error) {
      doorkeeper[Symbol.dispose]();
      throw error;
    }
  }

  /** @throws Failure `forbidden` for who is banned, `locked` if there are too many connections */
  admit(address: string): Admission {
    const { trusted } = this.#parts;
    const { maxConnections, maxConnectionsPerAddress } = this.#limits;
    const network = networkOf(address);
    const isTrusted = trusted.has(address);
    if (!isTrusted && this.#banned.has(address)) throw banned();
    if (!isTrusted && this.#countOf(network) >= maxConnectionsPerAddress) {
      this.#warn('An address has reached its limit of connections', { network });
      throw new Failure('locked', 'Too many connections from this address; try again later');
    }
    if (this.#guests.count + this.#parts.siblings.held(ALL) >= maxConnections) {
      this.#warn('The limit of connections is reached', { connections: maxConnections });
      const other = this.#guests.outsiderInFavourOf(network);
      if (other === undefined) throw tooMany();
      this.#remove(other);
      other.leave.give(tooMany());
    }
    const guest = { address, network, isTrusted, isInside: false, leave: new Notice() };
    this.#guests.add(guest);
    this.#tell(network);
    return {
      leave: guest.leave,
      settle: (inside) => this.#guests.settle(guest, inside),
      offend: (offence) => this.offend(address, offence),
      [Symbol.dispose]: () => this.#remove(guest),
    };
  }

  /** Other limits from now on; who is here stays. */
  configure(limits: ConnectionLimits): void {
    this.#limits = limits;
  }

  /** Somebody at this address has done something that is counted. */
  offend(address: string, offence: Offence): void {
    const { misconduct, trusted } = this.#parts;
    if (trusted.has(address) || misconduct?.add(address, offence) !== true) return;
    void this.#ban(address, offence);
  }

  /** Somebody at this address was refused a login. */
  failedLogin(address: string, name: string, password: string): void {
    const { misconduct, trusted } = this.#parts;
    if (trusted.has(address) || misconduct?.addLogin(address, name, password) !== true) return;
    void this.#ban(address, 'failed-login');
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #remove(guest: Guest): void {
    this.#guests.remove(guest);
    this.#tell(guest.network);
  }

  /** Connections from one network, to all processes of this server. */
  #countOf(network: string): number {
    return this.#guests.countOf(network) + this.#parts.siblings.held(fromNetwork(network));
  }

  #tell(network: string): void {
    const { siblings } = this.#parts;
    siblings.tell(ALL, this.#guests.count);
    siblings.tell(fromNetwork(network), this.#guests.countOf(network));
  }

  /** Once a minute: who is refused can come again as often as they like. */
  #warn(message: string, fields: LogFields): void {
    const now = this.#parts.clock.monotonic();
    if (now - this.#warnedAt < WARN_EVERY_MS) return;
    this.#warnedAt = now;
    this.#parts.log.warn(message, fields);
  }

  async #ban(address: string, offence: Offence): Promise<void> {
    const { bans, clock, log, banMs, maxBans } = this.#parts;
    const network = networkOf(address);
    const reason = `Too often ${OFFENCES[offence].about}`;
    const until = clock.now() + banMs;
    try {
      await bans.add({ network, reason, by: 'server', until }, maxBans);
      log.warn('Banned', { network, reason, until: new Date(until).toISOString() });
      await this.#read(await bans.revision());
    } catch (error) {
      log.error('A ban could not be recorded', { network, error });
    }
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      const revision = await this.#parts.bans.revision();
      const isOver = this.#parts.clock.now() >= this.#nextEnd;
      if (revision !== this.#seenRevision || isOver) await this.#read(revision);
    } catch (error) {
      this.#parts.log.error('The bans could not be read', { error });
    } finally {
      this.#isLooking = false;
    }
  }

  async #read(revision: string): Promise<void> {
    const bans = await this.#parts.bans.list();
    this.#seenRevision = revision;
    this.#nextEnd = Math.min(...bans.map(({ until = Number.POSITIVE_INFINITY }) => until));
    const isSame = bans.length === 0 && this.#bans.length === 0;
    this.#bans = bans;
    if (isSame) return;
    this.#banned = new Networks(bans.map(({ network }) => network));
    this.#turnOut();
  }

  /** Whom an operator bans goes at once; the server's own bans spare those who have logged in. */
  #turnOut(): void {
    const byOperator = this.#bans.filter(({ by }) => by === 'operator');
    const everybody = new Networks(byOperator.map(({ network }) => network));
    for (const guest of this.#guests.all()) {
      if (guest.isTrusted || !this.#banned.has(guest.address)) continue;
      if (!guest.isInside || everybody.has(guest.address)) guest.leave.give(banned());
    }
  }
}

/** What siblings call the connections from one network. */
function fromNetwork(network: string): string {
  return `${ALL}/${network}`;
}

function banned(): Failure {
  return new Failure('forbidden', 'Nobody may connect from this address for now');
}

function tooMany(): Failure {
  return new Failure('locked', 'Too many connections; try again later');
}
