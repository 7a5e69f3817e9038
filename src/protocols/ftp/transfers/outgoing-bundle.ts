import { hash } from 'node:crypto';
import { Failure } from '../../../base/failure.ts';
import type { Path } from '../../../base/path.ts';
import { KiB } from '../../../base/size.ts';
import type { Download, Session } from '../../../session/session.ts';
import { formatHead, formatMissing, MOST_BUNDLED_BYTES } from '../../../wire/ftp/bundle.ts';
import type { Reply } from '../../../wire/ftp/reply.ts';
import { piecesOf } from '../data/pieces.ts';
import { send } from '../data/send.ts';
import { logFailure, replyTo } from '../failures.ts';
import type { Desk } from '../visit.ts';
import { finalReply, gatherPieces, lingerAtEnd } from './outgoing.ts';
import type { Link, Transfer } from './transfer.ts';

/** Written so many bytes at a time. */
const WRITE_BYTES = 64 * KiB;

/** Many small files over one data connection, each behind its size, time and digest. */
export class OutgoingBundle implements Transfer {
  readonly opening = 'Here come the files';
  readonly endsWithControl = true;
  readonly receives = false;
  readonly #paths: readonly Path[];
  readonly #session: Session;
  readonly #desk: Desk;
  #files = 0;

  constructor(paths: readonly Path[], session: Session, desk: Desk) {
    this.#paths = paths;
    this.#session = session;
    this.#desk = desk;
  }

  get signal(): AbortSignal {
    return this.#session.signal;
  }

  progress(): string {
    return `Sending a bundle: ${this.#files} of ${this.#paths.length} files so far`;
  }

  async run({ socket, signal }: Link): Promise<Reply> {
    const { options, traffic } = this.#desk;
    const pieces = piecesOf(gatherPieces(this.#packed(signal), WRITE_BYTES));
    const end = await send(socket, pieces, {
      signal,
      stallTimeoutMs: options.stallTimeoutMs,
      traffic,
      onBytes: () => {},
    });
    lingerAtEnd(socket, options.dataTimeoutMs);
    return finalReply(end, this.#desk, `Sent, ${this.#files} files`);
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  async *#packed(signal: AbortSignal): AsyncGenerator<Uint8Array> {
    for (const path of this.#paths) yield await this.#pack(path, signal);
  }

  async #pack(path: Path, signal: AbortSignal): Promise<Buffer> {
    try {
      await using download = await this.#session.download(path, 0);
      const bytes = await readWhole(download, signal);
      const hex = hash('sha256', bytes);
      const { modified } = download.entry;
      await download.finish('complete', bytes.length);
      this.#files += 1;
      const digest = { algorithm: 'sha-256', hex } as const;
      return Buffer.concat([formatHead({ path, size: bytes.length, digest, modified }), bytes]);
    } catch (error) {
      if (signal.aborted) throw error;
      logFailure(this.#desk.log, 'A file of a bundle could not be read', error);
      const { code, lines } = replyTo(error, 'asking');
      return formatMissing({ code, sentence: lines.join(' ') });
    }
  }
}

/** @throws Failure `length-inconsistent` if it is too large for a bundle, or grows or shrinks */
async function readWhole(download: Download, signal: AbortSignal): Promise<Buffer> {
  const { size } = download.entry;
  if (size > MOST_BUNDLED_BYTES) {
    throw new Failure('length-inconsistent', 'This file is too large for a bundle');
  }
  // One byte more shows one that grows.
  const buffer = Buffer.allocUnsafe(size + 1);
  let length = 0;
  while (length < buffer.length) {
    const count = await download.read(buffer.subarray(length), signal);
    if (count === 0) break;
    length += count;
  }
  if (length !== size) throw new Failure('length-inconsistent', 'This file is being changed');
  return buffer.subarray(0, length);
}
