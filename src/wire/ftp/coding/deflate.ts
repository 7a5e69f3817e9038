import { createDeflate, createInflate, type Deflate, type Inflate } from 'node:zlib';
import { WireError } from '../../wire-error.ts';
import type { EndMark } from './unit.ts';

const PIECE_BYTES = 64 * 1024;

/** Puts bytes through zlib, in its own threads, and never has more than a few pieces of what comes out. */
class ZlibPump {
  readonly #zlib: Deflate | Inflate;
  #failure: (Error & { readonly code?: string }) | undefined;
  #isOver = false;
  #wake = (): void => {};

  constructor(zlib: Deflate | Inflate) {
    this.#zlib = zlib;
    const wake = (): void => this.#wake();
    zlib.on('readable', wake);
    zlib.on('end', () => {
      this.#isOver = true;
      wake();
    });
    zlib.on('error', (error) => {
      this.#failure = error;
      wake();
    });
  }

  /** All that zlib makes of these bytes now; they must stay as they are until it has ended. */
  async *push(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
    let isTaken = false;
    this.#zlib.write(bytes, () => {
      isTaken = true;
      this.#wake();
    });
    yield* this.#pieces(() => isTaken);
  }

  /** What is left when nothing more is pushed. */
  async *end(): AsyncGenerator<Uint8Array> {
    this.#zlib.end();
    yield* this.#pieces(() => false);
  }

  destroy(): void {
    this.#zlib.destroy();
  }

  async *#pieces(isDone: () => boolean): AsyncGenerator<Uint8Array> {
    for (;;) {
      const piece = this.#zlib.read() as Buffer | null;
      if (piece !== null) yield piece;
      else if (this.#failure) throw this.#failure;
      else if (this.#isOver || isDone()) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}

/**
 * MODE Z: one zlib stream (RFC 1950) a transfer.
 * @param level 0 to 9
 */
export async function* deflated(
  source: AsyncIterable<Uint8Array>,
  level: number,
): AsyncGenerator<Uint8Array> {
  const pump = new ZlibPump(createDeflate({ level, chunkSize: PIECE_BYTES }));
  try {
    for await (const piece of source) yield* pump.push(piece);
    yield* pump.end();
  } finally {
    pump.destroy();
  }
}

/** The other way; the checksum at the end of the stream proves that it has come whole and right. */
export class Inflater implements Disposable {
  mark: EndMark = 'missing';
  readonly #inflate = createInflate({ chunkSize: PIECE_BYTES });
  readonly #pump = new ZlibPump(this.#inflate);
  /** Bytes that came, compressed. */
  #taken = 0;

  /** @throws WireError if it is no zlib stream, or a damaged one */
  async *push(chunk: Uint8Array): AsyncGenerator<Uint8Array> {
    this.#taken += chunk.length;
    yield* explained(this.#pump.push(chunk));
    this.#checkEnd();
  }

  async *end(): AsyncGenerator<Uint8Array> {
    try {
      yield* this.#pump.end();
      this.mark = 'seen';
    } catch (error) {
      // It ended before its end, and all that came until then is right as far as anybody knows.
      if (!isCut(error)) throw asWireError(error);
    }
    this.#checkEnd();
  }

  [Symbol.dispose](): void {
    this.#pump.destroy();
  }

  #checkEnd(): void {
    if (this.#inflate.readableEnded && this.#inflate.bytesWritten < this.#taken) {
      throw new WireError('More follows behind the end of the compressed data');
    }
  }
}

async function* explained(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces;
  } catch (error) {
    throw asWireError(error);
  }
}

function isCut(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'Z_BUF_ERROR';
}

function asWireError(error: unknown): unknown {
  if (!(error instanceof Error && 'code' in error)) return error;
  return new WireError(`The compressed data is damaged (${error.message})`);
}
