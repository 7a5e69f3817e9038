import type { Checksum } from '../../base/digest.ts';
import { Failure } from '../../base/failure.ts';
import type { ByteRange } from '../../base/range.ts';
import { MiB } from '../../base/size.ts';
import type { Soon } from '../../storage/store.ts';
import type { HashThread } from './hash-thread.ts';
import { startHash } from './start-hash.ts';

/** Bytes that can be read at any position, also by another thread if there is a descriptor. */
export interface Readable {
  readonly descriptor: number | undefined;
  read(into: Uint8Array, position: number): Soon<number>;
}

/** The digest of a range of a file, read here, a buffer at a time. */
export async function digestByReading(
  algorithm: Checksum,
  file: Readable,
  range: ByteRange,
  signal?: AbortSignal,
): Promise<string> {
  const hash = startHash(algorithm);
  const buffer = Buffer.allocUnsafe(Math.min(MiB, range.end - range.start));
  for (let position = range.start; position < range.end;) {
    signal?.throwIfAborted();
    const wanted = buffer.subarray(0, Math.min(buffer.length, range.end - position));
    const got = await file.read(wanted, position);
    if (got === 0) throw new Failure('storage-failed', 'The file has become shorter meanwhile');
    hash.update(wanted.subarray(0, got));
    position += got;
  }
  return hash.hexSoFar();
}

/** Up to here reading takes less than waiting for the thread, which may be at a large file. */
const SMALL_BYTES = MiB;

/** The same, by the thread that hashes where that is worth it. Stops when `signal` is aborted. */
export async function digestOfRange(
  algorithm: Checksum,
  file: Readable,
  range: ByteRange,
  thread: HashThread,
  signal?: AbortSignal,
): Promise<string> {
  const isSmall = range.end - range.start <= SMALL_BYTES;
  if (isSmall || file.descriptor === undefined) {
    return digestByReading(algorithm, file, range, signal);
  }
  const followed = thread.follow(algorithm, file.descriptor, range.start);
  const stop = () => void followed.close();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    signal?.throwIfAborted();
    return await followed.digestAt(range.end);
  } catch (error) {
    throw signal?.aborted ? signal.reason : error;
  } finally {
    signal?.removeEventListener('abort', stop);
    await followed.close();
  }
}
