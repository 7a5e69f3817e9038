import type { Path } from '../../../base/path.ts';
import type { ConnectionPool } from '../../pool.ts';
import { persist } from '../../retry.ts';
import { downloadAtOnce } from './at-once.ts';
import { ToFile } from './to-file.ts';
import { type Sink, ToSink } from './to-sink.ts';
import { settle, type DownloadOptions } from '../options.ts';
import type { Outcome } from '../outcome.ts';
import { Progress } from '../progress.ts';

/**
 * Fetches a remote file. A file at `target` appears when it is whole, proven as far as the server
 * can prove it, and durable; until then the old one stays. What has come stands in `target.part`,
 * so that the same call continues after any interruption. A sink is given the bytes in order and
 * survives lost connections, but not the end of this process.
 * @param target a local path, or what takes the bytes
 * @throws TransferFailure
 */
export async function download(
  pool: ConnectionPool,
  path: Path,
  target: string | Sink,
  options: DownloadOptions = {},
): Promise<Outcome> {
  const settled = settle(options);
  const { signal, clock, random, retries } = settled;
  const progress = new Progress(settled.listener);
  const parts = { pool, path, options: settled, progress };
  await using work =
    typeof target === 'string'
      ? new ToFile({ ...parts, target })
      : new ToSink({ ...parts, sink: target });
  return await persist(
    async (reached, number) => {
      progress.attempt(number);
      // A second time it is looked at closely.
      const isSimple = number === 1 && typeof target === 'string' && settled.listed;
      const outcome = isSimple && (await downloadAtOnce({ ...parts, target }));
      if (outcome) return outcome;
      await using lease = await pool.lease(signal);
      return await work.attempt(lease.connection, reached);
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
