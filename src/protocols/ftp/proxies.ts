import type { Socket } from 'node:net';
import { type Clock, NO_LONGER } from '../../base/clock.ts';
import type { Networks } from '../../base/network.ts';
import type { Soon } from '../../storage/store.ts';
import { unmap } from '../../wire/ftp/addresses.ts';
import { readProxyHeader } from '../../wire/proxy-protocol.ts';

/** The addresses of one connection, IPv4-mapped ones unmapped. */
export interface Ends {
  /** Who it is: the peer, or the client that a proxy has told of. */
  readonly peer: string;
  /** What they connected to: our address, or the proxy's. */
  readonly reached: string;
  /** Our end of the socket. */
  readonly local: string;
}

export interface ProxiesOptions {
  readonly networks: Networks;
  /** Milliseconds in which the header has to have come whole. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly clock: Clock;
}

/**
 * Those who hand on the connections of others, and tell whose they are in a header of the PROXY
 * protocol. From their networks it has to come, and from all others it is never read: who may
 * choose could be anybody (§2 of the protocol: "MUST not try to guess"). Control and data
 * connections are the same in this.
 */
export class Proxies {
  readonly #options: ProxiesOptions;

  constructor(options: ProxiesOptions) {
    this.#options = options;
  }

  /** Whether a connection from this address is one that is handed on. */
  handOn(address: string): boolean {
    return this.#options.networks.has(address);
  }

  /** Whose connection this is: at once, or as {@link told} says it. */
  ends(socket: Socket, signal: AbortSignal): Soon<Ends> {
    const ends = endsOf(socket);
    return this.handOn(ends.peer) ? this.told(socket, ends, signal) : ends;
  }

  /**
   * Whose connection it is that one of them hands on. What follows the header stays unread, and
   * the socket is paused.
   * @throws the signal's reason, or an Error that says what is wrong with the header; the socket is
   *   destroyed then
   */
  async told(socket: Socket, ends: Ends, signal: AbortSignal): Promise<Ends> {
    const { clock, timeoutMs, maxBytes } = this.#options;
    const over = new AbortController();
    const { promise, resolve, reject } = Promise.withResolvers<Ends>();
    let came: Buffer = Buffer.alloc(0);
    const onData = (chunk: Buffer): void => {
      came = came.length === 0 ? chunk : Buffer.concat([came, chunk]);
      try {
        const header = readProxyHeader(came, maxBytes);
        if (header === undefined) return;
        socket.pause();
        const rest = came.subarray(header.length);
        if (rest.length > 0) socket.unshift(rest);
        const { source: peer = ends.peer, destination: reached = ends.reached } = header.told ?? {};
        resolve({ ...ends, peer, reached });
      } catch (error) {
        reject(error);
      }
    };
    const onEnd = (): void => reject(new Error('The connection ended before its PROXY header'));
    const onAbort = (): void => reject(signal.reason);
    socket.on('data', onData).on('end', onEnd).on('close', onEnd).on('error', reject);
    signal.addEventListener('abort', onAbort, { once: true });
    clock.sleep(timeoutMs, over.signal).then(
      () => reject(new Error('The PROXY header took too long')),
      () => {},
    );
    if (signal.aborted) onAbort();
    try {
      socket.resume();
      return await promise;
    } catch (error) {
      socket.on('error', () => {}).destroy();
      throw error;
    } finally {
      over.abort(NO_LONGER);
      socket.off('data', onData).off('end', onEnd).off('close', onEnd).off('error', reject);
      signal.removeEventListener('abort', onAbort);
    }
  }
}

/** The two ends of a socket, whoever is behind them. */
export function endsOf(socket: Socket): Ends {
  const local = unmap(socket.localAddress ?? '');
  return { peer: unmap(socket.remoteAddress ?? ''), reached: local, local };
}
