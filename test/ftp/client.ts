import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { ReplyParser, type Reply } from '../../src/wire/ftp/reply.ts';
import { parseExtendedPassiveReply, parsePassiveReply } from '../../src/wire/ftp/addresses.ts';

/** Longer than anything here takes: then a test fails with a sentence and does not hang. */
const PATIENCE_MS = 120_000;

/** A bare FTP client for tests: sends what it is told, byte for byte, and reads replies. */
export class Client implements AsyncDisposable {
  #socket: Socket;
  /** The newest ticket of the TLS sessions of this client. */
  #session: Buffer | undefined;
  readonly #parser = new ReplyParser({ maxBytes: 64 * 1024 * 1024 });
  readonly #replies: Reply[] = [];
  /** Why the connection ended, if not because the server closed it. */
  #broken: Error | undefined;
  readonly #open = new Set<Socket>();
  #wake = (): void => {};
  #isClosed = false;

  /** @param localAddress of this machine, 127.x.y.z: who the server takes this client for */
  static async connect(
    { host, port }: { host: string; port: number },
    localAddress?: string,
  ): Promise<Client> {
    const from = localAddress === undefined ? {} : { localAddress };
    const socket = connect({ host, port, allowHalfOpen: true, ...from });
    const client = new Client(socket);
    await once(socket, 'connect');
    return client;
  }

  /** Begins with TLS at once. */
  static async connectTls(
    { host, port }: { host: string; port: number },
    options: ConnectionOptions = {},
  ): Promise<Client> {
    const client = await Client.connect({ host, port });
    await client.encrypt(options);
    return client;
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#listenTo(socket);
  }

  /** The control connection, as it is at the moment. */
  get socket(): Socket {
    return this.#socket;
  }

  get session(): Buffer | undefined {
    return this.#session;
  }

  /** Encrypts the control connection, without saying anything. */
  async encrypt(options: ConnectionOptions = {}): Promise<void> {
    const raw = this.#socket
      .removeListener('data', this.#onData)
      .removeListener('end', this.#onEnd);
    this.#socket = await this.#handshake(raw, options);
    this.#listenTo(this.#socket);
  }

  /** Encrypts a data connection, resuming the newest session unless the options say another. */
  encryptData(raw: Socket, options: ConnectionOptions = {}): Promise<TLSSocket> {
    return this.#handshake(raw, { ...(this.#session && { session: this.#session }), ...options });
  }

  async #handshake(raw: Socket, options: ConnectionOptions): Promise<TLSSocket> {
    const secure = connectTls({ socket: raw, rejectUnauthorized: false, ...options });
    secure.on('session', (ticket: Buffer) => {
      this.#session = ticket;
    });
    this.#open.add(secure);
    const broken = once(secure, 'close').then(() => {
      throw new Error('The connection ended during the TLS handshake');
    });
    broken.catch(() => {});
    await Promise.race([once(secure, 'secureConnect'), broken]);
    secure.on('error', () => {});
    return secure;
  }

  #listenTo(socket: Socket): void {
    socket.on('data', this.#onData).on('end', this.#onEnd);
    socket.on('close', this.#onEnd).on('error', this.#onEnd);
  }

  readonly #onData = (chunk: Buffer): void => {
    try {
      this.#replies.push(...this.#parser.push(chunk));
    } catch (error) {
      // What is no reply ends the conversation: nothing that follows can be told apart.
      this.#socket.destroy(error as Error);
    }
    this.#wake();
  };

  readonly #onEnd = (error?: unknown): void => {
    this.#isClosed = true;
    if (error instanceof Error) this.#broken ??= error;
    this.#wake();
  };

  /** Sends one line. */
  send(line: string): void {
    this.socket.write(`${line}\r\n`);
  }

  /** The next reply, which must have this code. */
  async reply(code?: number): Promise<Reply> {
    const reply = await this.#next();
    if (!reply) {
      const sentence = `the connection ended while waiting for ${code ?? 'a reply'}`;
      throw new Error(sentence, { cause: this.#broken });
    }
    if (code !== undefined) assert.equal(reply.code, code, shown(reply));
    return reply;
  }

  /** Sends a line and reads the reply. @returns its text */
  async say(line: string, code?: number): Promise<string> {
    this.send(line);
    const reply = await this.reply(code);
    return reply.lines.join('\n');
  }

  /** Resolves when the server has closed its side and nothing more was said. */
  async ended(): Promise<void> {
    const reply = await this.#next();
    assert.equal(reply, undefined, `nothing more was to be said, but: ${reply && shown(reply)}`);
  }

  /** Breaks the connection as a crash of this machine's would: RST, no goodbye. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  /** Asks for a passive port. */
  async passive(how: 'EPSV' | 'PASV' = 'EPSV'): Promise<number> {
    const text = await this.say(how, how === 'EPSV' ? 229 : 227);
    const port = how === 'EPSV' ? parseExtendedPassiveReply(text) : parsePassiveReply(text)?.port;
    assert.ok(port, text);
    return port;
  }

  /** A data connection to a passive port, its own end still open. */
  async data(port?: number, localAddress = '127.0.0.1', host = '127.0.0.1'): Promise<Socket> {
    const to = port ?? (await this.passive());
    const socket = connect({ host, port: to, localAddress, allowHalfOpen: true });
    this.#open.add(socket);
    socket.on('error', () => {});
    await once(socket, 'connect');
    return socket;
  }

  /** STOR or its like with all of these bytes. @returns the final reply */
  async upload(command: string, bytes: Uint8Array | string): Promise<Reply> {
    const data = await this.data();
    this.send(command);
    const first = await this.reply();
    if (first.code !== 150) return first;
    data.end(bytes);
    return this.reply();
  }

  /** RETR, LIST or their like. @returns the bytes that came before the 226 */
  async download(command: string): Promise<Buffer> {
    const data = await this.data();
    this.send(command);
    await this.reply(150);
    const bytes = await readAll(data);
    await this.reply(226);
    return bytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    if (this.socket.destroyed) return;
    this.socket.destroy();
    await once(this.socket, 'close');
  }

  async #next(): Promise<Reply | undefined> {
    const timer = setTimeout(() => {
      this.socket.destroy(new Error('no reply came'));
    }, PATIENCE_MS);
    try {
      while (this.#replies.length === 0 && !this.#isClosed) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
      return this.#replies.shift();
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Everything that comes on a data connection until its end. */
export async function readAll(data: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of data) chunks.push(chunk as Buffer);
  data.destroy();
  return Buffer.concat(chunks);
}

/** A listener for active data connections, on this address. */
export async function listenForData(host = '127.0.0.1'): Promise<{
  readonly port: number;
  readonly connection: Promise<Socket>;
  readonly [Symbol.dispose]: () => void;
}> {
  const server = createServer({ allowHalfOpen: true });
  server.listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const connection = once(server, 'connection').then(([socket]) => socket as Socket);
  connection.catch(() => {});
  return { port: address.port, connection, [Symbol.dispose]: () => void server.close() };
}

function shown({ code, lines }: Reply): string {
  return `${code} ${lines.join(' | ')}`;
}
