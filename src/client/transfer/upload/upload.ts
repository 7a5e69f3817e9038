import type { Path } from '../../../base/path.ts';
import { spool } from '../../local/spool.ts';
import type { ConnectionPool } from '../../pool.ts';
import { asTransferFailure, persist, throwIfInterrupted } from '../../retry.ts';
import { settle, type Settled, type UploadOptions } from '../options.ts';
import type { Outcome } from '../outcome.ts';
import { Progress } from '../progress.ts';
import { uploadAtOnce } from './at-once.ts';
import { InPlaceUpload } from './in-place.ts';
import { UploadSource } from './source.ts';
import { StagedUpload } from './staged.ts';

/**
 * Sends a local file. The remote name shows the old version until the new one is complete, and
 * proven as far as the server can prove it, on any server that stages uploads or can rename; the
 * same call continues after any interruption, also from another machine.
 * @param source a local path, or a stream: that is kept in a temporary file first, since a server
 *   that confirms nothing before the end would else be sent it once and never again
 * @throws TransferFailure
 */
export async function upload(
  pool: ConnectionPool,
  source: string | AsyncIterable<Uint8Array>,
  path: Path,
  options: UploadOptions = {},
): Promise<Outcome> {
  const settled = settle(options);
  if (typeof source === 'string') return uploadFile(pool, source, path, settled);
  await using spooled = await spoolOf(source, settled);
  return await uploadFile(pool, spooled.path, path, { ...settled, setTimes: false });
}

async function uploadFile(
  pool: ConnectionPool,
  local: string,
  path: Path,
  options: Settled<UploadOptions>,
): Promise<Outcome> {
  const { signal, clock, random, retries } = options;
  const progress = new Progress(options.listener);
  const source = new UploadSource(local, progress, signal);
  const parts = { pool, source, path, options, progress };
  const ways = { staged: new StagedUpload(parts), 'in-place': new InPlaceUpload(parts) };
  return persist(
    async (reached, number) => {
      progress.attempt(number);
      // A second time it is looked at closely.
      const isSimple = number === 1 && (options.isNew || options.bundling || options.listings);
      const outcome = isSimple && (await uploadAtOnce({ pool, local, path, options, progress }));
      if (outcome) return outcome;
      await using lease = await pool.lease(signal);
      const { connection } = lease;
      return await ways[connection.facts.uploads].attempt(connection, reached);
    },
    {
      budget: retries,
      clock,
      random,
      signal,
      onRetry: (event) => progress.retry(event),
    },
  );
}

async function spoolOf(source: AsyncIterable<Uint8Array>, options: Settled<UploadOptions>) {
  try {
    return await spool(source, options.spool ?? {}, options.signal);
  } catch (error) {
    throwIfInterrupted(options.signal);
    throw asTransferFailure(error);
  }
}
