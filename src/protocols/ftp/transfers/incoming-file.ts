import { Failure, failed } from '../../../base/failure.ts';
import type { Session, Upload } from '../../../session/session.ts';
import type { Soon } from '../../../storage/store.ts';
import type { Reply } from '../../../wire/ftp/reply.ts';
import { decide, glance, silent, type Verdict } from '../completion.ts';
import { FromWire } from '../data/ascii.ts';
import { hangUp, linger } from '../data/linger.ts';
import { receive } from '../data/receive.ts';
import type { StreamEnd } from '../data/stream-end.ts';
import { logFailure, replyTo } from '../failures.ts';
import type { FtpOptions } from '../options.ts';
import { reply } from '../replies.ts';
import type { State } from '../state.ts';
import type { Desk } from '../visit.ts';
import type { Link, Transfer } from './transfer.ts';

const UNCONFIRMED = 'The control connection ended before the upload was confirmed';

/** STOR, APPE and STOU, once the session has let them in. */
export class IncomingFile implements Transfer {
  readonly opening: string;
  readonly endsWithControl = false;
  readonly receives = true;
  readonly #upload: Upload;
  readonly #session: Session;
  readonly #desk: Desk;
  readonly #ascii: FromWire | undefined;
  readonly #announced: number | undefined;

  constructor(upload: Upload, session: Session, state: State, desk: Desk, opening: string) {
    this.opening = opening;
    this.#upload = upload;
    this.#session = session;
    this.#desk = desk;
    const isText = state.representation.type === 'A';
    this.#ascii = isText ? new FromWire() : undefined;
    // A size that was said for bytes on the wire says nothing about converted ones.
    this.#announced = isText ? undefined : state.announced;
  }

  get signal(): AbortSignal {
    return this.#upload.signal;
  }

  progress(): string {
    return `Receiving ${this.#upload.path}: ${this.#upload.received} bytes so far`;
  }

  async run({ socket, signal, watchControl, closeNotify }: Link): Promise<Reply> {
    const { clock, options, traffic } = this.#desk;
    const began = clock.monotonic();
    const upload = this.#upload;
    const most = traffic.bufferBytes();
    const streamEnd = await receive(socket, (chunks) => this.#write(chunks, signal), {
      signal,
      stallTimeoutMs: options.stallTimeoutMs,
      get gatherBytes() {
        return Math.min(most, upload.stepBytes);
      },
      onBytes: () => {},
    });
    const end = await this.#finishText(streamEnd);
    if (end.kind === 'refused') {
      linger(socket, clock, options.refusalLingerMs);
      return this.#refuse(end.reason);
    }
    const tls = closeNotify?.() ?? 'none';
    hangUp(socket, end, options.refusalLingerMs);

    const took = clock.monotonic() - began;
    const { start, received, length } = this.#upload;
    const announced = this.#announced;
    const ended = { end: end.kind, closeNotify: tls, start, received, length, announced };
    const watch = watchControl();
    const patience = { clock, signal, graceMs: graceMs(options, took, received - start) };
    const verdict = await glance(ended, watch, signal);
    if (verdict.kind !== 'wait') return this.#conclude(verdict, end, signal);
    // The wait passes while the bytes are made durable.
    const decision = decide(ended, watch, patience);
    return this.#completeUnless(decision, silent(tls), end, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#upload[Symbol.asyncDispose]();
  }

  async #conclude(
    verdict: Exclude<Verdict, { kind: 'wait' }>,
    end: StreamEnd,
    signal: AbortSignal,
  ): Promise<Reply> {
    switch (verdict.kind) {
      case 'complete':
        return this.#complete(verdict.because);
      case 'unconfirmed':
        if (this.#session.publishesUnconfirmed) return this.#complete('unconfirmed, and published');
        return this.#keep(426, UNCONFIRMED);
      case 'short':
        return this.#keep(451, `${verdict.received} of ${verdict.length} bytes came`);
      case 'cut': {
        if (!signal.aborted) return this.#keep(426, verdict.because ?? whyCut(end));
        const { code, lines } = replyTo(signal.reason, 'flowing');
        return this.#keep(code, lines.join(' '));
      }
    }
  }

  async #complete(evidence: string): Promise<Reply> {
    try {
      const entry = await this.#upload.complete(evidence);
      return reply(226, `Stored, ${entry.size} bytes`);
    } catch (error) {
      logFailure(this.#desk.log, 'An upload could not be completed', error);
      return replyTo(error, 'flowing');
    }
  }

  /** Completes it if that is what is decided before the last step; else it is kept. */
  async #completeUnless(
    decision: ReturnType<typeof decide>,
    evidence: string,
    end: StreamEnd,
    signal: AbortSignal,
  ): Promise<Reply> {
    const isConfirmed = async () => {
      const { kind } = await decision;
      const isPublished = kind === 'unconfirmed' && this.#session.publishesUnconfirmed;
      if (kind !== 'complete' && !isPublished) throw new Failure('interrupted', UNCONFIRMED);
    };
    try {
      const entry = await this.#upload.complete(evidence, isConfirmed);
      return reply(226, `Stored, ${entry.size} bytes`);
    } catch (error) {
      const verdict = await decision;
      if (!failed(error, 'interrupted') || verdict.kind === 'complete') {
        return replyTo(error, 'flowing');
      }
      return this.#conclude(verdict, end, signal);
    }
  }

  /** Ends without publishing; the reply says from where it can go on. */
  async #keep(code: number, why: string): Promise<Reply> {
    const offset = await this.#upload.interrupt(why);
    return reply(code, `${why}; ${offset} bytes are kept`);
  }

  /** The upload would not take more. */
  async #refuse(reason: unknown): Promise<Reply> {
    logFailure(this.#desk.log, 'An upload could not be written', reason);
    const { code, lines } = replyTo(reason, 'flowing');
    return this.#keep(code, lines.join(' '));
  }

  #write(chunks: readonly Uint8Array[], signal: AbortSignal): Soon<void> {
    const ascii = this.#ascii;
    if (ascii === undefined) return this.#upload.write(chunks, signal);
    return this.#upload.write(
      chunks.map((chunk) => ascii.convert(chunk)),
      signal,
    );
  }

  /** Writes what the conversion held back. */
  async #finishText(end: StreamEnd): Promise<StreamEnd> {
    const rest = this.#ascii?.end();
    if (rest === undefined || rest.length === 0 || end.kind !== 'finished') return end;
    try {
      await this.#upload.write([rest]);
      return end;
    } catch (reason) {
      return { kind: 'refused', reason };
    }
  }
}

/** How long to look at the control connection, after an upload of so many ms and bytes. */
function graceMs(options: FtpOptions, took: number, sent: number): number {
  const share = Math.min(options.graceMaxMs, took * options.graceShare);
  const isOneWrite = sent > 0 && sent <= options.graceFreeBytes;
  return isOneWrite ? share : Math.max(options.graceMinMs, share);
}

function whyCut(end: StreamEnd): string {
  return end.kind === 'stalled' ? 'No byte came for too long' : 'The data connection broke';
}
