import { randomInt } from 'node:crypto';
import { NO_LONGER } from '../../../base/clock.ts';
import type { Ports } from '../options.ts';
import type { PassiveListener } from './passive.ts';
import { SharedPort, type SharedPortOptions } from './shared-port.ts';

export interface PassivePortsOptions extends SharedPortOptions {
  /** The ports that may be offered; without them the system picks one. */
  readonly ports: Ports | undefined;
}

/**
 * The ports on which data connections are waited for. As long as there are enough, each session has
 * one to itself; then clients with different addresses share one, since a connection shows by its
 * address whose it is. So no address can take all ports away from the others.
 */
export class PassivePorts implements Disposable {
  readonly #options: PassivePortsOptions;
  /** Those that are open or being opened, by our address and the port. */
  readonly #open = new Map<string, SharedPort>();
  /** Those at which nobody waits for anybody at the moment. */
  readonly #kept = new Set<SharedPort>();
  readonly #over = new AbortController();
  #isLooking = false;

  constructor(options: PassivePortsOptions) {
    this.#options = options;
  }

  /** Those of a session with `peer`, at our address `host`. */
  ofSession(peer: string, host: string): SessionPorts {
    return new SessionPorts(peer, () => this.#portFor(peer, host));
  }

  [Symbol.dispose](): void {
    this.#over.abort(NO_LONGER);
    for (const port of this.#kept) port.close();
  }

  /** @throws Error if no port is free, the system's error if it cannot listen there at all */
  async #portFor(peer: string, host: string): Promise<SharedPort> {
    const { ports } = this.#options;
    if (ports === undefined) {
      const own = this.#fresh(host, 0, () => {});
      if (await own.ready) return own;
      throw noneFree();
    }
    for (const port of inSomeOrder(ports)) {
      const key = `${host} ${port}`;
      if (this.#open.has(key)) continue;
      const fresh = this.#fresh(host, port, () => this.#open.delete(key));
      this.#open.set(key, fresh);
      if (await fresh.ready) return fresh;
    }
    for (const port of inSomeOrder(ports)) {
      const shared = this.#open.get(`${host} ${port}`);
      // Whoever waited meanwhile may have taken it, or it may be gone.
      if (shared !== undefined && (await shared.ready) && shared.isFreeFor(peer)) return shared;
    }
    throw noneFree();
  }

  #fresh(host: string, port: number, closed: () => void): SharedPort {
    return new SharedPort(host, port, this.#options, {
      busy: (port) => this.#kept.delete(port),
      idle: (port) => this.#keep(port),
      closed: (port) => {
        this.#kept.delete(port);
        closed();
      },
    });
  }

  #keep(port: SharedPort): void {
    if (this.#over.signal.aborted) port.close();
    else this.#kept.add(port);
    if (!this.#isLooking) void this.#closeUnused();
  }

  /** One timer for all of them, as long as there are any. */
  async #closeUnused(): Promise<void> {
    const { clock, keepMs } = this.#options;
    this.#isLooking = true;
    while (this.#kept.size > 0) {
      await clock.sleep(keepMs, this.#over.signal).catch(() => {});
      const now = clock.monotonic();
      for (const port of this.#kept) if (now - port.idleSince >= keepMs) port.close();
    }
    this.#isLooking = false;
  }
}

/** The ports of one session: the one that has brought the last data connection brings the next. */
export class SessionPorts {
  readonly #peer: string;
  readonly #another: () => Promise<SharedPort>;
  #last: SharedPort | undefined;

  constructor(peer: string, another: () => Promise<SharedPort>) {
    this.#peer = peer;
    this.#another = another;
  }

  /**
   * Waits for a connection.
   * @throws Error if no port is free, the system's error if it cannot listen there at all
   */
  async wait(): Promise<PassiveListener> {
    if (!this.#last?.isKeptFor(this.#peer)) this.#last = await this.#another();
    return this.#last.wait(this.#peer);
  }
}

/** The ports, beginning anywhere, so that nobody can tell the next one. */
function* inSomeOrder(ports: Ports): Generator<number> {
  const count = ports.last - ports.first + 1;
  const begin = randomInt(count);
  for (let step = 0; step < count; step += 1) yield ports.first + ((begin + step) % count);
}

function noneFree(): Error {
  return new Error('Every passive port is in use');
}
