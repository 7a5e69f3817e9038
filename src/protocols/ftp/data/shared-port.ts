import { createServer, type Server, type Socket } from 'node:net';
import { type Clock, NO_LONGER } from '../../../base/clock.ts';
import { canonicalAddress } from '../../../wire/ftp/addresses.ts';
import type { Ends, Proxies } from '../proxies.ts';
import { PassiveListener } from './passive.ts';

export interface SharedPortOptions {
  /** Those whose connections are somebody else's, and say whose. */
  readonly proxies: Proxies;
  readonly lifetimeMs: number;
  /** Milliseconds that a port which has brought a connection stays open for the next; 0 for none. */
  readonly keepMs: number;
  readonly clock: Clock;
}

/**
 * After so many connections a session gets another port: nobody who finds it out has it for long,
 * and the numbers of a client's own ports, of which each serves once a minute, last.
 */
const MOST_CONNECTIONS = 100;

/** Who is told what becomes of a port. */
export interface PortEvents {
  /** Somebody waits there. */
  readonly busy: (port: SharedPort) => void;
  /** Nobody waits there any more, and all for whom somebody waited have come. */
  readonly idle: (port: SharedPort) => void;
  readonly closed: (port: SharedPort) => void;
}

/** One port, and the sessions that wait there: at most one for each address of a client. */
export class SharedPort {
  /** False if the port is somebody else's. Rejects with the system's error if it cannot listen there. */
  readonly ready: Promise<boolean>;
  readonly #server: Server;
  readonly #options: SharedPortOptions;
  readonly #waiting = new Map<string, PassiveListener>();
  readonly #closed = new AbortController();
  readonly #events: PortEvents;
  #port = 0;
  #connections = 0;
  /** Somebody may still come whom nobody waits for, or has: it is not kept. */
  #isSpoiled = false;
  /** When the last one came, on the monotonic clock. */
  idleSince = 0;

  constructor(host: string, port: number, options: SharedPortOptions, events: PortEvents) {
    this.#options = options;
    this.#events = events;
    this.#server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
    this.#server.on('connection', (socket) => this.#welcome(socket));
    this.ready = listen(this.#server, host, port).then(
      (isOpen) => {
        if (isOpen) this.#port = portOf(this.#server);
        else this.close();
        return isOpen;
      },
      (error: unknown) => {
        this.close();
        throw error;
      },
    );
  }

  isFreeFor(peer: string): boolean {
    return !this.#closed.signal.aborted && !this.#waiting.has(keyOf(peer));
  }

  /** Nobody can come from there whom somebody else has waited for. */
  isKeptFor(peer: string): boolean {
    return !this.#isSpoiled && this.#connections < MOST_CONNECTIONS && this.isFreeFor(peer);
  }

  /** Begins to wait for a connection from there. */
  wait(peer: string): PassiveListener {
    const { lifetimeMs, clock } = this.#options;
    const key = keyOf(peer);
    const over = (listener: PassiveListener, came: boolean): void => {
      if (this.#waiting.get(key) !== listener) return;
      this.#waiting.delete(key);
      if (came) this.#connections += 1;
      else this.#isSpoiled = true;
      if (this.#waiting.size === 0) this.#rest();
    };
    const listener = new PassiveListener({ port: this.#port, lifetimeMs, clock, over });
    this.#waiting.set(key, listener);
    this.#events.busy(this);
    return listener;
  }

  close(): void {
    if (this.#closed.signal.aborted) return;
    this.#closed.abort(NO_LONGER);
    this.#server.close();
    this.#events.closed(this);
  }

  #rest(): void {
    const { keepMs, clock } = this.#options;
    if (keepMs === 0 || this.#isSpoiled || this.#connections >= MOST_CONNECTIONS) this.close();
    else {
      this.idleSince = clock.monotonic();
      this.#events.idle(this);
    }
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
    if (listener !== undefined) listener.arrive(socket);
    else {
      socket.destroy();
      // Somebody knows this port who was not told it.
      this.#isSpoiled = true;
      if (this.#waiting.size === 0) this.close();
    }
  }
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

function keyOf(peer: string): string {
  return canonicalAddress(peer) ?? peer;
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
