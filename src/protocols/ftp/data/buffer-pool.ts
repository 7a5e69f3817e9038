import { KiB, MiB } from '../../../base/size.ts';

const SIZES = [64 * KiB, 256 * KiB, MiB] as const;

/** What is kept of each size for those who come next. */
const KEPT_BYTES = 2 * MiB;

/**
 * Buffers that transfers take in turns. The one that was used last is still in the processor's
 * cache, and who waits for a slow peer holds no more than what the peer is to take.
 */
export class BufferPool {
  readonly #free = SIZES.map((bytes) => ({ bytes, buffers: [] as Buffer[] }));

  /** @returns a buffer of at least so many bytes, whatever is in it */
  take(bytes: number): Buffer {
    const size = this.#free.find((each) => each.bytes >= bytes);
    return size?.buffers.pop() ?? Buffer.allocUnsafeSlow(size?.bytes ?? bytes);
  }

  /** @param buffer from {@link take}, whole, and used by nobody any more */
  give(buffer: Buffer): void {
    const size = this.#free.find((each) => each.bytes === buffer.length);
    if (size && size.buffers.length * size.bytes < KEPT_BYTES) size.buffers.push(buffer);
  }
}
