import { Failure } from '../../base/failure.ts';
import { encodeName } from '../../base/name.ts';
import { argon2id, fakeArgon2id, hashArgon2id } from './argon2.ts';
import { HashWorker } from './hash-worker.ts';
import type { Argon2Cost } from './scheme.ts';
import { usableScheme } from './schemes.ts';
import { Turnstile } from './turnstile.ts';

export { whyNotImported } from './foreign.ts';
export { describeStored, isStoredPassword } from './schemes.ts';

/** The longest password, in bytes: the imported schemes read all of it in each of their rounds. */
export const MAX_PASSWORD_BYTES = 512;

/** How many may wait for their turn: about a quarter of a minute of work at the default cost. */
const MAX_WAITING_LOGINS = 1_000;

/**
 * Of those that OWASP recommends as equals (Password Storage Cheat Sheet, 2025) the one whose
 * memory goes back to the system: the C library keeps blocks of up to 32 MiB for the next time, one
 * for each thread.
 */
const DEFAULT_COST: Argon2Cost = { memoryKiB: 47_104, passes: 1 };

export interface PasswordsOptions extends Partial<Argon2Cost> {
  /**
   * How many are computed at once, 2 by default: the thread pool has four threads, and files
   * need some of them.
   */
  readonly concurrency?: number;
  /** How many more may wait. */
  readonly maxWaiting?: number;
}

/** What a check has found. */
export interface Verdict {
  readonly ok: boolean;
  /** The password is right and should be hashed anew, since what is stored is not current. */
  readonly outdated: boolean;
}

/**
 * Makes and verifies stored passwords. No hash is ever computed on the event loop, only a few
 * at once are computed at all, and an unknown account costs as much time as a known one.
 * A password is the bytes that `encodeName` gives for it, so that one that is not UTF-8 works too.
 */
export class Passwords implements AsyncDisposable {
  readonly #cost: Argon2Cost;
  readonly #turnstile: Turnstile;
  readonly #worker = new HashWorker();
  readonly #fake: string;

  constructor(options: PasswordsOptions = {}) {
    const {
      memoryKiB = DEFAULT_COST.memoryKiB,
      passes = DEFAULT_COST.passes,
      concurrency = 2,
      maxWaiting = MAX_WAITING_LOGINS,
    } = options;
    this.#cost = { memoryKiB, passes };
    this.#turnstile = new Turnstile(concurrency, maxWaiting);
    this.#fake = fakeArgon2id(this.#cost);
  }

  /**
   * The argon2id string to store for this password.
   * @param signal ends the waiting for a turn.
   * @throws Failure `forbidden` for a password longer than {@link MAX_PASSWORD_BYTES}; `locked`
   *   if too many wait; `shutting-down`.
   */
  async hash(password: string, signal?: AbortSignal): Promise<string> {
    const bytes = encodeName(password);
    if (bytes.length > MAX_PASSWORD_BYTES) {
      throw new Failure(
        'forbidden',
        `A password cannot be longer than ${MAX_PASSWORD_BYTES} bytes`,
      );
    }
    return await this.#turnstile.run(() => hashArgon2id(bytes, this.#cost), signal);
  }

  /**
   * Checks a password against what is stored. Nothing stored (an unknown account), a string
   * that no scheme knows (an account locked in the manner of shadow(5)) or that costs too much,
   * and a password that is too long all are a no after the same work as any other.
   * @param signal ends the waiting for a turn.
   * @param party who shares a turn with whoever else asks for it.
   * @throws Failure `locked` if too many wait; `interrupted` if a thread died; `shutting-down`.
   */
  async verify(
    password: string,
    stored: string | undefined,
    signal?: AbortSignal,
    party?: string,
  ): Promise<Verdict> {
    const bytes = encodeName(password);
    return await this.#turnstile.run(() => this.#check(bytes, stored), signal, party);
  }

  /** Stops at once: whoever waits for a turn or for the worker gets `shutting-down`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#turnstile[Symbol.dispose]();
    await this.#worker[Symbol.asyncDispose]();
  }

  async #check(password: Uint8Array, stored: string | undefined): Promise<Verdict> {
    const scheme = stored === undefined ? undefined : usableScheme(stored);
    if (stored === undefined || scheme === undefined || password.length > MAX_PASSWORD_BYTES) {
      await argon2id.verify(password, this.#fake);
      return { ok: false, outdated: false };
    }
    const verifier = scheme.runs === 'pool' ? scheme : this.#worker;
    if (scheme.isCurrent(stored, this.#cost)) {
      return { ok: await verifier.verify(password, stored), outdated: false };
    }
    // Side by side, so that the time is the longer of both and not their sum.
    const [ok] = await Promise.all([
      verifier.verify(password, stored),
      argon2id.verify(password, this.#fake),
    ]);
    return { ok, outdated: ok };
  }
}
