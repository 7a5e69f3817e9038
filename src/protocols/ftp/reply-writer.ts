import type { Socket } from 'node:net';
import { formatReply, type Reply } from '../../wire/ftp/reply.ts';

/**
 * Writes replies, those of one turn in one write: many small ones cost as much as one. What is
 * said goes out at the end of the turn at the latest.
 */
export class ReplyWriter {
  readonly #socket: Socket;
  #pending: Buffer[] = [];
  #scheduled: NodeJS.Immediate | undefined;
  /** The code of the last reply. */
  lastCode = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** True if the peer should read first what it has been told. */
  get isFull(): boolean {
    return this.#socket.writableNeedDrain;
  }

  say(reply: Reply): void {
    this.lastCode = reply.code;
    this.#pending.push(formatReply(reply));
    this.#scheduled ??= setImmediate(() => this.flush());
  }

  flush(): void {
    clearImmediate(this.#scheduled);
    this.#scheduled = undefined;
    if (this.#pending.length === 0) return;
    const bytes = this.#pending.length === 1 ? this.#pending[0]! : Buffer.concat(this.#pending);
    this.#pending = [];
    if (this.#socket.writable) this.#socket.write(bytes);
  }

  /** Resolves when the peer has read enough, or is gone. */
  drained(gone: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#socket.off('drain', done);
        gone.removeEventListener('abort', done);
        resolve();
      };
      this.#socket.once('drain', done);
      gone.addEventListener('abort', done, { once: true });
      if (gone.aborted || !this.#socket.writableNeedDrain) done();
    });
  }

  /** Says all that is left and closes our side; resolves when it is said, or nobody listens. */
  end(): Promise<void> {
    this.flush();
    return new Promise((resolve) => {
      this.#socket.end(() => resolve());
    });
  }
}
