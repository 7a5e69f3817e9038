import { createCipheriv, createHash } from 'node:crypto';
import { MiB } from '../../src/base/size.ts';

/** Longer than any file here, so that no file repeats itself. */
const NOISE_BYTES = 32 * MiB;

/** Bytes between two beginnings in the noise: no two contents begin alike. */
const STRIDE = 4099;

/** Up to here, in bytes, contents may well be the same by chance. */
const SHORT = 16;

/** A piece of the noise; positions and lengths in bytes. */
interface Segment {
  readonly start: number;
  readonly length: number;
}

/**
 * One whole content of a file. It is made from pieces of one long noise, so that it costs nothing
 * to produce any part of it, and any byte of another content in it shows.
 */
export class Version {
  readonly length: number;
  /** The same for the same bytes. */
  readonly key: string;
  readonly #segments: readonly Segment[];
  #sha256: string | undefined;

  constructor(segments: readonly Segment[]) {
    this.#segments = segments.filter(({ length }) => length > 0);
    this.length = this.#segments.reduce((sum, { length }) => sum + length, 0);
    this.key =
      this.length <= SHORT
        ? `"${this.bytes().toString('hex')}"`
        : this.#segments.map(({ start, length }) => `${start}+${length}`).join(',');
  }

  /** The bytes from `from` to `to` (excluded), uncopied. */
  pieces(from = 0, to = this.length): Uint8Array[] {
    const pieces: Uint8Array[] = [];
    let at = 0;
    for (const { start, length } of this.#segments) {
      const first = Math.max(from, at) - at;
      const last = Math.min(to, at + length) - at;
      if (first < last) pieces.push(noise().subarray(start + first, start + last));
      at += length;
    }
    return pieces;
  }

  /** The same bytes as one buffer. */
  bytes(from = 0, to = this.length): Buffer {
    return Buffer.concat(this.pieces(from, to));
  }

  /** True if these bytes stand at `at` in it. */
  has(bytes: Uint8Array, at: number): boolean {
    if (at + bytes.length > this.length) return false;
    let done = 0;
    for (const piece of this.pieces(at, at + bytes.length)) {
      if (Buffer.compare(piece, bytes.subarray(done, done + piece.length)) !== 0) return false;
      done += piece.length;
    }
    return true;
  }

  /** The first `length` bytes of it as a content of their own. */
  first(length: number): Version {
    let left = length;
    const segments: Segment[] = [];
    for (const segment of this.#segments) {
      segments.push({ ...segment, length: Math.min(left, segment.length) });
      left -= Math.min(left, segment.length);
    }
    return new Version(segments);
  }

  /** It with all of another behind it. */
  followedBy(other: Version): Version {
    return new Version([...this.#segments, ...other.#segments]);
  }

  /** In hexadecimal. */
  get sha256(): string {
    if (this.#sha256 === undefined) {
      const hash = createHash('sha256');
      for (const piece of this.pieces()) hash.update(piece);
      this.#sha256 = hash.digest('hex');
    }
    return this.#sha256;
  }

  toString(): string {
    return `${this.length} bytes (${this.key})`;
  }
}

/** Makes contents that differ from all that it has made before. */
export class Versions {
  #made = 0;

  next(length: number): Version {
    this.#made += 1;
    return new Version([{ start: (this.#made * STRIDE) % (NOISE_BYTES / 2), length }]);
  }
}

let made: Buffer | undefined;

function noise(): Buffer {
  if (made === undefined) {
    const key = Buffer.from('a noise for all');
    const cipher = createCipheriv(
      'aes-128-ctr',
      Buffer.concat([key, Buffer.alloc(1)]),
      Buffer.alloc(16),
    );
    made = cipher.update(Buffer.alloc(NOISE_BYTES));
  }
  return made;
}
