import type { SourceFile } from '../../local/source-file.ts';
import type { RemoteConnection, Segments } from '../../remote.ts';
import { type Reached, throwIfInterrupted } from '../../retry.ts';
import type { TransferFailure } from '../../transfer-failure.ts';
import { planSegments } from '../plan-segments.ts';
import type { Anew } from '../rounds.ts';
import { sendSegments } from './send-segments.ts';
import type { UploadParts } from './upload-parts.ts';

export interface Segmented extends UploadParts {
  readonly connection: RemoteConnection;
  readonly segments: Segments;
  readonly file: SourceFile;
  readonly reached: Reached;
  /** Asked when something has to be sent. @throws TransferFailure if nothing is to be */
  readonly check: () => void;
}

/**
 * Sends what the server lacks of a file over several connections at once, until it lacks nothing:
 * then it has compared the whole with what was promised, and published it.
 * @returns why all has to be sent once more, where it has
 */
export async function sendSegmented(wanted: Segmented): Promise<'sent' | Anew> {
  const { pool, connection, segments, file, source, path, options, progress, reached } = wanted;
  const { signal, clock, random, retries } = options;
  const whole = await source.digest(file, 'sha-256', file.size);
  const sending = { pool, path, file, whole, progress, signal, clock, random, retries };
  let left = Number.POSITIVE_INFINITY;
  let isAllSent = false;
  for (;;) {
    const missing = await segments.missing(path, whole, file.size, signal);
    const bytes = missing.reduce((sum, { start, end }) => sum + end - start, 0);
    if (bytes === 0) return 'sent';
    wanted.check();
    // All of it had come, and the server has found that it is something else.
    if (isAllSent && bytes === file.size) return 'mismatch';
    progress.resumed(file.size - bytes);
    reached(file.size - bytes);
    progress.phase('transferring');
    const ranges = planSegments(missing, options.segments ?? 1);
    let failure: TransferFailure | undefined;
    try {
      failure = await sendSegments(sending, connection, ranges);
    } catch (error) {
      throwIfInterrupted(signal);
      if (await file.isUnchanged()) throw error;
    }
    if (!(await file.isUnchanged())) return 'changed';
    if (failure && bytes >= left) throw failure;
    left = bytes;
    isAllSent = failure === undefined;
    progress.phase(isAllSent ? 'verifying' : 'checking');
  }
}
