import type { Socket } from 'node:net';
import { KiB } from '../../../base/size.ts';
import type { Download } from '../../../session/session.ts';
import type { Soon } from '../../../storage/store.ts';
import { isPlain, type Representation } from '../../../wire/ftp/coding/coding.ts';
import type { Reply } from '../../../wire/ftp/reply.ts';
import { packed, packedLines } from '../data/pack.ts';
import { type Pieces, piecesOf, ReadPieces } from '../data/pieces.ts';
import { readInTurns, send } from '../data/send.ts';
import type { StreamEnd } from '../data/stream-end.ts';
import { logFailure, replyTo } from '../failures.ts';
import { reply } from '../replies.ts';
import type { State } from '../state.ts';
import type { Desk } from '../visit.ts';
import { soFar } from './progress.ts';
import type { Link, Transfer } from './transfer.ts';

/** What RETR sends. */
export class OutgoingFile implements Transfer {
  readonly opening: string;
  readonly endsWithControl = true;
  readonly receives = false;
  readonly #download: Download;
  readonly #desk: Desk;
  readonly #representation: Representation;
  readonly #level: number;
  #sent = 0;
  #began: number | undefined;

  constructor(download: Download, state: State, desk: Desk) {
    this.#download = download;
    this.#desk = desk;
    this.#representation = state.representation;
    this.#level = levelOf(state, desk);
    // Clients that do not know SIZE read the number in this form.
    this.opening = `Sending ${download.entry.name} (${this.#remaining} bytes)`;
  }

  get signal(): AbortSignal {
    return this.#download.signal;
  }

  progress(): string {
    const took = this.#began === undefined ? 0 : this.#desk.clock.monotonic() - this.#began;
    return `Sending ${this.#download.entry.name}: ${soFar(this.#sent, this.#sent, took)}`;
  }

  async run({ socket, signal, closeNotify }: Link): Promise<Reply> {
    const { options, traffic, clock } = this.#desk;
    const isEncrypted = closeNotify !== undefined;
    this.#began = clock.monotonic();
    const count = (sent: number): void => void (this.#sent += sent);
    const end = await send(socket, this.#pieces(signal, count, isEncrypted), {
      signal,
      stallTimeoutMs: options.stallTimeoutMs,
      traffic,
      // The log counts bytes of the file, not those that stand for them on the wire.
      onBytes: isPlain(this.#representation) ? count : () => {},
    });
    lingerAtEnd(socket, options.dataTimeoutMs);
    await this.#download.finish(outcomeOf(end), this.#sent);
    return finalReply(end, this.#desk, `Sent, ${this.#sent} bytes`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#download[Symbol.asyncDispose]();
  }

  /** @param count told of bytes of the file that go to where they are coded */
  #pieces(signal: AbortSignal, count: (bytes: number) => void, isEncrypted: boolean): Pieces {
    const { options, traffic } = this.#desk;
    const read = (into: Uint8Array, beside = false): Soon<number> =>
      this.#download.read(into, signal, beside);
    // One byte more than the rest, so that the last read finds the end.
    const expected = this.#remaining + 1;
    if (isPlain(this.#representation)) {
      const { buffers: pool } = traffic;
      return new ReadPieces({ read, mostBytes: expected, pool, beside: isEncrypted });
    }
    const bytes = readInTurns(read, traffic.bufferBytes(expected));
    const coded = packed(bytes, this.#representation, {
      level: this.#level,
      start: this.#download.start,
      markerBytes: options.markerBytes,
      onBytes: count,
    });
    return piecesOf(coded);
  }

  get #remaining(): number {
    const { entry, start, end = entry.size } = this.#download;
    return Math.max(0, Math.min(end, entry.size) - start);
  }
}

/**
 * The level of listings that the client has not chosen one for: lftp drops what a listing becomes
 * beyond its own buffer when the connection ends, so nothing of it may become more than it was.
 */
const STORED = 0;

/** Lines are written so many bytes at a time: each write costs as much as some hundred lines. */
const WRITE_BYTES = 64 * KiB;

/** What LIST, NLST and MLSD send. */
export class OutgoingLines implements Transfer {
  readonly opening = 'Here comes the listing';
  readonly endsWithControl = true;
  readonly receives = false;
  readonly #pieces: AsyncIterable<Uint8Array>;
  readonly #desk: Desk;
  #sent = 0;

  constructor(lines: AsyncIterable<Uint8Array>, state: State, desk: Desk) {
    const gathered = gatherPieces(lines, WRITE_BYTES);
    this.#pieces = packedLines(gathered, state.representation, state.deflateLevel ?? STORED);
    this.#desk = desk;
  }

  progress(): string {
    return `Sending a listing: ${this.#sent} bytes so far`;
  }

  async run({ socket, signal }: Link): Promise<Reply> {
    const { options, traffic } = this.#desk;
    const end = await send(socket, piecesOf(this.#pieces), {
      signal,
      stallTimeoutMs: options.stallTimeoutMs,
      traffic,
      onBytes: (count) => (this.#sent += count),
    });
    lingerAtEnd(socket, options.dataTimeoutMs);
    return finalReply(end, this.#desk, 'That is all');
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

function levelOf({ deflateLevel }: State, { options }: Desk): number {
  return deflateLevel ?? options.deflateLevel;
}

/** Lets the peer take what is on its way and close its side; destroying now could lose it. */
export function lingerAtEnd(socket: Socket, milliseconds: number): void {
  socket.setTimeout(milliseconds, () => socket.destroy());
}

function outcomeOf(end: StreamEnd): 'complete' | 'interrupted' | 'failed' {
  if (end.kind === 'finished') return 'complete';
  return end.kind === 'refused' ? 'failed' : 'interrupted';
}

/** What is said when the bytes have gone, or not. */
export function finalReply(end: StreamEnd, desk: Desk, done: string): Reply {
  switch (end.kind) {
    case 'finished':
      return reply(226, done);
    case 'reset':
      return reply(426, 'The data connection broke');
    case 'stalled':
      return reply(426, 'The data connection took nothing for too long');
    case 'aborted':
      return replyTo(end.reason, 'flowing');
    case 'refused':
      logFailure(desk.log, 'A download or listing failed', end.reason);
      return replyTo(end.reason, 'flowing');
  }
}

/** Pieces of at least so many bytes, but for the last one. */
export async function* gatherPieces(
  pieces: AsyncIterable<Uint8Array>,
  bytes: number,
): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = [];
  let count = 0;
  for await (const piece of pieces) {
    held.push(piece);
    count += piece.length;
    if (count < bytes) continue;
    yield Buffer.concat(held);
    [held, count] = [[], 0];
  }
  if (count > 0) yield Buffer.concat(held);
}
