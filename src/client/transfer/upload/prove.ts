import { sameDigest } from '../../../base/digest.ts';
import type { Path } from '../../../base/path.ts';
import type { SourceFile } from '../../local/source-file.ts';
import type { RemoteConnection } from '../../remote.ts';
import { troubled } from '../../transfer-failure.ts';
import { askDigest, strongest } from '../digests.ts';
import type { Proof } from '../outcome.ts';
import { isSame } from '../read-back.ts';
import type { UploadParts } from './upload-parts.ts';

/** What a server says of bytes that it has: that they are ours, that they are not, or nothing. */
export type Verdict =
  | { readonly is: 'ours'; readonly proof: Proof }
  | { readonly is: 'other' | 'unknown' };

/** Whether all of a remote file is all of the local one, by digest. */
export async function compareWhole(
  { source, options }: UploadParts,
  connection: RemoteConnection,
  path: Path,
  file: SourceFile,
): Promise<Verdict> {
  const { signal, verify } = options;
  const algorithm = verify === 'size' ? undefined : strongest(connection);
  const theirs = await askDigest(connection, path, algorithm, undefined, signal);
  if (!theirs) return { is: 'unknown' };
  // Once more from the disk, if the user wants it so: the file, not what was read of it.
  if (verify === 'full') source.running(theirs.algorithm).goBackTo(0);
  const ours = await source.digest(file, theirs.algorithm, file.size);
  return sameDigest(ours, theirs)
    ? { is: 'ours', proof: { kind: 'digest', algorithm: ours.algorithm } }
    : { is: 'other' };
}

/** Whether all of a remote file is all of the local one, by fetching it. */
export async function readBackWhole(
  { options, progress }: UploadParts,
  connection: RemoteConnection,
  path: Path,
  file: SourceFile,
): Promise<Verdict> {
  const { signal } = options;
  const readBack = {
    connection,
    path,
    local: (range: { start: number; end: number }) => file.read(range, signal),
    progress,
    signal,
  };
  try {
    const same = await isSame(readBack, { start: 0, end: file.size }, true);
    return same ? { is: 'ours', proof: { kind: 'read-back' } } : { is: 'other' };
  } catch (error) {
    if (connection.isUsable && troubled(error, 'refused', 'unsupported')) return { is: 'unknown' };
    throw error;
  }
}
