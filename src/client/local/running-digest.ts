import { createHash, type Hash } from 'node:crypto';
import { ALGORITHMS, type Algorithm, type Digest } from '../../base/digest.ts';
import { MiB } from '../../base/size.ts';

/** So far apart are the places to which it can go back without reading all anew, in bytes. */
const MARK_BYTES = 64 * MiB;

/** A hash as it was after so many bytes. */
interface Mark {
  readonly at: number;
  readonly hash: Hash;
}

/** The digest of a file that comes in order: bytes that come otherwise are left to be read later. */
export class RunningDigest {
  readonly algorithm: Algorithm;
  #hash: Hash;
  #at = 0;
  #marks: readonly Mark[] = [];

  constructor(algorithm: Algorithm) {
    this.algorithm = algorithm;
    this.#hash = createHash(ALGORITHMS[algorithm].openssl);
  }

  /** Bytes from the beginning that are in it. */
  get at(): number {
    return this.#at;
  }

  /** Hears of a chunk that stands at `offset`. What it has heard is skipped, a gap ignored. */
  feed(offset: number, chunk: Uint8Array): void {
    if (offset > this.#at || offset + chunk.length <= this.#at) return;
    const fresh = chunk.subarray(this.#at - offset);
    this.#hash.update(fresh);
    this.#at += fresh.length;
    if (this.#at - (this.#marks.at(-1)?.at ?? 0) < MARK_BYTES) return;
    this.#marks = [...this.#marks, { at: this.#at, hash: this.#hash.copy() }];
  }

  /** Goes back to a place at or before the first `length` bytes, to go on from there. */
  goBackTo(length: number): void {
    if (length >= this.#at) return;
    this.#marks = this.#marks.filter(({ at }) => at <= length);
    const mark = this.#marks.at(-1);
    this.#at = mark?.at ?? 0;
    this.#hash = mark?.hash.copy() ?? createHash(ALGORITHMS[this.algorithm].openssl);
  }

  /** The digest of the first `at` bytes; it may go on growing. */
  now(): Digest {
    return { algorithm: this.algorithm, hex: this.#hash.copy().digest('hex') };
  }
}
