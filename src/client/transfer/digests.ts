import type { Algorithm, Digest } from '../../base/digest.ts';
import type { Path } from '../../base/path.ts';
import type { ByteRange } from '../../base/range.ts';
import type { RemoteConnection } from '../remote.ts';
import { troubled } from '../transfer-failure.ts';

/** The strongest algorithm that this server tells digests in. */
export function strongest(connection: RemoteConnection): Algorithm | undefined {
  return connection.facts.digests[0];
}

/**
 * What the server says of a file, or of a part of it. A server that will not say is one that
 * cannot: undefined. Also where an account may write and not read.
 */
export async function askDigest(
  connection: RemoteConnection,
  path: Path,
  algorithm: Algorithm | undefined,
  range: ByteRange | undefined,
  signal: AbortSignal,
): Promise<Digest | undefined> {
  if (algorithm === undefined || (range && !connection.facts.digestsRanges)) return undefined;
  try {
    return await connection.digest(path, algorithm, range, signal);
  } catch (error) {
    if (connection.isUsable && troubled(error, 'refused', 'unsupported', 'busy', 'not-found')) {
      return undefined;
    }
    throw error;
  }
}
