import type { Socket } from 'node:net';
import { type Clock, NO_LONGER } from '../../../base/clock.ts';

export interface PassiveListenerOptions {
  readonly port: number;
  /** Milliseconds after which a listener to which nobody came is over. */
  readonly lifetimeMs: number;
  readonly clock: Clock;
  /** Told when nobody is waited for any more: whether somebody came. */
  readonly over: (listener: PassiveListener, came: boolean) => void;
}

/** For all of them: a stack of each would cost more than all the rest of its end. */
const CLOSED = new Error('The passive port was closed');

/**
 * Waits for the one data connection of a session. It waits, unread, to be taken once; whoever else
 * comes has to go elsewhere (RFC 2577 §3 and the race for a passive port).
 */
export class PassiveListener implements Disposable {
  readonly port: number;
  readonly #arrival = Promise.withResolvers<Socket>();
  readonly #ended = new AbortController();
  readonly #over: (came: boolean) => void;
  readonly #clock: Clock;
  readonly #since: number;
  #awaitedMs: number | undefined;
  #waiting: Socket | undefined;

  constructor({ port, lifetimeMs, clock, over }: PassiveListenerOptions) {
    this.port = port;
    this.#over = (came) => over(this, came);
    this.#clock = clock;
    this.#since = clock.monotonic();
    // Without a reader, the end of a listener to which nobody came is no event.
    this.#arrival.promise.catch(() => {});
    const expire = (): void => {
      if (this.#waiting === undefined) this[Symbol.dispose]();
    };
    clock.sleep(lifetimeMs, this.#ended.signal).then(expire, () => {});
  }

  /** So many milliseconds it took until somebody came; the port is told when this is made. */
  get awaitedMs(): number | undefined {
    return this.#awaitedMs;
  }

  /** The connection that was waited for. */
  arrive(socket: Socket): void {
    this.#waiting = socket;
    this.#awaitedMs = this.#clock.monotonic() - this.#since;
    this.#over(true);
    this.#arrival.resolve(socket);
  }

  /** The data connection, if it is there; whoever takes it closes it. */
  takeAtOnce(): Socket | undefined {
    const socket = this.#waiting;
    this.#waiting = undefined;
    if (socket !== undefined) this[Symbol.dispose]();
    return socket;
  }

  /** The data connection; whoever takes it closes it. Rejects when nobody can come any more. */
  async take(signal: AbortSignal): Promise<Socket> {
    const stop = (): void => this.#arrival.reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    try {
      const socket = await this.#arrival.promise;
      this.#waiting = undefined;
      return socket;
    } finally {
      signal.removeEventListener('abort', stop);
      this[Symbol.dispose]();
    }
  }

  [Symbol.dispose](): void {
    this.#ended.abort(NO_LONGER);
    this.#over(false);
    this.#waiting?.destroy();
    this.#arrival.reject(CLOSED);
  }
}
