import { randomInt } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../../../base/clock.ts';
import { samePeer } from '../../../wire/ftp/addresses.ts';
import type { Ports } from '../options.ts';
import type { Ends, Proxies } from '../proxies.ts';

export interface PassiveListenerOptions {
  /** Where the control connection is connected to: the only address to listen on. */
  readonly host: string;
  /** The control connection's peer: the only one who may connect. */
  readonly peer: string;
  /** Those whose connections are somebody else's, and say whose. */
  readonly proxies: Proxies;
  readonly ports: Ports | undefined;
  /** Milliseconds after which a listener to which nobody came is closed. */
  readonly lifetimeMs: number;
  readonly clock: Clock;
}

/**
 * A port that waits for one data connection. Connections from anybody else are closed and the
 * waiting goes on (RFC 2577 §3 and the race for a passive port); after the first right one the
 * port is closed. The connection waits, unread, to be taken once.
 */
export class PassiveListener implements Disposable {
  readonly port: number;
  readonly #server: Server;
  readonly #arrival = Promise.withResolvers<Socket>();
  readonly #ended = new AbortController();
  #waiting: Socket | undefined;

  /** @throws the system's error if no port is free. */
  static async open(options: PassiveListenerOptions): Promise<PassiveListener> {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
    for (const port of candidates(options.ports)) {
      if (await listen(server, options.host, port)) return new PassiveListener(server, options);
    }
    throw new Error('Every passive port is in use');
  }

  private constructor(server: Server, options: PassiveListenerOptions) {
    this.#server = server;
    const address = server.address();
    this.port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    // Without a reader, the end of a listener to which nobody came is no event.
    this.#arrival.promise.catch(() => {});
    server.on('connection', (socket) => this.#welcome(socket, options));
    server.on('error', (error) => this.#arrival.reject(error));
    const expire = (): void => {
      if (this.#waiting === undefined) this[Symbol.dispose]();
    };
    options.clock.sleep(options.lifetimeMs, this.#ended.signal).then(expire, () => {});
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
    this.#ended.abort();
    this.#server.close();
    this.#waiting?.destroy();
    this.#arrival.reject(new Error('The passive port was closed'));
  }

  #welcome(socket: Socket, { peer, proxies }: PassiveListenerOptions): void {
    socket.on('error', () => {});
    const ends = proxies.ends(socket, this.#ended.signal);
    if (ends instanceof Promise) {
      ends.then(
        (told) => this.#choose(socket, told, peer),
        () => {},
      );
    } else this.#choose(socket, ends, peer);
  }

  #choose(socket: Socket, ends: Ends, peer: string): void {
    const isOver = this.#ended.signal.aborted || this.#waiting !== undefined;
    if (isOver || !samePeer(ends.peer, peer)) {
      socket.destroy();
      return;
    }
    this.#waiting = socket;
    this.#server.close();
    this.#arrival.resolve(socket);
  }
}

/** The ports to try, beginning anywhere, so that nobody can tell the next one. */
function* candidates(ports: Ports | undefined): Generator<number> {
  if (ports === undefined) {
    yield 0;
    return;
  }
  const count = ports.last - ports.first + 1;
  const begin = randomInt(count);
  for (let step = 0; step < count; step += 1) yield ports.first + ((begin + step) % count);
}

/** False if the port is taken. */
function listen(server: Server, host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const onListening = (): void => {
      server.off('error', onError);
      resolve(true);
    };
    const onError = (error: NodeJS.ErrnoException): void => {
      server.off('listening', onListening);
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
      else reject(error);
    };
    server.once('listening', onListening).once('error', onError);
    server.listen({ host, port, backlog: 16 });
  });
}
