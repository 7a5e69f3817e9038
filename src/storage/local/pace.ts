import { openSync, readSync } from 'node:fs';
import type { Soon } from '../store.ts';

/** A call that takes longer than this holds up everybody else for too long, in ms. */
const LONG_MS = 8;

/** After such a call, calls are made beside the event loop for so long at first, in ms. */
const CAREFUL_MS = 1000;

/**
 * How long short calls may be held up in CAREFUL_MS, in ms. While a file is synced, a write into it
 * can wait for 10 to 20 ms on any disk, and threads would cost more than it takes.
 */
const MOST_BLOCKED_MS = 40;

/** Twice as long each time that the first call afterwards takes long again, up to this. */
const MOST_CAREFUL_MS = 16_000;

const NS_PER_MS = 1_000_000;

/**
 * Chooses how to call the system. A write into the page cache takes less time than handing it to
 * another thread and hearing back from it, so it is made at once; when one has taken long, because
 * the disk cannot keep up, the next ones are left to a thread until the disk has had time.
 */
export class Pace {
  readonly #now: () => number;
  readonly #waited: (() => number) | undefined;
  /** For how long calls are made beside the event loop, in ms. */
  #span = CAREFUL_MS;
  #carefulUntil = Number.NEGATIVE_INFINITY;
  #suspiciousUntil = 0;
  /** For how long calls have been held up since one was suspicious, in ms. */
  #blocked = 0;

  /**
   * @param waited how long this thread has waited for a processor, in milliseconds, for calls so
   *   short that a long one among them is rather due to that: it has to happen again and again, and
   *   without
   * @param now milliseconds, for tests
   */
  constructor(waited?: () => number, now: () => number = () => performance.now()) {
    this.#waited = waited;
    this.#now = now;
  }

  /** True while calls are to be made beside the event loop. */
  get isCareful(): boolean {
    return this.#now() < this.#carefulUntil;
  }

  run<T>(atOnce: () => T, beside: () => Promise<T>): Soon<T> {
    return this.isCareful ? beside() : this.measured(atOnce);
  }

  /** Makes the call, unless calls are to be made beside the event loop. */
  atOnce<T>(call: () => T): T | undefined {
    return this.isCareful ? undefined : this.measured(call);
  }

  /** Makes the call, and learns from how long it takes. */
  measured<T>(atOnce: () => T): T {
    const began = this.#now();
    const waited = began < this.#suspiciousUntil ? this.#waited?.() : undefined;
    try {
      return atOnce();
    } finally {
      const ended = this.#now();
      if (ended - began > LONG_MS) this.#tookLong(began, ended, waited);
    }
  }

  #tookLong(began: number, ended: number, waitedBefore: number | undefined): void {
    if (this.#waited === undefined) {
      this.#beCareful(began, ended);
    } else if (waitedBefore === undefined) {
      this.#suspiciousUntil = ended + CAREFUL_MS;
      this.#blocked = 0;
    } else {
      const blocked = ended - began - (this.#waited() - waitedBefore);
      if (blocked > LONG_MS) this.#blocked += blocked;
      if (this.#blocked > MOST_BLOCKED_MS) this.#beCareful(began, ended);
    }
  }

  #beCareful(began: number, ended: number): void {
    const isAgain = began - this.#carefulUntil < CAREFUL_MS;
    this.#span = isAgain ? Math.min(2 * this.#span, MOST_CAREFUL_MS) : CAREFUL_MS;
    this.#carefulUntil = ended + this.#span;
    this.#blocked = 0;
  }
}

/** More than a line of it. */
const SCHEDSTAT = Buffer.alloc(128);

/** Open on what Linux tells of this thread; undefined before the first look, null elsewhere. */
let schedstat: number | null | undefined;

/**
 * How long this thread was ready to run and had no processor, in milliseconds: Linux tells, and
 * elsewhere it is 0. It stays open, because opening it takes six times as long as reading.
 */
export function waitedForProcessor(): number {
  try {
    if (schedstat === undefined) schedstat = openSchedstat();
    if (schedstat === null) return 0;
    const bytes = readSync(schedstat, SCHEDSTAT, 0, SCHEDSTAT.length, 0);
    return Number(SCHEDSTAT.toString('latin1', 0, bytes).split(' ')[1]) / NS_PER_MS;
  } catch {
    return 0;
  }
}

function openSchedstat(): number | null {
  try {
    return openSync('/proc/thread-self/schedstat', 'r');
  } catch {
    return null;
  }
}
