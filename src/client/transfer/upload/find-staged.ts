import type { Digest } from '../../../base/digest.ts';
import { sameDigest } from '../../../base/digest.ts';
import type { SourceFile } from '../../local/source-file.ts';
import type { RemoteConnection, RemoteEntry } from '../../remote.ts';
import { troubled } from '../../transfer-failure.ts';
import { askDigest } from '../digests.ts';
import type { Proof } from '../outcome.ts';
import { compareWhole } from './prove.ts';
import type { UploadParts } from './upload-parts.ts';

/** Where an upload to a server that stages them begins. */
export type StagedStart =
  | { readonly kind: 'there'; readonly proof: Proof }
  | {
      readonly kind: 'from';
      /** Bytes that the server has, and that are ours, or will be refused at the end if they are not. */
      readonly offset: number;
      /** The server knows the digest of the whole, and publishes nothing else. */
      readonly isPromised: boolean;
    };

export interface FindStaged extends UploadParts {
  readonly connection: RemoteConnection;
  readonly file: SourceFile;
  /** What the server shows under that name, if it was asked. */
  readonly entry: RemoteEntry | undefined;
  /** The digest of the whole is to be told beforehand in any case. */
  readonly promises: boolean;
  /** What the server has is of no use. */
  readonly mustStart: boolean;
}

/**
 * Finds out what the server has of a file. Without a promise only an unfinished upload that shows
 * under its name can be found and proven, so a promise is made also of a large file where one
 * could be hidden behind an old version, or cannot be proven in another way.
 */
export async function findStaged(wanted: FindStaged): Promise<StagedStart> {
  const { connection, entry, file, path, options, mustStart } = wanted;
  if (options.resume === 'never') return from(0);
  const isOld = entry !== undefined && !entry.isUnfinished;
  // Also where the confirmation of our own last attempt was lost.
  if (isOld && entry.size === file.size) {
    const verdict = await compareWhole(wanted, connection, path, file);
    if (verdict.is === 'ours') return { kind: 'there', proof: verdict.proof };
  }
  const shown = entry?.isUnfinished && !mustStart ? (entry.size ?? 0) : 0;
  const proven = await provenPrefix(wanted, shown);
  const isWorthIt = wanted.promises || isOld || proven === undefined;
  const start =
    connection.facts.takesPromises && isWorthIt
      ? await promised(wanted, proven ?? shown)
      : undefined;
  return start ?? from(proven ?? (options.resume === 'trust' ? shown : 0));
}

function from(offset: number): StagedStart {
  return { kind: 'from', offset, isPromised: false };
}

/** How much of what the server shows is ours; undefined if that cannot be told. */
async function provenPrefix(wanted: FindStaged, shown: number): Promise<number | undefined> {
  const { connection, file, path, source, options } = wanted;
  if (shown === 0 || shown > file.size) return 0;
  const range = { start: 0, end: shown };
  const theirs = await askDigest(connection, path, 'sha-256', range, options.signal);
  if (!theirs) return undefined;
  return sameDigest(theirs, await source.digest(file, 'sha-256', shown)) ? shown : 0;
}

/** Tells the server the whole. Undefined if this account may not do that. */
async function promised(wanted: FindStaged, shown: number): Promise<StagedStart | undefined> {
  const { connection, file, path, source, options, mustStart } = wanted;
  const whole = await source.digest(file, 'sha-256', file.size);
  let held: number;
  try {
    held = await connection.promise(path, whole, file.size, options.signal);
  } catch (error) {
    if (connection.isUsable && troubled(error, 'refused', 'unsupported')) return undefined;
    throw error;
  }
  const there = held === file.size && (await isThere(wanted, whole));
  if (there) return { kind: 'there', proof: { kind: 'digest', algorithm: 'sha-256' } };
  // It may have all bytes of an upload that was not completed: the last one, sent again, does that.
  const skipped = mustStart ? 0 : held || shown;
  const offset = Math.min(skipped, Math.max(0, file.size - 1));
  return { kind: 'from', offset, isPromised: true };
}

async function isThere({ connection, path, options }: FindStaged, whole: Digest): Promise<boolean> {
  const theirs = await askDigest(connection, path, 'sha-256', undefined, options.signal);
  if (!theirs || !sameDigest(theirs, whole)) return false;
  const entry = await connection.stat(path, options.signal);
  return entry !== undefined && !entry.isUnfinished;
}
