import { randomInt } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { type Clock, NO_LONGER } from '../../../base/clock.ts';
import { canonicalAddress } from '../../../wire/ftp/addresses.ts';
import type { Ports } from '../options.ts';
import type { Ends, Proxies } from '../proxies.ts';
import { PassiveListener } from './passive.ts';

export interface PassivePortsOptions {
  /** Those whose connections are somebody else's, and say whose. */
  readonly proxies: Proxies;
  /** The ports that may be offered; without them the system picks one. */
  readonly ports: Ports | undefined;
  readonly lifetimeMs: number;
  readonly clock: Clock;
}

/**
 * The ports on which data connections are waited for. As long as there are enough, each session has
 * one to itself; then clients with different addresses share one, since a connection shows by its
 * address whose it is. So no address can take all ports away from the others.
 */
export class PassivePorts {
  readonly #options: PassivePortsOptions;
  /** Those that are open or being opened, by our address and the port. */
  readonly #open = new Map<string, SharedPort>();

  constructor(options: PassivePortsOptions) {
    this.#options = options;
  }

  /**
   * Waits for a connection from `peer` at our address `host`.
   * @throws Error if no port is free, the system's error if it cannot listen there at all
   */
  async wait(peer: string, host: string): Promise<PassiveListener> {
    const { ports } = this.#options;
    if (ports === undefined) {
      const own = new SharedPort(host, 0, this.#options);
      if (await own.ready) return own.wait(peer);
      throw noneFree();
    }
    for (const port of inSomeOrder(ports)) {
      const key = `${host} ${port}`;
      if (this.#open.has(key)) continue;
      const fresh = new SharedPort(host, port, this.#options, () => this.#open.delete(key));
      this.#open.set(key, fresh);
      if (await fresh.ready) return fresh.wait(peer);
    }
    for (const port of inSomeOrder(ports)) {
      const shared = this.#open.get(`${host} ${port}`);
      // Whoever waited meanwhile may have taken it, or it may be gone.
      if (shared !== undefined && (await shared.ready) && shared.isFreeFor(peer)) {
        return shared.wait(peer);
      }
    }
    throw noneFree();
  }
}

/** One port, and the sessions that wait there: at most one for each address of a client. */
class SharedPort {
  /** False if the port is somebody else's. Rejects with the system's error if it cannot listen there. */
  readonly ready: Promise<boolean>;
  readonly #server: Server;
  readonly #options: PassivePortsOptions;
  readonly #waiting = new Map<string, PassiveListener>();
  readonly #closed = new AbortController();
  readonly #onClose: () => void;

  constructor(host: string, port: number, options: PassivePortsOptions, onClose = (): void => {}) {
    this.#options = options;
    this.#onClose = onClose;
    this.#server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
    this.#server.on('connection', (socket) => this.#welcome(socket));
    this.ready = listen(this.#server, host, port).then(
      (isOpen) => {
        if (!isOpen) this.#close();
        return isOpen;
      },
      (error: unknown) => {
        this.#close();
        throw error;
      },
    );
  }

  isFreeFor(peer: string): boolean {
    return !this.#closed.signal.aborted && !this.#waiting.has(keyOf(peer));
  }

  /** Begins to wait for a connection from there. */
  wait(peer: string): PassiveListener {
    const { lifetimeMs, clock } = this.#options;
    const address = this.#server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const key = keyOf(peer);
    const over = (listener: PassiveListener): void => {
      if (this.#waiting.get(key) !== listener) return;
      this.#waiting.delete(key);
      if (this.#waiting.size === 0) this.#close();
    };
    const listener = new PassiveListener({ port, lifetimeMs, clock, over });
    this.#waiting.set(key, listener);
    return listener;
  }

  #welcome(socket: Socket): void {
    socket.on('error', () => {});
    const ends = this.#options.proxies.ends(socket, this.#closed.signal);
    if (!(ends instanceof Promise)) this.#handOver(socket, ends);
    else
      ends.then(
        (told) => this.#handOver(socket, told),
        () => {},
      );
  }

  #handOver(socket: Socket, { peer }: Ends): void {
    const listener = this.#waiting.get(keyOf(peer));
    if (listener === undefined) socket.destroy();
    else listener.arrive(socket);
  }

  #close(): void {
    this.#closed.abort(NO_LONGER);
    this.#server.close();
    this.#onClose();
  }
}

/** The ports, beginning anywhere, so that nobody can tell the next one. */
function* inSomeOrder(ports: Ports): Generator<number> {
  const count = ports.last - ports.first + 1;
  const begin = randomInt(count);
  for (let step = 0; step < count; step += 1) yield ports.first + ((begin + step) % count);
}

function keyOf(peer: string): string {
  return canonicalAddress(peer) ?? peer;
}

function noneFree(): Error {
  return new Error('Every passive port is in use');
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
    // Its own: what else a process of several listens on, they share.
    server.listen({ host, port, backlog: 16, exclusive: true });
  });
}
