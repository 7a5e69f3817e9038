import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { parseExtendedPassiveReply, parsePassiveReply } from '../../src/wire/ftp/addresses.ts';
import { type Reply, ReplyParser } from '../../src/wire/ftp/reply.ts';
import type { Chance } from './chance.ts';
import { breakOff } from './sockets.ts';

/** The server cannot be heard any more, or the client does not want to. */
export class Lost extends Error {
  override readonly name = 'Lost';
}

export interface Login {
  readonly port: number;
  readonly account: string;
  readonly password: string;
}

/**
 * A bare FTP client with an end to its patience: whatever it waits for, it stops when `signal` is
 * aborted.
 */
export class FtpClient implements Disposable {
  readonly #control: Socket;
  readonly #signal: AbortSignal;
  readonly #chance: Chance;
  readonly #parser = new ReplyParser();
  readonly #replies: Reply[] = [];
  #data: Socket | undefined;
  #isOver = false;
  #wake = (): void => {};

  private constructor(control: Socket, chance: Chance, signal: AbortSignal) {
    this.#control = control;
    this.#chance = chance;
    this.#signal = signal;
    const end = (): void => {
      this.#isOver = true;
      this.#wake();
    };
    control.on('data', (chunk: Buffer) => {
      this.#replies.push(...this.#parser.push(chunk));
      this.#wake();
    });
    control.on('end', end).on('close', end).on('error', end);
    signal.addEventListener('abort', end, { once: true });
  }

  /** Connects and logs in, for bytes as they are. @throws Lost */
  static async open(login: Login, chance: Chance, signal: AbortSignal): Promise<FtpClient> {
    const client = new FtpClient(await dial(login.port, signal), chance, signal);
    await client.reply();
    await client.say(`USER ${login.account}`);
    const welcome = await client.say(`PASS ${login.password}`);
    if (welcome.code !== 230) throw new Lost(`${welcome.code} ${welcome.lines.join(' ')}`);
    await client.say('TYPE I');
    return client;
  }

  send(line: string): void {
    if (!this.#control.destroyed) this.#control.write(`${line}\r\n`);
  }

  /** Sends a line and waits for the reply. @throws Lost */
  async say(line: string): Promise<Reply> {
    this.send(line);
    return this.reply();
  }

  /** The next reply. @throws Lost */
  async reply(): Promise<Reply> {
    while (this.#replies.length === 0) {
      if (this.#isOver) throw new Lost('the control connection');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const reply = this.#replies.shift() as Reply;
    // The server goes, or wants the client to: nothing more can be done here.
    if (reply.code === 421) throw new Lost(`the session: 421 ${reply.lines.join(' ')}`);
    return reply;
  }

  /** A data connection for the next transfer. @throws Lost */
  async openData(): Promise<Socket> {
    const verb = this.#chance.pick(['EPSV', 'PASV']);
    const { code, lines } = await this.say(verb);
    const text = lines.join('\n');
    const port = verb === 'EPSV' ? parseExtendedPassiveReply(text) : parsePassiveReply(text)?.port;
    if (port === undefined) throw new Lost(`a passive port: ${code} ${text}`);
    this.#data?.destroy();
    this.#data = await dial(port, this.#signal);
    return this.#data;
  }

  /**
   * Sends bytes; stops early, in silence, if nobody takes them: the reply will tell.
   * @returns true if the kernel has all of them
   */
  async pour(data: Socket, pieces: readonly Uint8Array[]): Promise<boolean> {
    const isOver = either(data, ['close'], this.#signal).then(() => false);
    for (const piece of pieces) {
      if (!data.writable || this.#signal.aborted) return false;
      const isTaken = new Promise<boolean>((resolve) => {
        data.write(piece, (error) => resolve(!error));
      });
      if (!(await Promise.race([isTaken, isOver]))) return false;
    }
    return data.writable;
  }

  /** Hands over what comes, until its end. @returns false if it did not end in order */
  async drink(data: Socket, take: (chunk: Buffer) => void): Promise<boolean> {
    let isWhole = false;
    data.on('data', take).on('end', () => {
      isWhole = true;
    });
    await either(data, ['end', 'close'], this.#signal);
    if (isWhole) data.end();
    return isWhole;
  }

  /** Ends as the kernel ends what a killed process had open, in the order in which it was opened. */
  kill(): void {
    this.#control.destroy();
    this.#data?.destroy();
  }

  /** Gives up: what was under way is broken off, so that nobody takes it for finished. */
  giveUp(): void {
    if (this.#data) breakOff(this.#data);
    this.#control.destroy();
  }

  [Symbol.dispose](): void {
    this.#data?.destroy();
    this.#control.destroy();
  }
}

async function dial(port: number, signal: AbortSignal): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
  socket.on('error', () => {});
  try {
    await once(socket, 'connect', { signal });
    return socket;
  } catch {
    socket.destroy();
    throw new Lost(`no connection to port ${port}`);
  }
}

/** Resolves with the first of these events, or when told to stop. */
async function either(
  socket: Socket,
  events: readonly ('end' | 'close')[],
  signal: AbortSignal,
): Promise<void> {
  if (socket.destroyed || signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = (): void => resolve();
  for (const event of events) socket.once(event, done);
  signal.addEventListener('abort', done, { once: true });
  await promise;
  for (const event of events) socket.off(event, done);
  signal.removeEventListener('abort', done);
}
