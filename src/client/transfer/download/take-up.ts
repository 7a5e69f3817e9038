import { sameDigest } from '../../../base/digest.ts';
import type { PartOrigin } from '../../local/journal.ts';
import { PIECE_BYTES, type PartFile } from '../../local/part-file.ts';
import type { RunningDigest } from '../../local/running-digest.ts';
import type { RemoteConnection } from '../../remote.ts';
import { throwIfInterrupted } from '../../retry.ts';
import { askDigest, strongest } from '../digests.ts';
import { digestOf } from '../local-digest.ts';
import type { DownloadOptions, Settled } from '../options.ts';
import type { Path } from '../../../base/path.ts';
import type { Progress } from '../progress.ts';
import { sameVersion } from '../version.ts';

export interface TakeUp {
  readonly connection: RemoteConnection;
  readonly path: Path;
  readonly part: PartFile;
  /** What is fetched now. */
  readonly origin: PartOrigin;
  /** Hears of what is read. */
  readonly digest: RunningDigest | undefined;
  readonly options: Settled<DownloadOptions>;
  readonly progress: Progress;
}

/**
 * Keeps of an earlier transfer's part what is known to be of this version of this file; the rest
 * is dropped. Afterwards the part has a journal, unless the file is too small to need one.
 */
export async function takeUp(wanted: TakeUp): Promise<void> {
  const { connection, part, origin, options } = wanted;
  const left = await part.find(
    (old) =>
      old.remote === origin.remote &&
      old.path === origin.path &&
      sameVersion(old, origin, connection.facts),
  );
  if (options.resume === 'never' || left.kind === 'nothing') {
    await part.begin(origin);
  } else if (left.kind === 'pieces') {
    await takePieces(wanted, left.pieces);
  } else if (await mayAdopt(wanted, left.bytes)) {
    await part.adopt(origin, left.bytes, options.signal);
  } else {
    await part.begin(origin);
  }
}

async function takePieces(
  { part, digest, options, progress }: TakeUp,
  pieces: Parameters<PartFile['takeUp']>[0],
): Promise<void> {
  const total = pieces.reduce((sum, { bytes }) => sum + bytes, 0);
  let read = 0;
  await part.takeUp(pieces, (at, bytes) => {
    throwIfInterrupted(options.signal);
    digest?.feed(at, bytes);
    read += bytes.length;
    progress.checked(read, total);
  });
}

/** A part of unknown make: the server proves it, or the user answers for it, or it is dropped. */
async function mayAdopt(wanted: TakeUp, length: number): Promise<boolean> {
  const { connection, path, part, origin, options, progress } = wanted;
  const { signal } = options;
  if (origin.size === undefined || length > origin.size) return false;
  if (options.resume === 'trust') return true;
  if (length < PIECE_BYTES) return false;
  const range = length === origin.size ? undefined : { start: 0, end: length };
  const theirs = await askDigest(connection, path, strongest(connection), range, signal);
  if (!theirs) return false;
  return sameDigest(theirs, await digestOf(part, theirs.algorithm, length, progress, signal));
}
