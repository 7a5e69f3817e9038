import { WireError } from '../../wire-error.ts';
import {
  bytesUnit,
  DESCRIPTOR,
  FILE_END,
  isMarker,
  RECORD_END,
  type EndMark,
  type FrameDecoder,
  type FrameEncoder,
  type Unit,
} from './unit.ts';

/** The first bits of a string's header, and how long such a string can be (RFC 959 §3.4.3). */
const LITERAL_MOST = 0x7f;
const REPEATED = 0x80;
const FILLER = 0xc0;
const RUN_MOST = 0x3f;

/** Decoded bytes are handed on in pieces of this size: one byte of input can become 63. */
const PIECE_BYTES = 64 * 1024;

/** A filler of no bytes: the string that an escape is about where there is none. */
const NOTHING = FILLER;

const { endOfRecord, endOfFile, suspect, marker } = DESCRIPTOR;

/** A string that has begun and of which something has still to come. */
type Open =
  | { readonly kind: 'none' }
  | { readonly kind: 'escape' }
  | { readonly kind: 'repeated'; readonly count: number }
  | { readonly kind: 'literal'; readonly left: number };

const NONE: Open = { kind: 'none' };

/**
 * MODE C: strings of bytes, repeated bytes and fillers (RFC 959 §3.4.3). An escape says something
 * of the string behind it; one at the very end, of nothing.
 */
export class RunDecoder implements FrameDecoder {
  mark: EndMark = 'missing';
  readonly #filler: number;
  #open: Open = NONE;
  /** What the escapes before this string said. */
  #descriptor = 0;
  #marker = '';
  readonly #piece = Buffer.allocUnsafe(PIECE_BYTES);
  #filled = 0;

  /** @param filler the byte that fillers stand for */
  constructor(filler: number) {
    this.#filler = filler;
  }

  *push(chunk: Uint8Array): Generator<Unit> {
    for (let at = 0; at < chunk.length;) {
      if (this.mark === 'seen') throw new WireError('More follows behind the end of the file');
      const open = this.#open;
      if (open.kind === 'literal') {
        const part = chunk.subarray(at, at + open.left);
        at += part.length;
        const left = open.left - part.length;
        this.#open = left > 0 ? { kind: 'literal', left } : NONE;
        yield* this.#take(part);
        if (left === 0) yield* this.#finish();
        continue;
      }
      const byte = chunk[at] ?? 0;
      at += 1;
      switch (open.kind) {
        case 'escape':
          this.#open = NONE;
          this.#escape(byte);
          break;
        case 'repeated':
          this.#open = NONE;
          yield* this.#repeat(byte, open.count);
          break;
        case 'none':
          yield* this.#begin(byte);
      }
    }
    yield* this.#flush();
  }

  *end(): Generator<Unit> {
    const isWhole = this.#open.kind === 'none' && !(this.#descriptor & marker);
    if (isWhole && this.#descriptor > 0) yield* this.#finish();
  }

  *#begin(header: number): Generator<Unit> {
    if (header === 0) this.#open = { kind: 'escape' };
    else if (header <= LITERAL_MOST) this.#open = { kind: 'literal', left: header };
    else if (header >= FILLER) yield* this.#repeat(this.#filler, header & RUN_MOST);
    else this.#open = { kind: 'repeated', count: header & RUN_MOST };
  }

  #escape(descriptor: number): void {
    if (descriptor & suspect) throw new WireError('The sender suspects errors in its own data');
    if (descriptor & ~(endOfRecord | endOfFile | marker) || descriptor === 0) {
      throw new WireError(`There is no escape with the descriptor ${descriptor}`);
    }
    this.#descriptor |= descriptor;
  }

  *#repeat(byte: number, count: number): Generator<Unit> {
    if (count > 0) yield* this.#take(Buffer.alloc(count, byte));
    yield* this.#finish();
  }

  *#take(part: Uint8Array): Generator<Unit> {
    if (this.#descriptor & marker) {
      this.#marker += Buffer.from(part).toString('latin1');
      return;
    }
    if (this.#filled + part.length > PIECE_BYTES) yield* this.#flush();
    this.#piece.set(part, this.#filled);
    this.#filled += part.length;
  }

  /** A string is complete: what was said of it holds now. */
  *#finish(): Generator<Unit> {
    const descriptor = this.#descriptor;
    if (descriptor === 0) return;
    this.#descriptor = 0;
    yield* this.#flush();
    if (descriptor & marker) {
      const text = this.#marker;
      this.#marker = '';
      if (!isMarker(text)) throw new WireError('A restart marker is not printable');
      yield { kind: 'marker', text };
    }
    if (descriptor & endOfRecord) yield RECORD_END;
    if (descriptor & endOfFile) {
      this.mark = 'seen';
      yield FILE_END;
    }
  }

  *#flush(): Generator<Unit> {
    if (this.#filled === 0) return;
    // A copy: whoever takes it may gather several before they are written.
    const bytes = Buffer.from(this.#piece.subarray(0, this.#filled));
    this.#filled = 0;
    yield bytesUnit(bytes);
  }
}

export class RunEncoder implements FrameEncoder {
  readonly #filler: number;

  constructor(filler: number) {
    this.#filler = filler;
  }

  *encode(unit: Unit): Generator<Uint8Array> {
    switch (unit.kind) {
      case 'bytes':
        yield* this.#strings(unit.bytes);
        return;
      case 'record-end':
        yield Uint8Array.of(0, endOfRecord, NOTHING);
        return;
      case 'file-end':
        yield Uint8Array.of(0, endOfFile, NOTHING);
        return;
      case 'marker': {
        const text = Buffer.from(unit.text.slice(0, LITERAL_MOST), 'latin1');
        yield Buffer.concat([Uint8Array.of(0, marker, text.length), text]);
      }
    }
  }

  *#strings(bytes: Uint8Array): Generator<Uint8Array> {
    let literal = 0;
    for (let at = 0; at < bytes.length;) {
      const byte = bytes[at] ?? 0;
      const length = runLength(bytes, at);
      const isFiller = byte === this.#filler;
      // A run is worth its header; a string that goes on behind it needs another one.
      if (length < (isFiller ? 2 : 4)) {
        at += length;
        continue;
      }
      yield* literals(bytes.subarray(literal, at));
      yield isFiller ? Uint8Array.of(FILLER | length) : Uint8Array.of(REPEATED | length, byte);
      at += length;
      literal = at;
    }
    yield* literals(bytes.subarray(literal));
  }
}

function runLength(bytes: Uint8Array, from: number): number {
  const most = Math.min(bytes.length, from + RUN_MOST);
  let end = from + 1;
  while (end < most && bytes[end] === bytes[from]) end += 1;
  return end - from;
}

function* literals(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += LITERAL_MOST) {
    const part = bytes.subarray(at, at + LITERAL_MOST);
    yield Uint8Array.of(part.length);
    yield part;
  }
}
