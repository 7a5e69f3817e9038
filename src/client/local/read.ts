import type { FileHandle } from 'node:fs/promises';
import type { ByteRange } from '../../base/range.ts';
import { MiB } from '../../base/size.ts';
import { throwIfInterrupted } from '../retry.ts';

/** How much is read at a time, in bytes. */
const CHUNK_BYTES = MiB;

/**
 * The bytes of a file from `start` to `end`, or to where it ends before. The next chunk is read
 * while the last one is worked on; each is a buffer of its own and may be kept.
 */
export async function* readRange(
  file: FileHandle,
  { start, end }: ByteRange,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  let at = start;
  let next = readChunk(file, at, end);
  try {
    while (at < end) {
      throwIfInterrupted(signal);
      const chunk = await next;
      if (chunk.length === 0) return;
      at += chunk.length;
      if (at < end) next = readChunk(file, at, end);
      yield chunk;
    }
  } finally {
    // The file is closed soon; a read that nobody waits for any more is over first.
    await next.catch(() => {});
  }
}

/** Exactly these bytes, or as many as there are. */
export async function readExactly(file: FileHandle, { start, end }: ByteRange): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(end - start);
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, start + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

async function readChunk(file: FileHandle, at: number, end: number): Promise<Buffer> {
  const length = Math.min(CHUNK_BYTES, end - at);
  if (length <= 0) return Buffer.alloc(0);
  // Not from the pool: a chunk of it would keep its neighbours in memory.
  const buffer = Buffer.allocUnsafeSlow(length);
  const { bytesRead } = await file.read(buffer, 0, length, at);
  return buffer.subarray(0, bytesRead);
}
