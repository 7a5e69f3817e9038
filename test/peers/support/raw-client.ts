import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Login } from './site.ts';

/** A reply of one line or more, as it came. */
export interface RawReply {
  readonly code: number;
  /** All of it, without the last line end. */
  readonly text: string;
}

/** How long any reply may take, in milliseconds. */
const PATIENCE = 120_000;

/**
 * A control connection by hand, for what no client would say, and for saying it exactly then.
 * Bytes are latin-1 strings here, so that any byte can be sent and seen.
 */
export class RawClient implements AsyncDisposable {
  readonly #socket: Socket;
  readonly #replies: RawReply[] = [];
  readonly #waiting: ((reply: RawReply | undefined) => void)[] = [];
  #text = '';
  #isOver = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1').on('data', (text: string) => this.#hear(text));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#isOver = true;
      for (const wait of this.#waiting.splice(0)) wait(undefined);
    });
  }

  /** Connects and reads the greeting. */
  static async connect(port: number): Promise<RawClient> {
    const socket = await connected(port);
    const client = new RawClient(socket);
    await client.reply();
    return client;
  }

  /** Connects and logs in, for bytes as they are. @throws Error if the login is refused */
  static async login({ port, name, password }: Login): Promise<RawClient> {
    const client = await RawClient.connect(port);
    await client.say(`USER ${name}`);
    const welcome = await client.say(`PASS ${password}`);
    if (welcome.code !== 230) throw new Error(welcome.text);
    await client.say('TYPE I');
    return client;
  }

  /** The local end, for those who want to break it. */
  get socket(): Socket {
    return this.#socket;
  }

  /** Sends a line and waits for one reply. A string is sent as UTF-8. */
  async say(line: string | Buffer): Promise<RawReply> {
    this.send(line);
    return this.reply();
  }

  /** Sends a line and waits for nothing. */
  send(line: string | Buffer): void {
    this.#socket.write(Buffer.concat([Buffer.from(line as string), Buffer.from('\r\n')]));
  }

  /** The next reply. @throws Error if the connection ends before it, or it does not come */
  async reply(): Promise<RawReply> {
    const reply = await this.replyOrEnd();
    if (reply === undefined) throw new Error('The connection ended without a reply');
    return reply;
  }

  /** The next reply, undefined if the connection ends before. @throws Error if neither happens */
  async replyOrEnd(): Promise<RawReply | undefined> {
    const here = this.#replies.shift();
    if (here !== undefined || this.#isOver) return here;
    const { promise, resolve, reject } = Promise.withResolvers<RawReply | undefined>();
    const timer = setTimeout(() => reject(new Error('There was no reply')), PATIENCE);
    this.#waiting.push(resolve);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** A data connection for the next transfer. */
  async passive(): Promise<Socket> {
    const { text } = await this.say('EPSV');
    const port = /\|\|\|(\d+)\|/.exec(text)?.[1];
    if (port === undefined) throw new Error(`No passive port: ${text}`);
    const socket = await connected(Number(port));
    socket.on('error', () => {});
    return socket;
  }

  /** Fetches what a verb sends. @returns its bytes, and the last reply, which may be a refusal */
  async fetch(line: string | Buffer): Promise<{ readonly data: Buffer; readonly last: RawReply }> {
    const socket = await this.passive();
    const pieces: Buffer[] = [];
    socket.on('data', (piece: Buffer) => pieces.push(piece));
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    socket.once('close', resolve);
    const first = await this.say(line);
    if (first.code >= 200) {
      socket.destroy();
      return { data: Buffer.alloc(0), last: first };
    }
    await closed;
    return { data: Buffer.concat(pieces), last: await this.reply() };
  }

  /** Stores bytes with a verb. @returns the last reply, which may be a refusal */
  async store(line: string | Buffer, bytes: Uint8Array): Promise<RawReply> {
    const socket = await this.passive();
    const first = await this.say(line);
    if (first.code >= 200) {
      socket.destroy();
      return first;
    }
    socket.resume().end(bytes);
    return this.reply();
  }

  /** Says goodbye. */
  async quit(): Promise<void> {
    await this.say('QUIT');
    this.#socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
    await Promise.resolve();
  }

  #hear(text: string): void {
    this.#text += text;
    for (;;) {
      // The lines up to the one with its code and a space; those before it may begin with anything.
      const match = /^(?:(\d{3})-[^]*?\r\n\1 |(\d{3}) )[^\n]*\r\n/.exec(this.#text);
      if (!match) return;
      this.#text = this.#text.slice(match[0].length);
      const reply = { code: Number(match[0].slice(0, 3)), text: match[0].slice(0, -2) };
      const wait = this.#waiting.shift();
      if (wait) wait(reply);
      else this.#replies.push(reply);
    }
  }
}

/** Sends bytes and resolves when the other side has taken them from us. */
export function sendAll(socket: Socket, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}

async function connected(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  return socket;
}
