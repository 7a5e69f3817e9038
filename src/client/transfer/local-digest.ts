import type { Algorithm, Digest } from '../../base/digest.ts';
import type { ByteRange } from '../../base/range.ts';
import { RunningDigest } from '../local/running-digest.ts';
import type { Progress } from './progress.ts';

/** A local file, as far as it is read for a check. */
interface Readable {
  read(range: ByteRange, signal: AbortSignal): AsyncIterable<Buffer>;
}

/** Reads on until `digest` has the first `length` bytes in it; tells how far it is. */
export async function catchUp(
  digest: RunningDigest,
  file: Readable,
  length: number,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  for await (const chunk of file.read({ start: digest.at, end: length }, signal)) {
    digest.feed(digest.at, chunk);
    progress.checked(digest.at, length);
  }
}

/** The digest of the first `length` bytes, read for this. */
export async function digestOf(
  file: Readable,
  algorithm: Algorithm,
  length: number,
  progress: Progress,
  signal: AbortSignal,
): Promise<Digest> {
  const digest = new RunningDigest(algorithm);
  await catchUp(digest, file, length, progress, signal);
  return digest.now();
}
