import type { Path } from '../../base/path.ts';
import type { RemoteConnection, RemoteEntry, RemoteFacts } from '../remote.ts';
import { TransferFailure } from '../transfer-failure.ts';

/** What is known of one version of a remote file: R in the design. Never a proof, a sign of change. */
export interface RemoteVersion {
  /** Bytes. */
  readonly size: number | undefined;
  /** Milliseconds since 1970. */
  readonly modified: number | undefined;
  readonly identity: string | undefined;
}

/** Servers that do not list exactly may say another time for the same file, off by this many ms. */
const TIME_SLACK = 2000;

/** The file's version as it is now. @throws TransferFailure `not-found`, `refused` for what is no file */
export async function askVersion(
  connection: RemoteConnection,
  path: Path,
  signal: AbortSignal,
): Promise<RemoteVersion> {
  const entry = await connection.stat(path, signal);
  if (!entry) throw new TransferFailure('not-found', `${path} is not there`);
  return versionOf(entry, path);
}

function versionOf(entry: RemoteEntry, path: Path): RemoteVersion {
  const { kind, isUnfinished, size, modified, identity } = entry;
  if (kind !== 'file') throw new TransferFailure('refused', `${path} is not a file`);
  if (isUnfinished) {
    throw new TransferFailure('refused', `${path} has not been uploaded completely`);
  }
  return { size, modified, identity };
}

/** False if the file is certainly another than it was. */
export function sameVersion(one: RemoteVersion, other: RemoteVersion, facts: RemoteFacts): boolean {
  if (one.size !== other.size || one.identity !== other.identity) return false;
  if (one.modified === undefined || other.modified === undefined) {
    return one.modified === other.modified;
  }
  const slack = facts.listsExactly ? 0 : TIME_SLACK;
  return Math.abs(one.modified - other.modified) <= slack;
}
