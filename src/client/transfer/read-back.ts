import type { Path } from '../../base/path.ts';
import type { ByteRange } from '../../base/range.ts';
import type { RemoteConnection } from '../remote.ts';
import type { Progress } from './progress.ts';

/** Compares what the server has with what is here. */
export interface ReadBack {
  readonly connection: RemoteConnection;
  readonly path: Path;
  /** Bytes of the file here, in order. */
  readonly local: (range: ByteRange) => AsyncIterable<Buffer>;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/**
 * Fetches `range` from the server and compares it; `range.end` may be where its file ends, which
 * is then compared, too. @returns true if they are the same
 */
export async function isSame(
  { connection, path, local, progress, signal }: ReadBack,
  range: ByteRange,
  isEnd: boolean,
): Promise<boolean> {
  await using reader = await connection.read(
    path,
    range.start,
    signal,
    isEnd ? undefined : range.end,
  );
  const ours = local(range)[Symbol.asyncIterator]();
  let expected: Buffer = Buffer.alloc(0);
  let at = range.start;
  try {
    for await (const chunk of reader) {
      const wanted = chunk.subarray(0, range.end - at);
      if (isEnd && wanted.length < chunk.length) return false;
      for (let done = 0; done < wanted.length;) {
        if (expected.length === 0) {
          const next = await ours.next();
          if (next.done === true) return false;
          expected = next.value;
        }
        const length = Math.min(expected.length, wanted.length - done);
        if (!expected.subarray(0, length).equals(wanted.subarray(done, done + length))) {
          return false;
        }
        expected = expected.subarray(length);
        done += length;
      }
      at += wanted.length;
      progress.compared(wanted.length);
      progress.checked(at - range.start, range.end - range.start);
      if (at === range.end && !isEnd) break;
    }
  } finally {
    await ours.return?.();
  }
  return at === range.end;
}
