import { KiB, MiB } from '../../../base/size.ts';
import { sameDigest } from '../../../base/digest.ts';
import type { Path } from '../../../base/path.ts';
import type { ByteRange } from '../../../base/range.ts';
import type { SourceFile } from '../../local/source-file.ts';
import type { RemoteConnection } from '../../remote.ts';
import { pause } from '../../retry.ts';
import { TransferFailure, troubled } from '../../transfer-failure.ts';
import { askDigest, strongest } from '../digests.ts';
import { isSame } from '../read-back.ts';
import type { UploadParts } from './upload-parts.ts';

/** Between two looks at a size that may still be growing, in milliseconds. */
const SETTLE_MS = 2000;

/** After so many looks it is somebody who writes now, not what an ended connection left to be written. */
const LOOKS = 5;

const LAST_BYTES = MiB;
const SAMPLE_BYTES = 64 * KiB;
const SAMPLES = 3;

/** What there is under a partial name. */
export type Partial =
  | { readonly kind: 'absent' }
  /** The first `offset` bytes of our file. */
  | { readonly kind: 'ours'; readonly offset: number }
  /** It is not ours, or nobody can say that it is. */
  | { readonly kind: 'useless' }
  /** Somebody writes there now. */
  | { readonly kind: 'busy' };

export interface FindPartial extends UploadParts {
  readonly connection: RemoteConnection;
  readonly file: SourceFile;
  readonly partial: Path;
  /**
   * False once the beginning has been sampled, what follows having been sent by this upload itself;
   * and on a server that was seen to drop the connection when a download is ended early.
   */
  readonly samples: { areWanted: boolean };
}

/** Finds out what of the file the server has under a name, and proves it before it is extended. */
export async function findPartial(wanted: FindPartial): Promise<Partial> {
  const { file, options } = wanted;
  const size = await settledSize(wanted);
  if (typeof size !== 'number') return { kind: size };
  if (options.resume === 'never' || size > file.size) return { kind: 'useless' };
  const isOurs = size === 0 || (await isPrefix(wanted, size));
  return isOurs ? { kind: 'ours', offset: size } : { kind: 'useless' };
}

/** A connection that was lost may have left bytes that the server is still writing. */
async function settledSize(wanted: FindPartial): Promise<number | 'absent' | 'useless' | 'busy'> {
  const { connection, partial, options } = wanted;
  const { signal, clock } = options;
  let size = await sizeOf(connection, partial, signal);
  for (let look = 1; look < LOOKS && typeof size === 'number'; look += 1) {
    await pause(clock, SETTLE_MS, signal);
    const before = size;
    size = await sizeOf(connection, partial, signal);
    if (size === before) return size;
  }
  return typeof size === 'number' ? 'busy' : size;
}

async function sizeOf(
  connection: RemoteConnection,
  partial: Path,
  signal: AbortSignal,
): Promise<number | 'absent' | 'useless'> {
  const entry = await connection.stat(partial, signal);
  return entry ? (entry.size ?? 'useless') : 'absent';
}

async function isPrefix(wanted: FindPartial, length: number): Promise<boolean> {
  const { connection, partial, file, source, options } = wanted;
  const algorithm = strongest(connection);
  const theirs = await askDigest(connection, partial, algorithm, undefined, options.signal);
  if (theirs) return sameDigest(theirs, await source.digest(file, theirs.algorithm, length));
  if (options.resume === 'trust') return true;
  try {
    return await isPrefixRead(wanted, length);
  } catch (error) {
    if (connection.isUsable && troubled(error, 'refused', 'unsupported', 'offset-refused')) {
      return false;
    }
    throw error;
  }
}

/** Fetches the last MiB, and some of what is before; for `full`, or where it has to, everything. */
async function isPrefixRead(wanted: FindPartial, length: number): Promise<boolean> {
  const { connection, partial: path, file, options, progress, samples } = wanted;
  const { signal } = options;
  const local = (range: ByteRange) => file.read(range, signal);
  const readBack = { connection, path, local, progress, signal };
  const readsAll = options.verify === 'full' || !connection.facts.readsFromOffset;
  const start = readsAll ? 0 : Math.max(0, length - LAST_BYTES);
  if (!(await isSame(readBack, { start, end: length }, true))) return false;
  for (let index = 0; index < SAMPLES && samples.areWanted; index += 1) {
    const from = Math.floor((start * index) / SAMPLES);
    const end = Math.min(start, from + SAMPLE_BYTES);
    if (from >= end) break;
    if (!(await isSame(readBack, { start: from, end }, false))) return false;
    samples.areWanted = connection.isUsable;
  }
  samples.areWanted = false;
  if (connection.isUsable) return true;
  throw new TransferFailure('connection-lost', 'The server ended the connection after a sample');
}
