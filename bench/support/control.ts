import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Server } from './servers.ts';

/** The last line of a reply, with everything before it (RFC 959 §4.2). */
const WHOLE_REPLY = /(?:^|\n)\d{3} [^\n]*\r?\n$/;

/** A control connection that costs next to nothing, for bytes as they are. */
export class Control implements Disposable {
  readonly #server: Server;
  readonly #socket: Socket;
  #said = '';
  #bytes = 0;
  #isOver = false;
  #wake = Promise.withResolvers<void>();

  private constructor(server: Server, socket: Socket) {
    this.#server = server;
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#bytes += chunk.length;
      this.#said = chunk.toString('latin1', Math.max(0, chunk.length - 4096));
      this.#next();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#isOver = true;
      this.#next();
    });
  }

  /** Connects and logs in. */
  static async login(server: Server): Promise<Control> {
    const socket = connect({ host: server.host, port: server.port, noDelay: true });
    const control = new Control(server, socket);
    await control.#reply();
    await control.say(`USER ${server.user}`);
    await control.say(`PASS ${server.password}`);
    await control.say('TYPE I');
    return control;
  }

  /** Sends a line and waits for its reply. @throws Error if that refuses it */
  async say(line: string): Promise<string> {
    this.#socket.write(`${line}\r\n`);
    const reply = await this.#reply();
    if (!/^[123]/.test(reply)) throw new Error(`${line}: ${reply.trim()}`);
    return reply;
  }

  /**
   * Sends these lines in one write, again and again, each time when all replies are here.
   * @returns seconds
   */
  async repeat(lines: readonly string[], times: number): Promise<number> {
    // Their replies have the same length every time.
    let expected = 0;
    for (const line of lines) expected += (await this.say(line)).length;
    const batch = Buffer.from(lines.map((line) => `${line}\r\n`).join(''));
    const began = performance.now();
    for (let time = 0; time < times; time += 1) {
      this.#bytes = 0;
      this.#socket.write(batch);
      while (this.#bytes < expected) await this.#more();
      if (this.#bytes > expected) throw new Error(`Other replies have come: ${this.#said}`);
    }
    return (performance.now() - began) / 1000;
  }

  /** A data connection for the next transfer. */
  async passive(): Promise<Socket> {
    const port = /\|\|\|(\d+)\|/.exec(await this.say('EPSV'))?.[1];
    const socket = connect({ host: this.#server.host, port: Number(port), noDelay: true });
    socket.on('error', () => {});
    await once(socket, 'connect');
    return socket;
  }

  /** Downloads a file and keeps nothing of it. @returns its bytes @throws Error if it is not sent */
  async get(path: string): Promise<number> {
    const data = await this.passive();
    let bytes = 0;
    data.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    const ended = once(data, 'close');
    // The reply to the end may come in the same packet as the one to the beginning.
    const first = await this.say(`RETR ${path}`);
    if (!first.includes('226 ')) await this.#reply();
    await ended;
    return bytes;
  }

  /** Waits for the reply that says that a transfer was cut. */
  async cut(): Promise<void> {
    const reply = await this.#reply();
    if (!reply.includes('426 ')) throw new Error(`It was not cut: ${reply}`);
  }

  /**
   * Uploads a file whole, as lftp does it.
   * @throws Error if it is not stored
   */
  async put(path: string, content: Uint8Array): Promise<void> {
    const data = await this.passive();
    data.resume();
    await this.say(`STOR ${path}`);
    const stored = this.#reply();
    data.end(content);
    const reply = await stored;
    data.destroy();
    if (!reply.startsWith('226')) throw new Error(`${path}: ${reply.trim()}`);
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  async #reply(): Promise<string> {
    let reply = '';
    do {
      await this.#more();
      reply += this.#said;
    } while (!WHOLE_REPLY.test(reply));
    return reply;
  }

  async #more(): Promise<void> {
    await this.#wake.promise;
    if (this.#isOver) throw new Error(`${this.#server.label} hung up`);
  }

  #next(): void {
    const { resolve } = this.#wake;
    this.#wake = Promise.withResolvers();
    resolve();
  }
}
