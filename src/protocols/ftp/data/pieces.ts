import type { Soon } from '../../../storage/store.ts';
import type { BufferPool } from './buffer-pool.ts';

/** What a data connection is to send, piece by piece. */
export interface Pieces {
  /** No piece is larger, whatever fits. */
  readonly mostBytes?: number;
  /**
   * The next piece, undefined at the end. It stays as it is until it is taken.
   * @param most bytes that fit into this turn, for those who can choose
   */
  next(most: number): Soon<Uint8Array | undefined>;
  /** The last piece is on its way, and nobody here needs it any more. */
  taken?(): void;
  /** Nothing more will be asked for, whether or not there is more. */
  close?(): Promise<void>;
}

interface Reading {
  readonly buffer: Buffer;
  /** The number of bytes that are in it then, 0 at the end. */
  readonly count: Soon<number>;
}

/**
 * Reads into a buffer that this only has from a piece's beginning until it is taken. Where a piece
 * had to be waited for, the next one is read while the peer takes it.
 */
export class ReadPieces implements Pieces {
  readonly mostBytes: number;
  readonly #read: (into: Uint8Array) => Soon<number>;
  readonly #pool: BufferPool;
  /** What the last piece is in. */
  #buffer: Buffer | undefined;
  #ahead: Reading | undefined;

  /**
   * @param read resolves to the number of bytes it put into the buffer, 0 at the end
   * @param mostBytes the largest piece, however much fits
   */
  constructor(read: (into: Uint8Array) => Soon<number>, mostBytes: number, pool: BufferPool) {
    this.#read = read;
    this.mostBytes = mostBytes;
    this.#pool = pool;
  }

  next(most: number): Soon<Uint8Array | undefined> {
    const { buffer, count } = this.#ahead ?? this.#begin(most);
    this.#ahead = undefined;
    if (typeof count === 'number') return this.#piece(buffer, count);
    return count.then((bytes) => {
      const piece = this.#piece(buffer, bytes);
      if (piece !== undefined) this.#readAhead(most);
      return piece;
    });
  }

  taken(): void {
    if (this.#buffer) this.#pool.give(this.#buffer);
    this.#buffer = undefined;
  }

  #begin(most: number): Reading {
    const bytes = Math.min(most, this.mostBytes);
    const buffer = this.#pool.take(bytes);
    return { buffer, count: this.#read(buffer.subarray(0, bytes)) };
  }

  #readAhead(most: number): void {
    this.#ahead = this.#begin(most);
    // Whoever asks for the piece hears of it, and perhaps nobody will.
    if (this.#ahead.count instanceof Promise) this.#ahead.count.catch(() => {});
  }

  #piece(buffer: Buffer, count: number): Uint8Array | undefined {
    this.#buffer = buffer;
    if (count > 0) return buffer.subarray(0, count);
    this.taken();
    return undefined;
  }
}

/** Pieces that are made one after the other, of whatever size they come. */
export function piecesOf(made: AsyncIterable<Uint8Array>): Pieces {
  const pieces = made[Symbol.asyncIterator]();
  return {
    next: async () => {
      const { done, value } = await pieces.next();
      return done === true ? undefined : value;
    },
    close: async () => void (await pieces.return?.()),
  };
}
