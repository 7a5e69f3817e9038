import { WireError } from '../../wire-error.ts';
import {
  bytesUnit,
  DESCRIPTOR,
  FILE_END,
  isMarker,
  MAX_MARKER_BYTES,
  RECORD_END,
  type EndMark,
  type FrameDecoder,
  type FrameEncoder,
  type Unit,
} from './unit.ts';

const HEADER_BYTES = 3;
const MAX_BLOCK_BYTES = 0xffff;

const { endOfRecord, endOfFile, suspect, marker } = DESCRIPTOR;

/** MODE B: blocks, each behind a descriptor and its length in two bytes (RFC 959 §3.4.2). */
export class BlockDecoder implements FrameDecoder {
  mark: EndMark = 'missing';
  #header: number[] = [];
  /** Bytes of the block that have not come yet. */
  #left = 0;
  #marker = '';

  *push(chunk: Uint8Array): Generator<Unit> {
    for (let at = 0; at < chunk.length;) {
      if (this.mark === 'seen') throw new WireError('More follows behind the end of the file');
      if (this.#header.length < HEADER_BYTES) {
        this.#header.push(chunk[at] ?? 0);
        at += 1;
        if (this.#header.length === HEADER_BYTES) this.#begin();
      } else {
        const part = chunk.subarray(at, at + this.#left);
        at += part.length;
        this.#left -= part.length;
        if (this.#descriptor & marker) this.#marker += Buffer.from(part).toString('latin1');
        else yield bytesUnit(part);
      }
      if (this.#header.length === HEADER_BYTES && this.#left === 0) yield* this.#finish();
    }
  }

  end(): Iterable<Unit> {
    return [];
  }

  get #descriptor(): number {
    return this.#header[0] ?? 0;
  }

  #begin(): void {
    const [descriptor = 0, high = 0, low = 0] = this.#header;
    this.#left = high * 256 + low;
    if (descriptor & suspect) throw new WireError('The sender suspects errors in its own data');
    if (descriptor & ~(endOfRecord | endOfFile | marker)) {
      throw new WireError(`There is no block with the descriptor ${descriptor}`);
    }
    if (descriptor & marker && this.#left > MAX_MARKER_BYTES) {
      throw new WireError(`A restart marker of ${this.#left} bytes is too long`);
    }
  }

  *#finish(): Generator<Unit> {
    const descriptor = this.#descriptor;
    this.#header = [];
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
}

/** Holds one block back: what ends behind it is said in its own header. */
export class BlockEncoder implements FrameEncoder {
  #held: Uint8Array = Buffer.alloc(0);
  #descriptor = 0;

  *encode(unit: Unit): Generator<Uint8Array> {
    switch (unit.kind) {
      case 'bytes':
        yield* this.#flush();
        for (let at = 0; at < unit.bytes.length; at += MAX_BLOCK_BYTES) {
          yield* this.#flush();
          this.#held = unit.bytes.subarray(at, at + MAX_BLOCK_BYTES);
        }
        // It outlives the unit that it is a part of.
        this.#held = Buffer.from(this.#held);
        return;
      case 'record-end':
        // A record of its own that is empty.
        if (this.#descriptor & endOfRecord) yield* this.#flush();
        this.#descriptor |= endOfRecord;
        return;
      case 'file-end':
        this.#descriptor |= endOfFile;
        yield* this.#flush();
        return;
      case 'marker':
        yield* this.#flush();
        yield* block(marker, Buffer.from(unit.text, 'latin1'));
    }
  }

  *#flush(): Generator<Uint8Array> {
    if (this.#held.length === 0 && this.#descriptor === 0) return;
    yield* block(this.#descriptor, this.#held);
    this.#held = Buffer.alloc(0);
    this.#descriptor = 0;
  }
}

function* block(descriptor: number, bytes: Uint8Array): Generator<Uint8Array> {
  yield Uint8Array.of(descriptor, bytes.length >> 8, bytes.length & 0xff);
  yield bytes;
}
