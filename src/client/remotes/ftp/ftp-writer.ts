import type { Socket } from 'node:net';
import { KiB } from '../../../base/size.ts';
import type { RemoteWriter } from '../../remote.ts';
import { TransferFailure } from '../../transfer-failure.ts';
import { isPositive } from './reply-failures.ts';
import type { Transfer } from './transfer.ts';
import { interruption } from './waiting.ts';
import { Watchdog } from './watchdog.ts';

/** Of what is handed to the system at once, in bytes: that it has taken them is the server's sign. */
const PIECE = 256 * KiB;
/** On a line that takes long for one of those. */
const SMALL_PIECE = 16 * KiB;
const LONG_MS = 5000;

/** How long an empty upload is held open under TLS, in milliseconds. */
const EMPTY_MS = 100;

/** Bytes that go by STOR or APPE. */
export class FtpWriter implements RemoteWriter {
  readonly #transfer: Transfer;
  readonly #socket: Socket;
  readonly #signal: AbortSignal;
  readonly #watchdog: Watchdog;
  readonly #interrupt = (): void => this.#stop(interruption(this.#signal));
  readonly #stopped = Promise.withResolvers<never>();
  #onItsWay: Promise<void> = Promise.resolve();
  #failure: TransferFailure | undefined;
  #state: 'sending' | 'ending' | 'over' = 'sending';
  #pieceBytes = PIECE;
  #bytes = 0;

  constructor(transfer: Transfer, signal: AbortSignal) {
    const { options } = transfer.link;
    this.#transfer = transfer;
    this.#socket = transfer.socket;
    this.#signal = signal;
    this.#stopped.promise.catch(() => {});
    this.#watchdog = new Watchdog({
      clock: options.clock,
      warnAfter: options.stallWarningMs,
      barkAfter: options.stallTimeoutMs,
      warn: options.onStall,
      bark: () => this.#stop(new TransferFailure('stalled', 'The server takes nothing any more')),
    });
    // Nothing is to come, but TLS has things of its own to say, and closing with those unread
    // would reset the connection and take the last bytes with it.
    this.#socket.on('data', () => {});
    // Once all bytes have been taken, it is for the server to say whether they have arrived.
    const lose = (error?: Error): void => {
      if (this.#state === 'sending') this.#stop(lost(error));
    };
    this.#socket.on('error', lose).on('close', () => lose());
    transfer.onLast(
      (reply) => {
        if (this.#state !== 'sending') return;
        // A success now is that of an end which is not ours: whatever made it, the line has broken.
        this.#stop(isPositive(reply) ? lost() : transfer.refusal(reply));
      },
      (error) => this.#stop(transfer.link.control.break(error)),
    );
    signal.addEventListener('abort', this.#interrupt, { once: true });
    if (signal.aborted) this.#interrupt();
    else if (this.#socket.destroyed) this.#stop(lost(this.#socket.errored));
  }

  get isOver(): boolean {
    return this.#state === 'over';
  }

  async write(chunk: Buffer): Promise<void> {
    if (this.#state !== 'sending') throw new Error('This upload has ended');
    await this.#unlessStopped(this.#transfer.link.options.pace.take(chunk.length, this.#signal));
    // The next chunk is made while this one is on its way.
    await this.#unlessStopped(this.#onItsWay);
    this.#bytes += chunk.length;
    this.#onItsWay = this.#send(chunk);
    this.#onItsWay.catch(() => {});
  }

  async complete(): Promise<void> {
    if (this.#state !== 'sending') throw new Error('This upload has ended');
    await this.#unlessStopped(this.#onItsWay);
    const { encryption, options } = this.#transfer.link;
    if (encryption && this.#bytes === 0) {
      // An end that comes together with the last of the handshake is not noticed by pyftpdlib.
      await this.#unlessStopped(options.clock.sleep(EMPTY_MS, this.#signal));
    }
    this.#state = 'ending';
    this.#socket.end();
    await this.#unlessStopped(this.#transfer.confirmed(this.#bytes, this.#signal));
    this.#over();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#state === 'over') return;
    this.#over();
    await this.#transfer.abandon('outgoing', this.#signal);
  }

  async #send(chunk: Buffer): Promise<void> {
    const { clock } = this.#transfer.link.options;
    for (let at = 0; at < chunk.length;) {
      const piece = chunk.subarray(at, at + this.#pieceBytes);
      const began = clock.monotonic();
      this.#watchdog.waiting();
      await new Promise<void>((resolve, reject) => {
        this.#socket.write(piece, (error) => (error ? reject(error) : resolve()));
      });
      at += piece.length;
      if (clock.monotonic() - began > LONG_MS) this.#pieceBytes = SMALL_PIECE;
    }
    this.#watchdog.resting();
  }

  /** @throws TransferFailure what the server says against it, before what the system says */
  async #unlessStopped(work: Promise<void>): Promise<void> {
    try {
      await Promise.race([work, this.#stopped.promise]);
    } catch (error) {
      work.catch(() => {});
      this.#failure ??= error instanceof TransferFailure ? error : lost(error);
    }
    if (!this.#failure) return;
    const failure = this.#failure;
    if (failure.code !== 'connection-lost') throw failure;
    this.#over();
    throw await this.#transfer.broken(failure);
  }

  #stop(failure: TransferFailure): void {
    if (this.#state === 'over' || this.#failure) return;
    this.#failure = failure;
    this.#watchdog[Symbol.dispose]();
    this.#stopped.reject(failure);
  }

  #over(): void {
    this.#state = 'over';
    this.#watchdog[Symbol.dispose]();
    this.#signal.removeEventListener('abort', this.#interrupt);
  }
}

function lost(cause?: unknown): TransferFailure {
  return new TransferFailure('connection-lost', 'The data connection is lost', { cause });
}
