import { createHash } from 'node:crypto';
import { ALGORITHMS, type Algorithm } from '../../base/digest.ts';
import type { Path } from '../../base/path.ts';
import { download } from '../../client/transfer/download/download.ts';
import type { TransferListener } from '../../client/transfer/outcome.ts';
import { engineOptions } from './engine-options.ts';
import type { ConnectionFlags, TransferFlags } from './flags.ts';
import type { Site } from './site.ts';

/** The digest of a remote file by reading all of it. @throws TransferFailure */
export async function readDigest(
  site: Site,
  path: Path,
  algorithm: Algorithm,
  flags: ConnectionFlags & TransferFlags,
  signal: AbortSignal,
  listener: TransferListener = () => {},
): Promise<string> {
  const hash = createHash(ALGORITHMS[algorithm].openssl);
  const sink = { write: (chunk: Buffer) => Promise.resolve(void hash.update(chunk)) };
  await download(site.pool, path, sink, engineOptions(flags, signal, { listener }));
  return hash.digest('hex');
}
