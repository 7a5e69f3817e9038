import type { Socket } from 'node:net';
import { NO_LONGER } from '../../../base/clock.ts';
import { MiB } from '../../../base/size.ts';
import { TransferFailure } from '../../transfer-failure.ts';
import type { Settled } from './options.ts';
import { interruption, within } from './waiting.ts';
import { Watchdog } from './watchdog.ts';

/** What may wait to be taken, in bytes; then the server has to wait. */
const HELD_BYTES = MiB;

/** How long an end that was not waited for may still come by itself, in milliseconds. */
const DRAIN_MS = 50;

/** The same before anything has come. */
const FIRST_BYTE_MS = 1000;

/** The bytes that come over a data connection, as they are asked for. */
export class Incoming implements Disposable {
  readonly #socket: Socket;
  readonly #options: Settled;
  readonly #signal: AbortSignal;
  readonly #watchdog: Watchdog;
  readonly #interrupt = (): void => this.stop(interruption(this.#signal));
  #held: Buffer[] = [];
  #heldBytes = 0;
  #hasBegun = false;
  readonly #ended = new AbortController();
  #end: 'none' | 'ended' | TransferFailure = 'none';
  #wake = (): void => {};

  constructor(socket: Socket, options: Settled, signal: AbortSignal) {
    this.#socket = socket;
    this.#options = options;
    this.#signal = signal;
    this.#watchdog = new Watchdog({
      clock: options.clock,
      warnAfter: options.stallWarningMs,
      barkAfter: options.stallTimeoutMs,
      warn: options.onStall,
      bark: () => this.stop(new TransferFailure('stalled', 'The server sends nothing any more')),
    });
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('end', () => this.#over('ended'));
    socket.on('error', (error) => this.#lose(error));
    socket.on('close', () => this.#lose());
    signal.addEventListener('abort', this.#interrupt, { once: true });
    if (signal.aborted) this.#interrupt();
    // The end of nothing at all may have come before anybody listened.
    else if (socket.readableEnded) this.#over('ended');
    else if (socket.destroyed) this.#lose(socket.errored);
    else this.#watchdog.waiting();
  }

  /** Aborted at the end, however it came about. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** The next bytes; undefined at the end. @throws TransferFailure */
  async next(): Promise<Buffer | undefined> {
    for (;;) {
      // What came before a break is as good as what came before an end.
      const chunk = this.#held.shift();
      if (chunk) {
        this.#heldBytes -= chunk.length;
        if (this.#socket.isPaused() && this.#heldBytes <= HELD_BYTES / 2) {
          this.#watchdog.waiting();
          this.#socket.resume();
        }
        return chunk;
      }
      if (this.#end === 'ended') return undefined;
      if (this.#end !== 'none') throw this.#end;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /**
   * Goes on for a moment without keeping anything: an end that is near is better than a cut. A
   * connection that is cut before its first byte, or with its last ones on their way, is taken by
   * some servers for an attack on TLS, and the control connection goes with it.
   */
  async drain(): Promise<void> {
    const { clock } = this.#options;
    const began = clock.monotonic();
    let drained = 0;
    for (;;) {
      const left = (this.#hasBegun ? DRAIN_MS : FIRST_BYTE_MS) - (clock.monotonic() - began);
      if (this.#end !== 'none' || drained > HELD_BYTES || left <= 0) return;
      try {
        const late = (): TransferFailure => lost();
        const patience = { clock, signal: this.#signal, milliseconds: left, late };
        drained += (await within(this.next(), patience))?.length ?? 0;
      } catch {
        return;
      }
    }
  }

  [Symbol.dispose](): void {
    this.#ended.abort(NO_LONGER);
    this.#watchdog[Symbol.dispose]();
    this.#signal.removeEventListener('abort', this.#interrupt);
  }

  #take(chunk: Buffer): void {
    if (this.#end !== 'none') return;
    this.#hasBegun = true;
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
    if (this.#heldBytes >= HELD_BYTES) {
      this.#socket.pause();
      this.#watchdog.resting();
    } else this.#watchdog.waiting();
    this.#wake();
  }

  /** Every connection closes in the end: only one that does so too early needs a reason. */
  #lose(cause?: unknown): void {
    if (this.#end === 'none') this.stop(lost(cause));
  }

  /** Ends it for this reason, unless it has ended. */
  stop(failure: TransferFailure): void {
    if (this.#end !== 'none') return;
    // Whoever interrupts wants nothing more.
    if (failure.code === 'interrupted') this.#held = [];
    this.#over(failure);
    this.#socket.destroy();
  }

  #over(end: 'ended' | TransferFailure): void {
    if (this.#end !== 'none') return;
    this.#end = end;
    this[Symbol.dispose]();
    this.#wake();
  }
}

function lost(cause?: unknown): TransferFailure {
  return new TransferFailure('connection-lost', 'The data connection is lost', { cause });
}
