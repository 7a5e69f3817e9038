import { type Clock, NO_LONGER, systemClock } from '../base/clock.ts';
import type { Remote, RemoteConnection } from './remote.ts';
import { throwIfInterrupted } from './retry.ts';

export interface PoolOptions {
  /** Connections at once; 1 unless said. */
  readonly size?: number;
  /** How long a connection may rest until it is made to say something, in milliseconds. */
  readonly keepAliveMs?: number;
  readonly clock?: Clock;
}

const KEEP_ALIVE_MS = 30_000;

/** A connection for one who works with it; disposing gives it back. */
export interface Lease extends AsyncDisposable {
  readonly connection: RemoteConnection;
}

/** One place in the pool, from the moment its connection is wanted until it is closed. */
type Slot =
  | { readonly state: 'leased' }
  | { readonly state: 'resting'; readonly connection: RemoteConnection; readonly wake: () => void };

/** A slot that somebody has just taken, and what rested there. */
interface Place {
  readonly slot: Slot;
  readonly connection: RemoteConnection | undefined;
}

/**
 * Connections to one remote: opened when they are needed, up to `size`, used again and again, so
 * that many small files cost one login, and kept alive while nobody needs them. One that has
 * broken is replaced by the next lease. Disposing closes all that rest, and each of the others
 * when it is given back.
 */
export class ConnectionPool implements AsyncDisposable {
  readonly #remote: Remote;
  readonly #size: number;
  readonly #keepAliveMs: number;
  readonly #clock: Clock;
  readonly #slots = new Set<Slot>();
  readonly #waiting = new Set<() => void>();
  readonly #closing = new AbortController();

  constructor(remote: Remote, options: PoolOptions = {}) {
    this.#remote = remote;
    this.#size = options.size ?? 1;
    this.#keepAliveMs = options.keepAliveMs ?? KEEP_ALIVE_MS;
    this.#clock = options.clock ?? systemClock;
  }

  get remote(): Remote {
    return this.#remote;
  }

  /** Waits for a connection. @throws TransferFailure; `interrupted` if the signal is aborted */
  async lease(signal: AbortSignal): Promise<Lease> {
    for (;;) {
      throwIfInterrupted(signal);
      const place = this.#claim();
      if (place) return this.#occupy(place, signal);
      // In the same turn: a place that is freed between the look and the wait would wake nobody.
      await this.#freed(signal);
    }
  }

  /**
   * A connection that nobody else needs now; undefined if all are in use. Whoever holds one and
   * wants more asks here: waiting for each other, all would wait for ever.
   */
  async spare(signal: AbortSignal): Promise<Lease | undefined> {
    throwIfInterrupted(signal);
    const place = this.#claim();
    return place && this.#occupy(place, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    this.#tell();
    for (const slot of this.#slots) {
      if (slot.state !== 'resting') continue;
      slot.wake();
      this.#slots.delete(slot);
      await slot.connection[Symbol.asyncDispose]();
    }
  }

  /** Takes a place, if there is one, with the connection that rests there. */
  #claim(): Place | undefined {
    throwIfInterrupted(this.#closing.signal);
    const resting = [...this.#slots].find((slot) => slot.state === 'resting');
    if (!resting && this.#slots.size >= this.#size) return undefined;
    const slot: Slot = { state: 'leased' };
    this.#slots.add(slot);
    if (!resting) return { slot, connection: undefined };
    resting.wake();
    this.#slots.delete(resting);
    return { slot, connection: resting.connection };
  }

  async #occupy({ slot, connection }: Place, signal: AbortSignal): Promise<Lease> {
    try {
      if (connection?.isUsable) return this.#lent(connection, slot);
      await connection?.[Symbol.asyncDispose]();
      return this.#lent(await this.#remote.connect(signal), slot);
    } catch (error) {
      this.#release(slot);
      throw error;
    }
  }

  #lent(connection: RemoteConnection, slot: Slot): Lease {
    let isBack = false;
    return {
      connection,
      [Symbol.asyncDispose]: async () => {
        if (isBack) return;
        isBack = true;
        if (connection.isUsable && !this.#closing.signal.aborted) this.#rest(connection, slot);
        else {
          try {
            await connection[Symbol.asyncDispose]();
          } finally {
            this.#release(slot);
          }
        }
      },
    };
  }

  #release(slot: Slot): void {
    this.#slots.delete(slot);
    this.#tell();
  }

  #rest(connection: RemoteConnection, leased: Slot): void {
    const woken = new AbortController();
    const slot: Slot = { state: 'resting', connection, wake: () => woken.abort(NO_LONGER) };
    this.#slots.add(slot);
    this.#release(leased);
    void this.#watch(connection, slot, woken.signal);
  }

  /** Keeps a resting connection alive until somebody takes it. */
  async #watch(connection: RemoteConnection, slot: Slot, woken: AbortSignal): Promise<void> {
    try {
      await this.#clock.sleep(this.#keepAliveMs, woken);
    } catch {
      return;
    }
    // Whoever leased it meanwhile has woken it, even if the clock rang first.
    if (woken.aborted) return;
    const busy: Slot = { state: 'leased' };
    this.#slots.add(busy);
    this.#slots.delete(slot);
    const lease = this.#lent(connection, busy);
    try {
      await connection.keepAlive(this.#closing.signal);
    } catch {
      // What it could not say, `isUsable` says: then it is closed, else it rests again.
    }
    await lease[Symbol.asyncDispose]();
  }

  /** Resolves when it is worth asking again. */
  async #freed(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = (): void => resolve();
    this.#waiting.add(wake);
    signal.addEventListener('abort', wake, { once: true });
    try {
      await promise;
    } finally {
      this.#waiting.delete(wake);
      signal.removeEventListener('abort', wake);
    }
  }

  /** All who wait ask again, the one who waits longest first: one of them may have given up. */
  #tell(): void {
    for (const wake of this.#waiting) wake();
  }
}
