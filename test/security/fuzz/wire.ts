import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { ReplyParser } from '../../../src/wire/ftp/reply.ts';

/** More than a server ever says in one visit. */
const MOST_REPLY_BYTES = 16 * 1024 * 1024;

/** A control connection on which anything may be said; what is heard has to be replies. */
export class Wire {
  readonly #raw: Socket;
  /** The same, or TLS on it. */
  #socket: Socket;
  #parser = new ReplyParser({ maxBytes: MOST_REPLY_BYTES });
  readonly #codes: { readonly code: number; readonly text: string }[] = [];
  #wake = (): void => {};
  #isOver = false;
  /** How often each code was heard. */
  readonly heard = new Map<number, number>();
  /** What was heard and is no reply. */
  nonsense: string | undefined;

  constructor(port: number, localAddress: string) {
    this.#raw = connect({ host: '127.0.0.1', port, localAddress, allowHalfOpen: true });
    this.#socket = this.#raw;
    this.#listen();
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  say(bytes: Uint8Array): void {
    if (this.#socket.writable) this.#socket.write(bytes);
  }

  /** The next reply; undefined if none comes for so many milliseconds. */
  async reply(milliseconds: number): Promise<{ code: number; text: string } | undefined> {
    const end = performance.now() + milliseconds;
    while (this.#codes.length === 0 && !this.#isOver && performance.now() < end) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.max(0, end - performance.now()));
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return this.#codes.shift();
  }

  /** Forgets the replies that nobody asked for. */
  skip(): void {
    this.#codes.length = 0;
  }

  /** Begins TLS; whatever becomes of it. */
  encrypt(): void {
    this.#raw.removeAllListeners('data').removeAllListeners('end');
    this.#socket = connectTls({ socket: this.#raw, rejectUnauthorized: false });
    this.#parser = new ReplyParser({ maxBytes: MOST_REPLY_BYTES });
    this.#listen();
  }

  end(): void {
    this.#socket.end();
  }

  reset(): void {
    this.#raw.resetAndDestroy();
  }

  destroy(): void {
    this.#socket.destroy();
    this.#raw.destroy();
  }

  #listen(): void {
    const over = (): void => {
      this.#isOver = true;
      this.#wake();
    };
    this.#socket
      .on('error', over)
      .on('close', over)
      .on('end', over)
      .on('data', (chunk: Buffer) => this.#hear(chunk));
  }

  #hear(chunk: Buffer): void {
    try {
      for (const { code, lines } of this.#parser.push(chunk)) {
        this.heard.set(code, (this.heard.get(code) ?? 0) + 1);
        this.#codes.push({ code, text: lines.join('\n') });
      }
    } catch (error) {
      // Who was told that TLS begins and does not begin it may be told so in the words of TLS.
      if (!this.heard.has(234))
        this.nonsense ??= `${String(error)}: ${chunk.toString('latin1').slice(0, 200)}`;
      this.destroy();
    }
    this.#wake();
  }
}
