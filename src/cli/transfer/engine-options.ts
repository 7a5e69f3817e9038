import type { DownloadOptions, UploadOptions } from '../../client/transfer/options.ts';
import type { ConnectionFlags, TransferFlags } from './flags.ts';

/** Who hears of a transfer. */
export type Hearing = Pick<DownloadOptions, 'listener' | 'onReleased'>;

/** What the flags mean for a transfer. */
export function engineOptions(
  flags: TransferFlags & ConnectionFlags,
  signal: AbortSignal,
  hear: Hearing,
): DownloadOptions & UploadOptions {
  const { resume, verify, requireVerify, overwrite, segments, inPlace, times, retries } = flags;
  return {
    signal,
    ...hear,
    ...(resume !== undefined && { resume }),
    ...(verify !== undefined && { verify }),
    ...(requireVerify !== undefined && { requireVerify }),
    // What is to be left alone is refused by the engine, and counted by the batch.
    ...(overwrite !== undefined && { overwrite: overwrite === 'replace' ? 'replace' : 'refuse' }),
    ...(segments !== undefined && { segments }),
    ...(inPlace !== undefined && { inPlace }),
    ...(times !== undefined && { setTimes: times }),
    ...(retries !== undefined && { retries }),
  };
}
