import { once } from 'node:events';
import { createServer, isIPv6, type Server, type Socket } from 'node:net';
import {
  parseExtendedPassiveReply,
  parsePassiveReply,
  samePeer,
} from '../../../wire/ftp/addresses.ts';
import type { Reply } from '../../../wire/ftp/reply.ts';
import { TransferFailure, troubled } from '../../transfer-failure.ts';
import { dial } from './dial.ts';
import { ask, type Link } from './link.ts';
import { failureOf } from './reply-failures.ts';
import { failing, within } from './waiting.ts';

/** A data connection that has been agreed upon. */
export interface DataChannel extends Disposable {
  /** The connection, once the command that uses it was sent. @throws TransferFailure */
  take(signal: AbortSignal): Promise<Socket>;
}

/**
 * Agrees on the next data connection with the server.
 * @throws TransferFailure `unreachable`, or what the server has against it
 */
export function openDataChannel(link: Link, signal: AbortSignal): Promise<DataChannel> {
  return link.options.dataMode === 'active' ? listen(link, signal) : call(link, signal);
}

/**
 * True if EPSV is certain enough to lead somewhere that the command for the data connection can be
 * sent behind it at once: see {@link callAhead}.
 */
export function canCallAhead({ experience, options }: Link): boolean {
  return options.dataMode === 'passive' && experience.knowsExtended && experience.reachesData;
}

/**
 * Agrees on a data connection with nothing to fall back to: the command that uses it is under way.
 * @param agreement what EPSV will be answered
 * @throws TransferFailure
 */
export async function callAhead(
  link: Link,
  agreement: Promise<Reply>,
  signal: AbortSignal,
): Promise<DataChannel> {
  try {
    const reply = await agreement;
    const port = reply.code === 229 ? parseExtendedPassiveReply(reply.lines.join(' ')) : undefined;
    if (port === undefined) throw failureOf(reply, 'agree on a data connection');
    return await connected(link, port, signal);
  } catch (error) {
    link.experience.reachesData = false;
    throw error;
  }
}

/** EPSV, and PASV where that is not known or leads nowhere (RFC 2428 §3, RFC 959 §4.1.2). */
async function call(link: Link, signal: AbortSignal): Promise<DataChannel> {
  const { experience, control } = link;
  const isOnlyExtended = isIPv6(control.peer);
  if (experience.knowsExtended || isOnlyExtended) {
    const reply = await ask(link, 'EPSV', signal);
    const port = reply.code === 229 ? parseExtendedPassiveReply(reply.lines.join(' ')) : undefined;
    if (port !== undefined) {
      try {
        const channel = await connected(link, port, signal);
        experience.reachesData = true;
        return channel;
      } catch (error) {
        // A firewall that translates addresses may know the old command only.
        if (isOnlyExtended || !troubled(error, 'unreachable')) throw error;
      }
    } else if (reply.code === 229) {
      throw control.break(
        new TransferFailure('protocol-broken', 'The server names no port for data'),
      );
    } else if (isOnlyExtended || reply.code < 500) {
      throw failureOf(reply, 'agree on a data connection');
    }
  }
  const reply = await ask(link, 'PASV', signal);
  if (reply.code !== 227) throw failureOf(reply, 'agree on a data connection');
  const address = parsePassiveReply(reply.lines.join(' '));
  if (address === undefined) {
    throw control.break(
      new TransferFailure('protocol-broken', 'The server names no port for data'),
    );
  }
  const channel = await connected(link, address.port, signal);
  experience.knowsExtended = false;
  return channel;
}

/** Whatever host the server names, data comes from where the control connection goes. */
async function connected({ control, options }: Link, port: number, signal: AbortSignal) {
  const { connectTimeoutMs, clock } = options;
  const milliseconds = connectTimeoutMs;
  const socket = await dial({ host: control.peer, port, milliseconds, clock }, signal);
  return {
    take: () => Promise.resolve(socket),
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

/** EPRT, and PORT where that is not known (RFC 2428 §2, RFC 959 §4.1.2). */
async function listen(link: Link, signal: AbortSignal): Promise<DataChannel> {
  const { control, experience } = link;
  const host = control.localAddress;
  const server = createServer();
  server.listen({ host, port: 0 });
  try {
    await once(server, 'listening', { signal });
    const channel = new ActiveChannel(server, link);
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const isV6 = isIPv6(host);
    if (experience.knowsExtended || isV6) {
      const reply = await ask(link, `EPRT |${isV6 ? 2 : 1}|${host}|${port}|`, signal);
      if (reply.code === 200) return channel;
      if (isV6 || reply.code < 500) throw failureOf(reply, 'agree on a data connection');
      experience.knowsExtended = false;
    }
    const numbers = [...host.split('.'), port >> 8, port & 0xff].join(',');
    const reply = await ask(link, `PORT ${numbers}`, signal);
    if (reply.code !== 200) throw failureOf(reply, 'agree on a data connection');
    return channel;
  } catch (error) {
    server.close();
    throw error;
  }
}

/** Waits for the server, and for nobody else. */
class ActiveChannel implements DataChannel {
  readonly #server: Server;
  readonly #link: Link;
  readonly #arrival = Promise.withResolvers<Socket>();
  #isOver = false;

  constructor(server: Server, link: Link) {
    this.#server = server;
    this.#link = link;
    this.#arrival.promise.catch(() => {});
    server.on('connection', (socket) => this.#welcome(socket));
    server.on('error', (error) => this.#arrival.reject(error));
  }

  async take(signal: AbortSignal): Promise<Socket> {
    const { connectTimeoutMs: milliseconds, clock } = this.#link.options;
    const late = failing('unreachable', 'The server did not open a data connection');
    try {
      return await within(this.#arrival.promise, { clock, signal, milliseconds, late });
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#server.close();
    this.#arrival.promise.then(
      (socket) => socket.destroy(),
      () => {},
    );
  }

  #welcome(socket: Socket): void {
    socket.on('error', () => {});
    if (this.#isOver || !samePeer(socket.remoteAddress ?? '', this.#link.control.peer)) {
      socket.destroy();
      return;
    }
    this.#isOver = true;
    this.#server.close();
    socket.setNoDelay();
    this.#arrival.resolve(socket);
  }
}
