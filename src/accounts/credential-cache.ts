import { createHmac, createSecretKey, randomBytes } from 'node:crypto';

import type { Clock } from '../base/clock.ts';

export interface CredentialCacheOptions {
  readonly clock: Clock;
  /** How many logins are remembered; the one that was unused for longest goes first. */
  readonly maxEntries?: number;
  /** How long one is remembered, in milliseconds, however often it is used. */
  readonly ttlMs?: number;
}

interface Entry {
  readonly accountId: number;
  /** On the monotonic clock, in milliseconds. */
  readonly expires: number;
}

/**
 * Remembers which logins were verified, so that the next one costs a keyed hash and no argon2id.
 * The stored hash is a part of what is remembered: it is void the moment the password changes.
 * Neither the password nor anything that could be tried against another process is kept. Whether
 * the account is still enabled is not the cache's business: ask that first.
 */
export class CredentialCache {
  /** Of this process alone: a dump of the entries without it says nothing about a password. */
  readonly #key = createSecretKey(randomBytes(32));
  readonly #clock: Clock;
  readonly #maxEntries: number;
  readonly #ttlMs: number;
  /** From the one unused for longest to the one used last. */
  readonly #entries = new Map<string, Entry>();

  constructor({ clock, maxEntries = 10_000, ttlMs = 10 * 60_000 }: CredentialCacheOptions) {
    this.#clock = clock;
    this.#maxEntries = maxEntries;
    this.#ttlMs = ttlMs;
  }

  /** True if this password was remembered for this account and this stored hash. */
  has(accountId: number, stored: string, password: string): boolean {
    const digest = this.#digest(accountId, stored, password);
    const entry = this.#entries.get(digest);
    if (entry === undefined) return false;
    this.#entries.delete(digest);
    if (entry.expires <= this.#clock.monotonic()) return false;
    this.#entries.set(digest, entry);
    return true;
  }

  /** Call this only after the password has been verified against `stored`. */
  remember(accountId: number, stored: string, password: string): void {
    if (this.#maxEntries < 1) return;
    const digest = this.#digest(accountId, stored, password);
    this.#entries.delete(digest);
    if (this.#entries.size >= this.#maxEntries) {
      const [oldest = ''] = this.#entries.keys();
      this.#entries.delete(oldest);
    }
    const expires = this.#clock.monotonic() + this.#ttlMs;
    this.#entries.set(digest, { accountId, expires });
  }

  /** Forgets every login of this account. */
  forget(accountId: number): void {
    for (const [digest, entry] of this.#entries) {
      if (entry.accountId === accountId) this.#entries.delete(digest);
    }
  }

  /** JSON quotes what would otherwise run together, and keeps lone surrogates apart. */
  #digest(accountId: number, stored: string, password: string): string {
    const text = JSON.stringify([accountId, stored, password]);
    return createHmac('sha256', this.#key).update(text).digest('base64');
  }
}
