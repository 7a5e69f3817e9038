import { Failure, failed } from '../../../base/failure.ts';
import type { Session, Upload } from '../../../session/session.ts';
import { MiB } from '../../../base/size.ts';
import { isPlain, type Representation } from '../../../wire/ftp/coding/coding.ts';
import type { Reply } from '../../../wire/ftp/reply.ts';
import { WireError } from '../../../wire/wire-error.ts';
import { decide, glance, silent, type Verdict } from '../completion.ts';
import { hangUp, linger, part } from '../data/linger.ts';
import { receive } from '../data/receive.ts';
import { FINISHED, type StreamEnd } from '../data/stream-end.ts';
import { Unpacking } from '../data/unpack.ts';
import { logFailure, replyTo } from '../failures.ts';
import { reply } from '../replies.ts';
import { formatRestartMarker, takesMarkers } from '../restart-marker.ts';
import type { State } from '../state.ts';
import type { Desk } from '../visit.ts';
import { graceFor } from './grace.ts';
import { soFar } from './progress.ts';
import type { Link, Transfer } from './transfer.ts';

/** Why the connection is not read any more: the data itself said that it was all. */
const WHOLE = Symbol('whole');

/** The most that is gathered while what came before is written; a disk that is full costs so much. */
const GATHER_BYTES = MiB;

const NO_ROOM = ['quota-exceeded', 'storage-full', 'storage-failed'] as const;

const UNCONFIRMED = 'The control connection ended before the upload was confirmed';

/** STOR, APPE and STOU, once the session has let them in. */
export class IncomingFile implements Transfer {
  readonly opening: string;
  readonly endsWithControl = false;
  readonly receives = true;
  readonly #upload: Upload;
  readonly #session: Session;
  readonly #desk: Desk;
  readonly #representation: Representation;
  readonly #announced: number | undefined;
  #began: number | undefined;

  constructor(upload: Upload, session: Session, state: State, desk: Desk, opening: string) {
    this.opening = opening;
    this.#upload = upload;
    this.#session = session;
    this.#desk = desk;
    this.#representation = state.representation;
    // A size that was said for bytes on the wire says nothing about converted ones.
    this.#announced = state.representation.type === 'A' ? undefined : state.announced;
  }

  get signal(): AbortSignal {
    return this.#upload.signal;
  }

  get storesAsIs(): boolean {
    return isPlain(this.#representation);
  }

  progress(): string {
    const { path, received, start } = this.#upload;
    const { clock } = this.#desk;
    const took = this.#began === undefined ? 0 : clock.monotonic() - this.#began;
    return `Receiving ${path}: ${soFar(received, received - start, took)}`;
  }

  async run(link: Link): Promise<Reply> {
    const { clock, options, senders, peer } = this.#desk;
    using sending = senders.enter(this.#session.accountName, peer, link.roundTripMs);
    const whole = new AbortController();
    using unpacking = this.#unpacking(link, whole);
    const end = await this.#receive(link, unpacking, whole);
    const { socket, signal, watchControl, closeNotify } = link;
    if (end.kind === 'refused') {
      linger(socket, clock, options.refusalLingerMs);
      return this.#refuse(end.reason);
    }
    const tls = closeNotify?.() ?? 'none';
    if (whole.signal.aborted) part(socket, clock, options.refusalLingerMs);
    else hangUp(socket, end, options.refusalLingerMs);

    const tookMs = clock.monotonic() - (this.#began ?? 0);
    const { start, received, length } = this.#upload;
    const announced = this.#announced;
    const mark = unpacking?.mark ?? 'none';
    const ended = { end: end.kind, closeNotify: tls, mark, start, received, length, announced };
    const watch = watchControl();
    const verdict = await glance(ended, watch, signal);
    if (verdict.kind !== 'wait') return this.#conclude(verdict, end, signal);
    const { atOnce, roundTripMs } = sending;
    const bytes = received - start;
    const upload = { tookMs, bytes, closeNotify: tls, atOnce, roundTripMs };
    const grace = graceFor(upload, options.grace);
    // The wait passes while the bytes are made durable.
    const patience = { clock, signal, grace, mostMs: options.grace.mostMs };
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

  /** The upload would not take more, or what came is damaged. */
  async #refuse(reason: unknown): Promise<Reply> {
    // What came before it cannot be trusted either.
    if (reason instanceof WireError) {
      await this.#upload.reject(reason.message);
      return reply(451, `${reason.message}; nothing of it is kept`);
    }
    logFailure(this.#desk.log, 'An upload could not be written', reason);
    const { code, lines } = replyTo(reason, 'flowing');
    return this.#keep(code, lines.join(' '));
  }

  /** What takes the bytes apart before they are written; nothing, if they are the file. */
  #unpacking({ say, signal }: Link, whole: AbortController): Unpacking | undefined {
    if (isPlain(this.#representation)) return undefined;
    const { options, traffic } = this.#desk;
    const upload = this.#upload;
    const most = traffic.gatherBytes(GATHER_BYTES);
    return new Unpacking(this.#representation, {
      write: (chunks) => upload.write(chunks, signal),
      onMarker: async (text) => {
        if (!takesMarkers(this.#representation)) return;
        const offset = await upload.flush();
        // RFC 959 §4.1.3 fixes this form.
        await say(reply(110, `MARK ${text} = ${formatRestartMarker(offset)}`));
      },
      onWhole: () => whole.abort(WHOLE),
      get gatherBytes() {
        return Math.min(most, upload.stepBytes);
      },
      maxRatio: options.deflateMaxRatio,
      announced: this.#announced,
    });
  }

  async #receive(
    { socket, signal }: Link,
    unpacking: Unpacking | undefined,
    whole: AbortController,
  ): Promise<StreamEnd> {
    const { clock, options, traffic } = this.#desk;
    this.#began = clock.monotonic();
    const upload = this.#upload;
    const most = traffic.gatherBytes(GATHER_BYTES);
    const write = unpacking
      ? (chunks: readonly Uint8Array[]) => unpacking.write(chunks)
      : (chunks: readonly Uint8Array[]) => upload.write(chunks, signal);
    const end = await receive(socket, write, {
      signal: unpacking ? AbortSignal.any([signal, whole.signal]) : signal,
      stallTimeoutMs: options.stallTimeoutMs,
      minBytesPerSecond: options.minUploadRate,
      get gatherBytes() {
        return Math.min(most, upload.stepBytes);
      },
      onBytes: () => {},
    });
    if (end.kind === 'aborted' && end.reason === WHOLE) return FINISHED;
    // What was held in memory could not be stored, and the sender is to read why.
    if (end.kind === 'aborted' && failed(end.reason, ...NO_ROOM))
      return { kind: 'refused', reason: end.reason };
    if (end.kind !== 'finished') return end;
    try {
      await unpacking?.end();
      return end;
    } catch (reason) {
      return { kind: 'refused', reason };
    }
  }
}

function whyCut(end: StreamEnd): string {
  return end.kind === 'stalled' ? 'Too little came for too long' : 'The data connection broke';
}
