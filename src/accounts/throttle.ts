import { hash } from 'node:crypto';

import type { Clock } from '../base/clock.ts';
import { networkOf } from '../base/network.ts';
import { Tally } from './tally.ts';

export interface LoginThrottleOptions {
  readonly clock: Clock;
  /** How many failures cost nothing. */
  readonly freeFailures?: number;
  /** The delay after the first failure that is not free, in milliseconds; each more doubles it. */
  readonly firstDelayMs?: number;
  /** The longest delay that an address has to bear, in milliseconds. */
  readonly maxDelayMs?: number;
  /** The longest delay that an account has to bear for what others do to it, in milliseconds. */
  readonly maxAccountDelayMs?: number;
  /** How long after the last failure they are all forgotten, in milliseconds. */
  readonly forgetAfterMs?: number;
  /** How many addresses, accounts and pairs of both are remembered; the oldest go first. */
  readonly maxEntries?: number;
  /** How many attempts of one address may wait at the same time. */
  readonly maxWaitingPerAddress?: number;
}

/**
 * Slows down guessing: after failures an attempt has to wait, longer each time, by where it
 * comes from and by the account it is for. The delay of an account is short, so that nobody can
 * keep its owner out by failing in their name. Unknown accounts are treated as known ones are.
 *
 * An attempt asks `delay`; if that is not 0 it takes a place with `enter`, waits, gives the
 * place back, and only then looks at the password; then it reports `failed` or `succeeded`.
 */
export class LoginThrottle {
  readonly #clock: Clock;
  readonly #freeFailures: number;
  readonly #firstDelayMs: number;
  readonly #maxDelayMs: number;
  readonly #maxAccountDelayMs: number;
  readonly #maxWaitingPerAddress: number;
  readonly #byAddress: Tally;
  readonly #byAccount: Tally;
  readonly #byPair: Tally;
  readonly #waiting = new Map<string, number>();

  constructor(options: LoginThrottleOptions) {
    const { clock, forgetAfterMs = 15 * 60_000, maxEntries = 10_000 } = options;
    this.#clock = clock;
    this.#freeFailures = options.freeFailures ?? 2;
    this.#firstDelayMs = options.firstDelayMs ?? 500;
    this.#maxDelayMs = options.maxDelayMs ?? 30_000;
    this.#maxAccountDelayMs = options.maxAccountDelayMs ?? 5_000;
    this.#maxWaitingPerAddress = options.maxWaitingPerAddress ?? 8;
    this.#byAddress = new Tally(clock, forgetAfterMs, maxEntries);
    this.#byAccount = new Tally(clock, forgetAfterMs, maxEntries);
    this.#byPair = new Tally(clock, forgetAfterMs, maxEntries);
  }

  /** How many milliseconds this attempt has to wait from now; 0 for most. */
  delay(address: string, name: string): number {
    // Nearly always nobody has failed of late, and then nothing has to be hashed.
    if (this.#byAddress.size === 0 && this.#byAccount.size === 0) return 0;
    return Math.max(
      this.#left(this.#byAddress, networkOf(address), this.#maxDelayMs),
      this.#left(this.#byAccount, keyOf(name), this.#maxAccountDelayMs),
    );
  }

  /** The password was wrong, or there is no such account. */
  failed(address: string, name: string): void {
    const network = networkOf(address);
    this.#byAddress.add(network);
    this.#byAccount.add(keyOf(name));
    this.#byPair.add(keyOf(network, name));
  }

  /**
   * The password was right: what this address got wrong for this account before were slips of
   * its owner. What others did to the account still counts, and so does what this address did
   * to others, or an attacker could wipe the slate with an account of their own.
   */
  succeeded(address: string, name: string): void {
    if (this.#byPair.size === 0) return;
    const network = networkOf(address);
    const slips = this.#byPair.remove(keyOf(network, name));
    this.#byAddress.subtract(network, slips);
    this.#byAccount.subtract(keyOf(name), slips);
  }

  /**
   * Takes a place among the waiting attempts of this address. The returned function gives it
   * back; undefined means that there is none and the attempt is to be refused at once.
   */
  enter(address: string): (() => void) | undefined {
    const network = networkOf(address);
    const waiting = this.#waiting.get(network) ?? 0;
    if (waiting >= this.#maxWaitingPerAddress) return undefined;
    this.#waiting.set(network, waiting + 1);
    let isInside = true;
    return () => {
      if (!isInside) return;
      isInside = false;
      const left = (this.#waiting.get(network) ?? 1) - 1;
      if (left === 0) this.#waiting.delete(network);
      else this.#waiting.set(network, left);
    };
  }

  /** What is left of the delay that the last failure brought. */
  #left(tally: Tally, key: string, maxDelayMs: number): number {
    const { count, last } = tally.get(key);
    if (count <= this.#freeFailures) return 0;
    // Thirty doublings are beyond every limit, and still a number.
    const doublings = Math.min(count - this.#freeFailures - 1, 30);
    const whole = Math.min(this.#firstDelayMs * 2 ** doublings, maxDelayMs);
    return Math.max(0, Math.ceil(last + whole - this.#clock.monotonic()));
  }
}

/** A key of fixed size, however long a name somebody sends. */
function keyOf(...parts: readonly string[]): string {
  return hash('sha256', JSON.stringify(parts), 'base64');
}
