import type { Path } from '../../../base/path.ts';
import type { ByteRange } from '../../../base/range.ts';
import type { PartFile } from '../../local/part-file.ts';
import { PieceWriter } from '../../local/piece-writer.ts';
import type { RunningDigest } from '../../local/running-digest.ts';
import type { RemoteConnection } from '../../remote.ts';
import { throwIfInterrupted } from '../../retry.ts';
import { TransferFailure } from '../../transfer-failure.ts';
import type { Progress } from '../progress.ts';
import { OVERLAP_BYTES, readAfter } from './read-after.ts';

/** One download into a part file. */
export interface Fetching {
  readonly path: Path;
  /** Bytes of the whole, where the server tells. */
  readonly size: number | undefined;
  readonly part: PartFile;
  /** Hears of what comes. */
  readonly digest: RunningDigest | undefined;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Where a range began with nothing before it to compare: to be looked at in the end. In bytes. */
  readonly seams: Set<number>;
  /**
   * Makes it one that has nothing: for a server that begins at the beginning whatever it is told,
   * so that what it sends need not be asked for again. Not where several ranges are fetched at once.
   */
  readonly restart?: () => Promise<Fetching>;
}

/** How fetching a range has ended without a failure. */
export type Fetched =
  | 'done'
  /** The file is not the one that the part is of. */
  | 'changed'
  /** This server begins at the beginning, whatever it is told. */
  | 'no-offset';

/**
 * Fetches one range into the part. Whatever ends it, what came is on the disk and recorded.
 * @throws TransferFailure, also when the server ends it early and calls that success
 */
export async function fetchRange(
  fetching: Fetching,
  connection: RemoteConnection,
  range: ByteRange,
): Promise<Fetched> {
  const { path, size, part, progress, signal } = fetching;
  const { start } = range;
  const overlap = Math.min(start, OVERLAP_BYTES);
  const isKnown = part.have.has({ start: start - overlap, end: start });
  if (overlap > 0 && !isKnown) fetching.seams.add(start);
  await using opened = await readAfter({
    connection,
    path,
    offset: start,
    until: size !== undefined && range.end < size ? range.end : undefined,
    known: (known) => part.readExactly(known),
    overlap: isKnown ? overlap : 0,
    onCompared: (bytes) => progress.compared(bytes),
    signal,
  });
  switch (opened.kind) {
    case 'differs':
      return 'changed';
    case 'refused':
      return 'no-offset';
    case 'from-start': {
      const anew = await fetching.restart?.();
      return anew ? await receive(anew, { ...range, start: 0 }, opened.chunks) : 'no-offset';
    }
    case 'continues':
      return await receive(fetching, range, opened.chunks);
  }
}

async function receive(
  { part, size, digest, progress, signal }: Fetching,
  { start, end }: ByteRange,
  chunks: AsyncIterable<Buffer>,
): Promise<Fetched> {
  const writer = new PieceWriter(part, start);
  try {
    for await (const chunk of chunks) {
      const fitting = chunk.subarray(0, end - writer.at);
      if (fitting.length < chunk.length && end === size) return 'changed';
      digest?.feed(writer.at, fitting);
      await writer.write(fitting);
      progress.moved(fitting.length);
      throwIfInterrupted(signal);
      // The end of a file is confirmed by the server, the end of a range is not.
      if (writer.at === end && end !== size) break;
    }
  } finally {
    await writer.flush();
    await part.checkpoint();
  }
  if (size === undefined || writer.at === end) return 'done';
  throw new TransferFailure(
    'connection-lost',
    `The server ended it after ${writer.at} of ${size} bytes`,
  );
}
