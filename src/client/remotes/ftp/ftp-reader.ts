import type { Reply } from '../../../wire/ftp/reply.ts';
import { troubled } from '../../transfer-failure.ts';
import type { RemoteReader } from '../../remote.ts';
import { Incoming } from './incoming.ts';
import { isPositive } from './reply-failures.ts';
import type { Transfer } from './transfer.ts';

/** How long bytes are waited for that were sent before a refusal, in milliseconds. */
const LINGER_MS = 1000;

/** What is expected of a reader's end. */
export interface Expected {
  /** The bytes that were asked for, where the server was told where to stop. */
  readonly bytes?: number;
  /** Asked at the confirmed end whether so many bytes can be all. */
  readonly check?: (bytes: number) => Promise<void>;
}

/** Bytes that come by RETR or a listing, until the server has confirmed their end. */
export class FtpReader implements RemoteReader {
  readonly #transfer: Transfer;
  readonly #incoming: Incoming;
  readonly #signal: AbortSignal;
  readonly #expected: Expected;
  #bytes = 0;
  #isOver = false;

  constructor(transfer: Transfer, signal: AbortSignal, expected: Expected = {}) {
    this.#transfer = transfer;
    this.#signal = signal;
    this.#expected = expected;
    this.#incoming = new Incoming(transfer.socket, transfer.link.options, signal);
    transfer.onLast(
      (reply) => void this.#hear(reply),
      () => {},
    );
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    const { pace } = this.#transfer.link.options;
    try {
      for (;;) {
        const chunk = await this.#next();
        if (chunk === undefined) break;
        this.#bytes += chunk.length;
        await pace.take(chunk.length, this.#signal);
        yield chunk;
      }
      await this.#transfer.confirmed(this.#bytes, this.#signal);
      this.#isOver = true;
      await this.#expected.check?.(this.#bytes);
    } finally {
      await this[Symbol.asyncDispose]();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    await this.#incoming.drain();
    this.#incoming[Symbol.dispose]();
    // Whoever has all that was asked for may leave before the server has said so.
    if (this.#bytes === this.#expected.bytes) await this.#conclude();
    else await this.#transfer.abandon('incoming', this.#signal);
  }

  async #conclude(): Promise<void> {
    try {
      await this.#transfer.confirmed(this.#bytes, this.#signal);
    } catch (error) {
      this.#transfer.link.control.break(error);
    }
  }

  /** What is on its way still comes; but a server that has refused need not close the connection. */
  async #hear(reply: Reply): Promise<void> {
    if (isPositive(reply)) return;
    try {
      await this.#transfer.link.options.clock.sleep(LINGER_MS, this.#incoming.ended);
      this.#incoming.stop(this.#transfer.refusal(reply));
    } catch {
      // It has ended by itself.
    }
  }

  async #next(): Promise<Buffer | undefined> {
    try {
      return await this.#incoming.next();
    } catch (error) {
      if (!troubled(error, 'connection-lost')) throw error;
      const failure = await this.#transfer.broken(error);
      this.#isOver = true;
      throw failure;
    }
  }
}
