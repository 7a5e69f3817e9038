import type { Socket } from 'node:net';
import type { Clock } from '../../base/clock.ts';
import type { CommandEvent } from '../../base/command-event.ts';
import type { EventSource } from '../../base/events.ts';
import { asFailure, Failure } from '../../base/failure.ts';
import type { Log } from '../../base/log.ts';
import { ByNetwork } from '../../base/network.ts';
import type { Admission, Reception } from '../../session/session.ts';
import { formatReply } from '../../wire/ftp/reply.ts';
import { VerbIndex } from './command.ts';
import { type Arrival, ControlConnection } from './control-connection.ts';
import { canReadInPlace } from './data/reused-buffer.ts';
import { lookup, PassiveAddress } from './data/passive-address.ts';
import { PassivePorts } from './data/passive-ports.ts';
import { Traffic } from './data/traffic.ts';
import { type Address, type Door, openDoors } from './doors.ts';
import type { Hosts } from './hosts.ts';
import type { FtpOptions } from './options.ts';
import { type Ends, endsOf, Proxies } from './proxies.ts';
import { replies, reply } from './replies.ts';
import type { Certificates } from './tls/certificates.ts';
import { Encryption } from './tls/encryption.ts';
import { canReceiveInPlace } from './tls/self-test.ts';
import type { Room } from './room.ts';
import { Senders } from './transfers/senders.ts';
import { TABLE } from './verbs/table.ts';

export interface FtpServerParts {
  readonly reception: Reception;
  readonly clock: Clock;
  readonly log: Log;
  readonly options: FtpOptions;
  /** For TLS, which the options have to say something about as well. */
  readonly certificates?: Certificates | undefined;
  readonly hosts: Hosts;
  /** Is told of every command. */
  readonly commands?: EventSource<CommandEvent> | undefined;
}

/** Milliseconds that connections get to close after everything of theirs was cut off. */
const LAST_WORDS_MS = 1000;

/** The FTP door: listens, and serves everybody who comes until it is closed. */
export class FtpServer implements AsyncDisposable {
  readonly #doors: readonly Door[];
  readonly #room: Room;
  readonly #connections = new Map<ControlConnection, Promise<void>>();
  readonly #owned: AsyncDisposable;
  readonly #closing = new AbortController();

  /** @throws the system's error if it cannot listen there */
  static async listen(parts: FtpServerParts): Promise<FtpServer> {
    const { reception, clock, log, options, certificates, hosts, commands } = parts;
    const { tls, listen } = options;
    const [readsInPlace, receivesInPlace] = await Promise.all([
      options.readsInPlace && canReadInPlace(),
      options.readsInPlace && tls !== undefined && canReceiveInPlace(),
    ]);
    if (options.readsInPlace && !readsInPlace)
      log.warn('This Node reads uploads in the slower way');
    if (options.readsInPlace && tls && !receivesInPlace)
      log.warn('This Node reads encrypted uploads in the slower way');
    const encryption =
      tls &&
      certificates &&
      new Encryption({ certificates, hosts, options: tls, receivesInPlace }, clock);
    const proxies = new Proxies({
      networks: options.proxies,
      timeoutMs: options.proxyHeaderTimeoutMs,
      maxBytes: options.maxProxyHeaderBytes,
      clock,
    });
    const { passive, passiveTimeoutMs: lifetimeMs } = options;
    await using owned = new AsyncDisposableStack();
    const passiveAddress = owned.use(await PassiveAddress.open(passive, { clock, log, lookup }));
    const { ports, keepMs } = passive;
    const passivePorts = owned.use(new PassivePorts({ proxies, ports, lifetimeMs, keepMs, clock }));
    const room = {
      reception,
      clock,
      log,
      options,
      commands,
      hosts,
      encryption,
      readsInPlace,
      traffic: new Traffic(options.bufferBytes),
      senders: new Senders(),
      proxies,
      charsets: new ByNetwork(options.charsets),
      passivePorts,
      passiveAddress,
      table: TABLE,
      verbs: new VerbIndex(TABLE),
    };
    return new FtpServer(await openDoors(listen, log), room, owned.move());
  }

  private constructor(doors: readonly Door[], room: Room, owned: AsyncDisposable) {
    this.#owned = owned;
    this.#doors = doors;
    this.#room = room;
    for (const { server, implicit } of doors) {
      server.on('connection', (socket) => this.#welcome(socket, implicit));
    }
  }

  /** Where it listens, for those who begin in the clear and for those who begin with TLS. */
  get addresses(): { readonly ftp: readonly Address[]; readonly ftps: readonly Address[] } {
    const of = (wanted: boolean): Address[] =>
      this.#doors.filter(({ implicit }) => implicit === wanted).map(({ address }) => address);
    return { ftp: of(false), ftps: of(true) };
  }

  /** The first place where it was told to listen. */
  get address(): Address {
    return this.#doors[0]!.address;
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
    for (const { server } of this.#doors) server.close();
    this.#closing.abort(new Error('The server is closing'));
    for (const connection of this.#connections.keys()) connection.leave(replies.shuttingDown);
    await this.#allServed(graceMs);
    const why = new Failure('shutting-down', replies.shuttingDown.lines.join(' '));
    for (const connection of this.#connections.keys()) connection.cut(why);
    await this.#allServed(LAST_WORDS_MS);
    for (const connection of this.#connections.keys()) connection.destroy();
    await this.#owned[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close(0);
  }

  #welcome(socket: Socket, implicit: boolean): void {
    const ends = endsOf(socket);
    const admission = this.#admit(socket, implicit, ends);
    if (admission === undefined) return;
    if (!this.#room.proxies.handOn(ends.peer)) this.#serve(socket, { implicit, admission, ends });
    else void this.#hearProxy(socket, { implicit, admission, ends });
  }

  /** Until it has said whose connection this is, it takes a place of the proxy's own. */
  async #hearProxy(socket: Socket, { implicit, admission: place, ends }: Arrival): Promise<void> {
    const { proxies, log } = this.#room;
    const signal = AbortSignal.any([this.#closing.signal, place.leave.signal]);
    let told: Ends;
    try {
      told = await proxies.told(socket, ends, signal);
    } catch (error) {
      log.info('A proxy has not said whose connection this is', { proxy: ends.peer, error });
      return;
    } finally {
      place[Symbol.dispose]();
    }
    const admission = this.#admit(socket, implicit, told);
    if (admission !== undefined) this.#serve(socket, { implicit, admission, ends: told });
  }

  #serve(socket: Socket, arrival: Arrival): void {
    const connection = new ControlConnection(socket, this.#room, arrival);
    const served = connection.serve().catch((error: unknown) => {
      this.#room.log.error('A control connection failed', { error });
      connection.destroy();
    });
    this.#connections.set(connection, served);
    socket.once('close', () => {
      this.#connections.delete(connection);
      arrival.admission[Symbol.dispose]();
    });
  }

  /** Undefined for whom there is no place: whoever can be told has been, and the socket is closed. */
  #admit(socket: Socket, implicit: boolean, { peer }: Ends): Admission | undefined {
    const { reception, log } = this.#room;
    try {
      if (peer !== '') return reception.admit(peer);
    } catch (error) {
      log.debug('Turned away', () => ({ peer, error }));
      socket.on('error', () => {});
      // Before a handshake nobody can be told anything. What fits into an empty buffer goes at once.
      if (!implicit) socket.write(formatReply(reply(421, asFailure(error).message)));
    }
    socket.destroy();
    return undefined;
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
