import {
  constants,
  createDeflate,
  createInflate,
  deflateSync,
  type Deflate,
  type Inflate,
  inflateSync,
} from 'node:zlib';
import { WireError } from '../../wire-error.ts';
import type { EndMark } from './unit.ts';

const PIECE_BYTES = 64 * 1024;

/** So much is put through zlib in this turn: a thread's answer, and a stream, would take longer. */
const AT_ONCE_BYTES = 16 * 1024;

/** How often is looked whether what comes can be made smaller. */
const STRETCH_BYTES = 1024 * 1024;

/** So much of a stretch shows it, in this turn and at the lowest level. */
const SAMPLE_BYTES = 16 * 1024;

/** What stays larger than this share of itself is packed already, as most large files are. */
const WORTH_SHARE = 0.95;

/** The level at which bytes go as they are. */
const STORED = 0;

/** If it becomes more than this it is not worth the others' turn. */
const AT_ONCE_INFLATED_BYTES = 256 * 1024;

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
  push(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
    return this.during((done) => this.#zlib.write(bytes, done));
  }

  /** All that comes out until something that zlib was told to do is done. */
  async *during(begin: (done: () => void) => void): AsyncGenerator<Uint8Array> {
    let isDone = false;
    begin(() => {
      isDone = true;
      this.#wake();
    });
    yield* this.#pieces(() => isDone);
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

/** Compresses what can be made smaller, and lets the rest go as it is, for an eighth of the work. */
class Deflater implements Disposable {
  readonly #wanted: number;
  readonly #deflate: Deflate;
  readonly #pump: ZlibPump;
  #level: number;
  #left = 0;

  constructor(level: number) {
    this.#wanted = level;
    this.#level = level;
    this.#deflate = createDeflate({ level, chunkSize: PIECE_BYTES });
    this.#pump = new ZlibPump(this.#deflate);
  }

  async *push(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
    const level = this.#levelFor(bytes);
    if (level !== this.#level) {
      this.#level = level;
      yield* this.#pump.during((done) =>
        this.#deflate.params(level, constants.Z_DEFAULT_STRATEGY, done),
      );
    }
    yield* this.#pump.push(bytes);
  }

  end(): AsyncGenerator<Uint8Array> {
    return this.#pump.end();
  }

  [Symbol.dispose](): void {
    this.#pump.destroy();
  }

  #levelFor(bytes: Uint8Array): number {
    const isBegun = this.#left > 0;
    this.#left = (isBegun ? this.#left : STRETCH_BYTES) - bytes.length;
    if (isBegun || this.#wanted === STORED) return this.#level;
    return canShrink(bytes.subarray(0, SAMPLE_BYTES)) ? this.#wanted : STORED;
  }
}

function canShrink(sample: Uint8Array): boolean {
  return deflateSync(sample, { level: 1 }).length <= sample.length * WORTH_SHARE;
}

/**
 * MODE Z: one zlib stream (RFC 1950) a transfer.
 * @param source pieces that stay as they are
 * @param level 0 to 9, for what it makes smaller
 */
export async function* deflated(
  source: AsyncIterable<Uint8Array>,
  level: number,
): AsyncGenerator<Uint8Array> {
  const held: Uint8Array[] = [];
  let bytes = 0;
  let deflater: Deflater | undefined;
  try {
    for await (const piece of source) {
      held.push(piece);
      bytes += piece.length;
      if (bytes <= AT_ONCE_BYTES) continue;
      deflater ??= new Deflater(level);
      for (const one of held.splice(0)) yield* deflater.push(one);
    }
    if (deflater === undefined) yield deflateSync(Buffer.concat(held), { level });
    else yield* deflater.end();
  } finally {
    deflater?.[Symbol.dispose]();
  }
}

/** What becomes of a small stream that is here with its end; undefined of any other. */
function inflatedAtOnce(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length > AT_ONCE_BYTES) return undefined;
  try {
    const options = { info: true, maxOutputLength: AT_ONCE_INFLATED_BYTES } as const;
    const { buffer, engine } = inflateSync(bytes, options) as unknown as Inflated;
    return engine.bytesWritten === bytes.length ? buffer : undefined;
  } catch {
    // The slow way tells what is wrong with it.
    return undefined;
  }
}

/** What `info` makes zlib return. */
interface Inflated {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

/** The other way; the checksum at the end of the stream proves that it has come whole and right. */
export class Inflater implements Disposable {
  mark: EndMark = 'missing';
  #stream: { readonly inflate: Inflate; readonly pump: ZlibPump } | undefined;
  /** All of it has come at once, with its end. */
  #isWhole = false;
  /** Bytes that came, compressed. */
  #taken = 0;

  /** @throws WireError if it is no zlib stream, or a damaged one */
  async *push(chunk: Uint8Array): AsyncGenerator<Uint8Array> {
    if (this.#isWhole && chunk.length > 0) throw moreFollows();
    const whole = this.#taken === 0 ? inflatedAtOnce(chunk) : undefined;
    this.#taken += chunk.length;
    if (whole === undefined) {
      yield* explained(this.#open().pump.push(chunk));
      this.#checkEnd();
      return;
    }
    this.#isWhole = true;
    yield whole;
  }

  async *end(): AsyncGenerator<Uint8Array> {
    try {
      if (!this.#isWhole) yield* this.#open().pump.end();
      this.mark = 'seen';
    } catch (error) {
      // It ended before its end, and all that came until then is right as far as anybody knows.
      if (!isCut(error)) throw asWireError(error);
    }
    this.#checkEnd();
  }

  [Symbol.dispose](): void {
    this.#stream?.pump.destroy();
  }

  #open(): { readonly inflate: Inflate; readonly pump: ZlibPump } {
    if (this.#stream === undefined) {
      const inflate = createInflate({ chunkSize: PIECE_BYTES });
      this.#stream = { inflate, pump: new ZlibPump(inflate) };
    }
    return this.#stream;
  }

  #checkEnd(): void {
    const inflate = this.#stream?.inflate;
    if (inflate?.readableEnded && inflate.bytesWritten < this.#taken) throw moreFollows();
  }
}

function moreFollows(): WireError {
  return new WireError('More follows behind the end of the compressed data');
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
