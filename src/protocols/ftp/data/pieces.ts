import { KiB } from '../../../base/size.ts';
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

/** A piece at least this large is worth a thread that reads the next one. */
const LEAST_BESIDE_BYTES = 256 * KiB;

export interface ReadPiecesOptions {
  /**
   * Resolves to the number of bytes it put into the buffer, 0 at the end.
   * @param beside it is to be done while the peer takes what came before
   */
  readonly read: (into: Uint8Array, beside: boolean) => Soon<number>;
  /** The largest piece, however much fits. */
  readonly mostBytes: number;
  readonly pool: BufferPool;
  /** To send a piece is work for this thread as well: another one is to read large ones. */
  readonly beside: boolean;
}

interface Reading {
  /** The part of the buffer that is asked for. */
  readonly into: Uint8Array;
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
  readonly #read: ReadPiecesOptions['read'];
  readonly #pool: BufferPool;
  readonly #beside: boolean;
  /** What the last piece is in. */
  #buffer: Buffer | undefined;
  #ahead: Reading | undefined;

  constructor({ read, mostBytes, pool, beside }: ReadPiecesOptions) {
    this.#read = read;
    this.mostBytes = mostBytes;
    this.#pool = pool;
    this.#beside = beside;
  }

  next(most: number): Soon<Uint8Array | undefined> {
    const { into, buffer, count } = this.#ahead ?? this.#begin(most, false);
    this.#ahead = undefined;
    const isBeside = this.#beside && most >= LEAST_BESIDE_BYTES;
    const piece = (bytes: number, readsAhead: boolean): Uint8Array | undefined => {
      this.#buffer = buffer;
      if (bytes === 0) {
        this.taken();
        return undefined;
      }
      // Less than was asked for is the end.
      if (readsAhead && bytes === into.length) this.#readAhead(most, isBeside);
      return into.subarray(0, bytes);
    };
    return typeof count === 'number'
      ? piece(count, isBeside)
      : count.then((bytes) => piece(bytes, true));
  }

  taken(): void {
    if (this.#buffer) this.#pool.give(this.#buffer);
    this.#buffer = undefined;
  }

  #begin(most: number, beside: boolean): Reading {
    const bytes = Math.min(most, this.mostBytes);
    const buffer = this.#pool.take(bytes);
    const into = buffer.subarray(0, bytes);
    return { into, buffer, count: this.#read(into, beside) };
  }

  #readAhead(most: number, beside: boolean): void {
    this.#ahead = this.#begin(most, beside);
    // Whoever asks for the piece hears of it, and perhaps nobody will.
    if (this.#ahead.count instanceof Promise) this.#ahead.count.catch(() => {});
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
