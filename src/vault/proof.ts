import type { Checksum } from '../base/digest.ts';
import { Failure } from '../base/failure.ts';
import type { Path } from '../base/path.ts';
import type { ByteRange } from '../base/range.ts';
import type { ReadableFile } from '../storage/store.ts';
import { statOrUndefined } from './target.ts';
import type { HomeParts } from './context.ts';
import { digestOfRange } from './digesting/digest-by-reading.ts';
import type { Digested } from './digested.ts';
import type { UploadRecord } from './upload-records.ts';

/** The digest of a file, or of a range of it: from its record, else by reading, and then recorded. */
export async function digestOfFile(
  parts: HomeParts,
  path: Path,
  file: ReadableFile,
  algorithm: Checksum,
  range: ByteRange | undefined,
  signal: AbortSignal | undefined,
): Promise<Digested> {
  const { digests, hashing, homeId } = parts;
  const { size, version } = file.entry;
  const end = Math.min(range?.end ?? size, size);
  const start = Math.min(range?.start ?? 0, end);
  const covered = { algorithm, range: { start, end } };
  const isWhole = start === 0 && end === size;
  const known = isWhole ? await digests.find(homeId, path, version, algorithm) : undefined;
  if (known !== undefined) return { ...covered, hex: known };
  const hex = await digestOfRange(algorithm, file, { start, end }, hashing, signal);
  const after = await statOrUndefined(parts, path);
  if (isWhole && after?.version === version) {
    await digests.record(homeId, path, version, algorithm, hex);
  }
  return { ...covered, hex };
}

/**
 * The digest of a range of what has come of an unfinished upload, for a sender that wants to know
 * whether it is the beginning of its file.
 * @throws Failure `offset-mismatch` if not all of the range is durable
 */
export async function digestOfStaged(
  parts: HomeParts,
  { id, offset }: UploadRecord,
  algorithm: Checksum,
  range: ByteRange,
  signal: AbortSignal | undefined,
): Promise<Digested> {
  if (range.end > offset) {
    throw new Failure('offset-mismatch', `Only ${offset} bytes of this upload are here`, {
      offset,
    });
  }
  if (algorithm === 'sha-256' && range.start === 0) {
    const proven = await parts.records.provenPrefix(id, range.end);
    if (proven?.offset === range.end) return { algorithm, range, hex: proven.sha256 };
  }
  await using file = await parts.tree.openStaged(id);
  const hex = await digestOfRange(algorithm, file, range, parts.hashing, signal);
  return { algorithm, range, hex };
}
