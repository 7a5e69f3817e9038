import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Clock } from '../../base/clock.ts';
import { Failure } from '../../base/failure.ts';
import type { Log } from '../../base/log.ts';
import type { Reception } from '../../session/session.ts';
import { formatReply } from '../../wire/ftp/reply.ts';
import { VerbIndex } from './command.ts';
import { ControlConnection } from './control-connection.ts';
import { Traffic } from './data/traffic.ts';
import type { FtpOptions } from './options.ts';
import { replies } from './replies.ts';
import type { Room } from './room.ts';
import { TABLE } from './verbs/table.ts';

export interface FtpServerParts {
  readonly reception: Reception;
  readonly clock: Clock;
  readonly log: Log;
  readonly options: FtpOptions;
}

/** Milliseconds that connections get to close after everything of theirs was cut off. */
const LAST_WORDS_MS = 1000;

const KEEP_ALIVE_DELAY_MS = 60_000;

/** The FTP door: listens, and serves everybody who comes until it is closed. */
export class FtpServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #room: Room;
  readonly #connections = new Map<ControlConnection, Promise<void>>();

  /** @throws the system's error if it cannot listen there */
  static async listen({ reception, clock, log, options }: FtpServerParts): Promise<FtpServer> {
    const room = {
      reception,
      clock,
      log,
      options,
      traffic: new Traffic(options.bufferBytes),
      table: TABLE,
      verbs: new VerbIndex(TABLE),
    };
    const server = createServer({
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_DELAY_MS,
    });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once('error', reject).once('listening', resolve);
    server.listen({ host: options.host, port: options.port, backlog: 1024 });
    await promise;
    server.off('error', reject).on('error', (error) => log.error('Cannot accept', { error }));
    return new FtpServer(server, room);
  }

  private constructor(server: Server, room: Room) {
    this.#server = server;
    this.#room = room;
    server.on('connection', (socket) => this.#welcome(socket));
  }

  /** Where it listens. */
  get address(): { readonly host: string; readonly port: number } {
    const { address, port } = this.#server.address() as AddressInfo;
    return { host: address, port };
  }

  /** Control connections at the moment. */
  get connections(): number {
    return this.#connections.size;
  }

  /**
   * Stops accepting, tells those who wait for nothing 421, and lets the others finish for at most
   * `graceMs`; then what still runs is cut off. Resolves when everybody has had their last reply and what they held is given back.
   */
  async close(graceMs: number): Promise<void> {
    this.#server.close();
    for (const connection of this.#connections.keys()) connection.leave(replies.shuttingDown);
    await this.#allServed(graceMs);
    const why = new Failure('shutting-down', replies.shuttingDown.lines.join(' '));
    for (const connection of this.#connections.keys()) connection.cut(why);
    await this.#allServed(LAST_WORDS_MS);
    for (const connection of this.#connections.keys()) connection.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close(0);
  }

  #welcome(socket: Socket): void {
    const { options, log } = this.#room;
    if (socket.remoteAddress === undefined) {
      socket.destroy();
      return;
    }
    if (this.#connections.size >= options.maxConnections) {
      log.warn('Too many connections', { peer: socket.remoteAddress });
      socket.on('error', () => {});
      socket.end(formatReply(replies.tooManyConnections), () => socket.destroy());
      return;
    }
    const connection = new ControlConnection(socket, this.#room);
    const served = connection.serve().catch((error: unknown) => {
      log.error('A control connection failed', { error });
      connection.destroy();
    });
    this.#connections.set(connection, served);
    socket.once('close', () => this.#connections.delete(connection));
  }

  /** Resolves when everybody has been served, at the latest after the time. */
  async #allServed(milliseconds: number): Promise<void> {
    const all = Promise.all(this.#connections.values());
    const over = new AbortController();
    const time = this.#room.clock.sleep(milliseconds, over.signal).catch(() => {});
    await Promise.race([all, time]);
    over.abort();
  }
}
