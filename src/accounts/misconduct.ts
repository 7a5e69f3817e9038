import { createHmac, randomBytes } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { networkOf } from '../base/network.ts';
import { Tally } from './tally.ts';

/** What nobody does by mistake all the time, with the points that it costs. */
export const OFFENCES = {
  'failed-login': { points: 1, about: 'a name or password that is not right' },
  'no-login': { points: 1, about: 'a connection on which nobody logged in in time' },
  nonsense: { points: 5, about: 'something that is not the protocol of this port' },
} as const;

export type Offence = keyof typeof OFFENCES;

export interface MisconductOptions {
  readonly clock: Clock;
  /** From so many points on a network is kept out. */
  readonly threshold: number;
  /** In so many milliseconds as many points are forgotten, little by little. */
  readonly windowMs: number;
  /** How many networks are remembered; the oldest go first. */
  readonly maxEntries?: number;
}

/**
 * Counts what each network does that only an attacker keeps doing. A device with an old password,
 * which sends the same wrong one again and again, is no attacker: that counts once.
 */
export class Misconduct {
  readonly #clock: Clock;
  readonly #threshold: number;
  readonly #windowMs: number;
  readonly #maxEntries: number;
  /** In the order of their last offences. */
  readonly #points = new Map<string, { readonly points: number; readonly at: number }>();
  readonly #seen: Tally;
  /** Of this process alone: what is remembered of passwords says nothing without it. */
  readonly #key = randomBytes(32);

  constructor({ clock, threshold, windowMs, maxEntries = 10_000 }: MisconductOptions) {
    this.#clock = clock;
    this.#threshold = threshold;
    this.#windowMs = windowMs;
    this.#maxEntries = maxEntries;
    this.#seen = new Tally(clock, windowMs, maxEntries);
  }

  /** @returns whether that was enough; then it is forgotten */
  add(address: string, offence: Offence): boolean {
    const network = networkOf(address);
    const points = this.#pointsOf(network) + OFFENCES[offence].points;
    this.#points.delete(network);
    // What was forgotten in between is a part of a point; a point counts whole.
    if (Math.ceil(points) >= this.#threshold) return true;
    this.#points.set(network, { points, at: this.#clock.monotonic() });
    const [oldest] = this.#points.keys();
    if (this.#points.size > this.#maxEntries && oldest !== undefined) this.#points.delete(oldest);
    return false;
  }

  /** A login with this name and password was refused. @returns as {@link add} */
  addLogin(address: string, name: string, password: string): boolean {
    const attempt = createHmac('sha256', this.#key)
      .update(JSON.stringify([networkOf(address), name, password]))
      .digest('base64');
    const isRepeated = this.#seen.get(attempt).count > 0;
    this.#seen.add(attempt);
    return !isRepeated && this.add(address, 'failed-login');
  }

  /** What is left of them: many people behind one address make a few mistakes all the time. */
  #pointsOf(network: string): number {
    const before = this.#points.get(network);
    if (before === undefined) return 0;
    const share = (this.#clock.monotonic() - before.at) / this.#windowMs;
    return Math.max(0, before.points - share * this.#threshold);
  }
}
