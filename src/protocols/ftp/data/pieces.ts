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

/** Reads into a buffer that this only has from a piece's beginning until it is taken. */
export class ReadPieces implements Pieces {
  readonly mostBytes: number;
  readonly #read: (into: Uint8Array) => Soon<number>;
  readonly #pool: BufferPool;
  #buffer: Buffer | undefined;

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
    const bytes = Math.min(most, this.mostBytes);
    const buffer = (this.#buffer = this.#pool.take(bytes));
    const soon = this.#read(buffer.subarray(0, bytes));
    return typeof soon === 'number'
      ? this.#piece(buffer, soon)
      : soon.then((count) => this.#piece(buffer, count));
  }

  taken(): void {
    if (this.#buffer) this.#pool.give(this.#buffer);
    this.#buffer = undefined;
  }

  #piece(buffer: Buffer, count: number): Uint8Array | undefined {
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
