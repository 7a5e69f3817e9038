import type { Socket } from 'node:net';
import type { Download } from '../../../session/session.ts';
import type { Reply } from '../../../wire/ftp/reply.ts';
import { ToWire } from '../data/ascii.ts';
import { readInTurns, send } from '../data/send.ts';
import type { StreamEnd } from '../data/stream-end.ts';
import { logFailure, replyTo } from '../failures.ts';
import { reply } from '../replies.ts';
import type { Desk } from '../visit.ts';
import type { Link, Transfer } from './transfer.ts';

/** What RETR sends. */
export class OutgoingFile implements Transfer {
  readonly opening: string;
  readonly endsWithControl = true;
  readonly receives = false;
  readonly #download: Download;
  readonly #desk: Desk;
  readonly #type: 'A' | 'I';
  #sent = 0;

  constructor(download: Download, type: 'A' | 'I', desk: Desk) {
    this.#download = download;
    this.#desk = desk;
    this.#type = type;
    // Clients that do not know SIZE read the number in this form.
    this.opening = `Sending ${download.entry.name} (${this.#remaining} bytes)`;
  }

  get signal(): AbortSignal {
    return this.#download.signal;
  }

  progress(): string {
    return `Sending ${this.#download.entry.name}: ${this.#sent} bytes so far`;
  }

  async run({ socket, signal }: Link): Promise<Reply> {
    const { options, traffic } = this.#desk;
    // One byte more than the rest, so that the last read finds the end.
    const bytes = readInTurns(
      (into) => this.#download.read(into, signal),
      traffic.bufferBytes(this.#remaining + 1),
    );
    const end = await send(socket, this.#type === 'A' ? asText(bytes) : bytes, {
      signal,
      stallTimeoutMs: options.stallTimeoutMs,
      onBytes: (count) => (this.#sent += count),
    });
    linger(socket, options.dataTimeoutMs);
    await this.#download.finish(outcomeOf(end), this.#sent);
    return finalReply(end, this.#desk, `Sent, ${this.#sent} bytes`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#download[Symbol.asyncDispose]();
  }

  get #remaining(): number {
    return Math.max(0, this.#download.entry.size - this.#download.start);
  }
}

/** What LIST, NLST and MLSD send: lines, as text, whatever TYPE says (RFC 1123 §4.1.2.7). */
export class OutgoingLines implements Transfer {
  readonly opening = 'Here comes the listing';
  readonly endsWithControl = true;
  readonly receives = false;
  readonly #pieces: AsyncIterable<Uint8Array>;
  readonly #desk: Desk;
  #sent = 0;

  constructor(pieces: AsyncIterable<Uint8Array>, desk: Desk) {
    this.#pieces = pieces;
    this.#desk = desk;
  }

  progress(): string {
    return `Sending a listing: ${this.#sent} bytes so far`;
  }

  async run({ socket, signal }: Link): Promise<Reply> {
    const { options } = this.#desk;
    const end = await send(socket, this.#pieces, {
      signal,
      stallTimeoutMs: options.stallTimeoutMs,
      onBytes: (count) => (this.#sent += count),
    });
    linger(socket, options.dataTimeoutMs);
    return finalReply(end, this.#desk, 'That is all');
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** The same bytes with the line ends of the wire. */
async function* asText(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const ascii = new ToWire();
  for await (const piece of pieces) yield ascii.convert(piece);
}

/** Lets the peer take what is on its way and close its side; destroying now could lose it. */
function linger(socket: Socket, milliseconds: number): void {
  socket.setTimeout(milliseconds, () => socket.destroy());
}

function outcomeOf(end: StreamEnd): 'complete' | 'interrupted' | 'failed' {
  if (end.kind === 'finished') return 'complete';
  return end.kind === 'refused' ? 'failed' : 'interrupted';
}

function finalReply(end: StreamEnd, desk: Desk, done: string): Reply {
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
