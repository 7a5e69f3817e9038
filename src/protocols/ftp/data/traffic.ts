import { KiB } from '../../../base/size.ts';
import { BufferPool } from './buffer-pool.ts';
import { LoopTurns } from './loop-turns.ts';

/** The size of a buffer while at most so many transfers run; of the smallest beyond. */
const SIZES = [
  { running: 4, bytes: Number.POSITIVE_INFINITY },
  { running: 16, bytes: 256 * KiB },
] as const;
const LEAST_BYTES = 64 * KiB;

/**
 * The same for what comes: a batch is a write into a file, and smaller ones are more calls than
 * bytes; but those of several uploads can fall into one turn of the event loop, and others wait.
 */
const GATHER_SIZES = [
  { running: 1, bytes: Number.POSITIVE_INFINITY },
  { running: 64, bytes: 256 * KiB },
] as const;

/**
 * Counts the transfers that run. Large buffers are fastest for a few transfers, small ones for
 * many, because together they have to fit into the processor's cache.
 */
export class Traffic {
  /** Of those who send. */
  readonly turns = new LoopTurns();
  readonly buffers = new BufferPool();
  #running = 0;
  readonly largestBytes: number;

  constructor(largestBytes: number) {
    this.largestBytes = largestBytes;
  }

  get running(): number {
    return this.#running;
  }

  /** Counts one transfer until it is disposed of. */
  enter(): Disposable {
    this.#running += 1;
    return { [Symbol.dispose]: () => (this.#running -= 1) };
  }

  /** The size of a buffer for one more transfer, which has at most `expected` bytes to move. */
  bufferBytes(expected = Number.POSITIVE_INFINITY): number {
    return Math.max(1, Math.min(this.#fitting(SIZES), expected));
  }

  /** How much is gathered for one write of one more transfer, at most. */
  gatherBytes(most: number): number {
    return Math.max(1, Math.min(this.#fitting(GATHER_SIZES), most));
  }

  #fitting(sizes: typeof SIZES | typeof GATHER_SIZES): number {
    const fits = sizes.find(({ running }) => this.#running <= running);
    return Math.min(this.largestBytes, fits?.bytes ?? LEAST_BYTES);
  }
}
