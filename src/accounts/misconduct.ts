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
  /** How long after the last offence they are all forgotten, in milliseconds. */
  readonly forgetAfterMs: number;
  /** How many networks are remembered; the oldest go first. */
  readonly maxEntries?: number;
}

/**
 * Counts what each network does that only an attacker keeps doing. A device with an old password,
 * which sends the same wrong one again and again, is no attacker: that counts once.
 */
export class Misconduct {
  readonly #threshold: number;
  readonly #points: Tally;
  readonly #seen: Tally;
  /** Of this process alone: what is remembered of passwords says nothing without it. */
  readonly #key = randomBytes(32);

  constructor({ clock, threshold, forgetAfterMs, maxEntries = 10_000 }: MisconductOptions) {
    this.#threshold = threshold;
    this.#points = new Tally(clock, forgetAfterMs, maxEntries);
    this.#seen = new Tally(clock, forgetAfterMs, maxEntries);
  }

  /** @returns whether that was enough; then it is forgotten */
  add(address: string, offence: Offence): boolean {
    const network = networkOf(address);
    for (let point = 0; point < OFFENCES[offence].points; point += 1) this.#points.add(network);
    if (this.#points.get(network).count < this.#threshold) return false;
    this.#points.remove(network);
    return true;
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
}
