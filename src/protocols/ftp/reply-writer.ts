import type { Socket } from 'node:net';
import { type Charset, UTF_8 } from '../../base/charset.ts';
import { encodeLines } from '../../wire/ftp/lines.ts';
import { openLine, replyLines, type Reply } from '../../wire/ftp/reply.ts';

/**
 * Writes replies, those of one turn in one write: many small ones cost as much as one. Nothing goes
 * out before somebody says so.
 */
export class ReplyWriter {
  readonly #wire: { readonly stream: Socket };
  #pending = '';
  #charset = UTF_8;
  #scheduled: NodeJS.Immediate | undefined;
  /** The code of the last reply. */
  lastCode = 0;

  /** @param wire whose stream becomes another one when TLS begins or ends */
  constructor(wire: { readonly stream: Socket }) {
    this.#wire = wire;
  }

  /** How the peer reads what is said from now on. */
  set charset(charset: Charset) {
    if (charset === this.#charset) return;
    this.flush();
    this.#charset = charset;
  }

  /** True if the peer should read first what it has been told. */
  get isFull(): boolean {
    return this.#wire.stream.writableNeedDrain;
  }

  say(reply: Reply): void {
    this.lastCode = reply.code;
    this.#pending += replyLines(reply);
  }

  /** What has been said goes out at the end of the turn at the latest. */
  flushSoon(): void {
    if (this.#pending !== '') this.#scheduled ??= setImmediate(() => this.flush());
  }

  /** A line of a reply that goes on; it goes out at once. */
  sayOpen(code: number, text: string): void {
    this.#pending += openLine(code, text);
    this.flush();
  }

  flush(): void {
    if (this.#scheduled !== undefined) clearImmediate(this.#scheduled);
    this.#scheduled = undefined;
    if (this.#pending === '') return;
    const charset = this.#charset;
    const bytes = encodeLines(this.#pending, (text) => charset.encode(text));
    this.#pending = '';
    const { stream } = this.#wire;
    if (stream.writable) stream.write(bytes);
  }

  /** Resolves when the peer has read enough, or is gone. */
  drained(gone: AbortSignal): Promise<void> {
    const { stream } = this.#wire;
    return new Promise((resolve) => {
      const done = (): void => {
        stream.off('drain', done);
        gone.removeEventListener('abort', done);
        resolve();
      };
      stream.once('drain', done);
      gone.addEventListener('abort', done, { once: true });
      if (gone.aborted || !stream.writableNeedDrain) done();
    });
  }

  /** Says all that is left and closes our side; resolves when it is said, or nobody listens. */
  end(): Promise<void> {
    this.flush();
    return new Promise((resolve) => {
      this.#wire.stream.end(() => resolve());
    });
  }
}
