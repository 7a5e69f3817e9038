import type { ByteRange } from '../../../base/range.ts';
import type { ConnectionPool } from '../../pool.ts';
import type { RemoteConnection } from '../../remote.ts';
import { asTransferFailure } from '../../retry.ts';
import type { TransferFailure } from '../../transfer-failure.ts';
import { fetchRange, type Fetched, type Fetching } from './fetch-range.ts';

/**
 * Fetches ranges over the connection at hand and as many others as the pool can spare. What a
 * connection leaves when it breaks is taken over by the others.
 * @throws TransferFailure of the connection that broke last, if nobody was left to go on
 */
export async function fetchSegments(
  fetching: Fetching,
  pool: ConnectionPool,
  first: RemoteConnection,
  ranges: readonly ByteRange[],
): Promise<Fetched> {
  const stop = new AbortController();
  const signal = AbortSignal.any([fetching.signal, stop.signal]);
  const queue = [...ranges];
  const end: { result: Fetched; failure: TransferFailure | undefined } = {
    result: 'done',
    failure: undefined,
  };

  async function work(connection: RemoteConnection): Promise<void> {
    for (let range = queue.shift(); range; range = queue.shift()) {
      try {
        const result = await fetchRange({ ...fetching, signal }, connection, range);
        if (result === 'done') continue;
        end.result = result;
        stop.abort();
      } catch (error) {
        if (stop.signal.aborted) return;
        end.failure = asTransferFailure(error);
        queue.push(...fetching.part.have.missing(range));
        if (end.failure.retry === 'never') stop.abort();
        return;
      }
      if (stop.signal.aborted) return;
    }
  }

  async function helper(): Promise<void> {
    await using lease = await pool.spare(signal);
    if (lease) await work(lease.connection);
  }

  const helpers = ranges.slice(1).map(async () => {
    try {
      await helper();
    } catch (error) {
      // No further connection to be had: those that are there do the work.
      asTransferFailure(error);
    }
  });
  await work(first);
  await Promise.all(helpers);
  if (end.result !== 'done') return end.result;
  if (ranges.every((range) => fetching.part.have.has(range))) return 'done';
  throw end.failure ?? new Error('Segments ended without a reason');
}
