import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import {
  formatExtendedPassive,
  formatPassive,
  parseExtendedPassiveReply,
  parsePassiveReply,
} from '../../src/wire/ftp/addresses.ts';
import type { Direction, Fault } from './faults.ts';
import { Relay } from './relay.ts';

const HOST = '127.0.0.1';

/** How long what arrives late has for being read before its connection is closed, in ms. */
const LATE_MS = 20;

/**
 * Stands between one client and the server, on the control connection and on every passive data
 * connection, and does one fault to them when it is told to.
 */
export class FaultProxy implements AsyncDisposable {
  readonly #server: Server | undefined;
  readonly #serverPort: number;
  readonly #relays: Relay[] = [];
  readonly #listeners = new Set<Server>();
  readonly #sockets = new Set<Socket>();
  #struck = new AbortController();
  /** Told when a data connection has been opened. */
  onTransfer: () => void = () => {};
  #fault: Fault | undefined;
  /** Of data connections, in each direction. */
  #bytesPerSecond: number | undefined;

  private constructor(serverPort: number, server?: Server) {
    this.#server = server;
    this.#serverPort = serverPort;
    server?.once('connection', (client) => void this.#control(client));
  }

  static async open(serverPort: number): Promise<FaultProxy> {
    return new FaultProxy(serverPort, await listening());
  }

  /** For a client that has connected already, and of which nothing has been read. */
  static between(client: Socket, serverPort: number, bytesPerSecond?: number): FaultProxy {
    const proxy = new FaultProxy(serverPort);
    proxy.#bytesPerSecond = bytesPerSecond;
    void proxy.#control(client);
    return proxy;
  }

  /** Where the client connects. */
  get port(): number {
    return this.#server ? portOf(this.#server) : 0;
  }

  /** Bytes of all data connections that came from the sender, and those of them that went on. */
  traffic(direction: Direction): { readonly came: number; readonly went: number } {
    let [came, went] = [0, 0];
    for (const relay of this.#relays) {
      if (relay.channel !== 'data') continue;
      const one = relay.traffic(direction);
      came += one.came;
      went += one.went;
    }
    return { came, went };
  }

  /** Aborted when the fault has happened. */
  get struck(): AbortSignal {
    return this.#struck.signal;
  }

  /**
   * The fault happens from here on; bytes are counted from here on, too. One that has left the
   * control connection may be followed by another.
   */
  arm(fault: Fault): void {
    if (this.#struck.signal.aborted) this.#struck = new AbortController();
    this.#fault = fault;
    for (const relay of this.#relays) relay.arm(fault);
  }

  /** The client has given up; what a late fault held back arrives now, and then all is closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#server?.close();
    for (const listener of this.#listeners) listener.close();
    if (this.#fault?.kind === 'late' && this.struck.aborted) {
      // The bytes before the end of the control connection, or behind it: both happen.
      const relays = this.#fault.end === 'fin' ? this.#relays.toReversed() : this.#relays;
      for (const relay of relays) relay.release();
      await new Promise((resolve) => setTimeout(resolve, LATE_MS));
    }
    // The control connection was opened first, and so is closed first when a host goes down.
    for (const relay of this.#relays) relay.close(this.#fault?.end ?? 'fin');
    const open = [...this.#sockets].filter((socket) => !socket.destroyed);
    for (const socket of open) socket.destroySoon();
  }

  #strike(fault: Fault): void {
    this.#struck.abort();
    const isHit = (relay: Relay): boolean => fault.both || relay.channel === fault.channel;
    for (const relay of this.#relays.filter(isHit)) relay.suffer(fault);
  }

  async #control(client: Socket): Promise<void> {
    const server = await this.#joined(client, this.#serverPort);
    if (server === undefined) return;
    const relay = new Relay({ channel: 'control', client, server }, (fault) => this.#strike(fault));
    this.#relays.push(relay);
    this.#rewrite(relay, server);
    if (this.#fault) relay.arm(this.#fault);
    client.resume();
    server.resume();
  }

  /** Passes replies on line by line, those that name a port with one of our own. */
  #rewrite(relay: Relay, server: Socket): void {
    let rest = '';
    let turn = Promise.resolve();
    server.removeAllListeners('data').on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString('latin1')).split(/(?<=\n)/);
      rest = lines.at(-1)?.endsWith('\n') ? '' : (lines.pop() ?? '');
      for (const line of lines) {
        turn = turn.then(async () => {
          relay.pass('down', Buffer.from(await this.#redirected(line), 'latin1'));
        });
      }
    });
  }

  async #redirected(line: string): Promise<string> {
    const code = line.slice(0, 4);
    if (code === '229 ') {
      const port = parseExtendedPassiveReply(line);
      return port === undefined ? line : `229 ${formatExtendedPassive(await this.#data(port))}\r\n`;
    }
    if (code !== '227 ') return line;
    const address = parsePassiveReply(line);
    if (address === undefined) return line;
    return `227 ${formatPassive({ host: HOST, port: await this.#data(address.port) })}\r\n`;
  }

  /** @returns the port of a data connection that leads to a port of the server */
  async #data(serverPort: number): Promise<number> {
    const listener = await listening();
    this.#listeners.add(listener);
    listener.once('connection', (client: Socket) => {
      listener.close();
      this.#listeners.delete(listener);
      void this.#transfer(client, serverPort);
    });
    return portOf(listener);
  }

  async #transfer(client: Socket, serverPort: number): Promise<void> {
    const server = await this.#joined(client, serverPort);
    if (server === undefined) return;
    const relay = new Relay(
      { channel: 'data', client, server, bytesPerSecond: this.#bytesPerSecond },
      (fault) => this.#strike(fault),
    );
    this.#relays.push(relay);
    this.onTransfer();
    const fault = this.#fault;
    if (fault && !this.struck.aborted) relay.arm(fault);
    else if (fault?.both) relay.suffer(fault);
    client.resume();
    server.resume();
  }

  /** The server's side of a client's connection; undefined if there is none to be had. */
  async #joined(client: Socket, port: number): Promise<Socket | undefined> {
    const server = connect({ port, host: HOST, allowHalfOpen: true, noDelay: true });
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.pause();
    }
    client.setNoDelay(true);
    try {
      await once(server, 'connect');
      return server;
    } catch {
      client.destroy();
      return undefined;
    }
  }
}

/** A port of this machine on which connections are taken, and not read from. */
export async function listening(): Promise<Server> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  server.listen(0, HOST);
  await once(server, 'listening');
  return server;
}

export function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
