import { Failure } from '../../base/failure.ts';
import type { Outcome } from '../../client/transfer/outcome.ts';
import { runSeveral } from '../../client/transfer/several.ts';
import { asTransferFailure } from '../../client/retry.ts';
import { TransferFailure, type Trouble } from '../../client/transfer-failure.ts';
import { Ended, EXIT, exitOf } from '../exit-codes.ts';
import type { Title } from '../progress/progress.ts';
import type { Hearing } from './engine-options.ts';
import type { Job } from './job.ts';

/** One file to be transferred. */
export interface Transfer {
  readonly title: Title;
  /** Bytes, where known. */
  readonly size: number | undefined;
  readonly run: (hear: Hearing) => Promise<Outcome>;
}

/** What has become of a batch. */
export interface BatchResult {
  readonly outcomes: readonly Outcome[];
  readonly failures: readonly TransferFailure[];
  /** Files that were there and were to be left alone. */
  readonly kept: number;
  /** Files that were not tried, since what stopped one would have stopped them. */
  readonly untried: number;
}

/** What stops all others as well. */
const FATAL: ReadonlySet<Trouble> = new Set([
  'interrupted',
  'login-refused',
  'certificate-refused',
  'no-room',
  'gave-up',
]);

/**
 * Runs transfers, several at once, each with its line of progress. One that fails does not stop the
 * others, unless it has failed of what they would fail of as well.
 * @param files all files there will be, those of other batches of this command included
 * @throws TransferFailure `interrupted`; what is a mistake of ours
 */
export async function runBatch(
  transfers: readonly Transfer[],
  job: Job,
  { parallel, keepsExisting }: { readonly parallel: number; readonly keepsExisting: boolean },
): Promise<BatchResult> {
  const outcomes: Outcome[] = [];
  const failures: TransferFailure[] = [];
  let kept = 0;
  let fatal: TransferFailure | undefined;
  job.progress.expect(transfers.length, totalSize(transfers));
  const carryOut = async ({ title, run }: Transfer, onReleased: () => void) => {
    const track = job.progress.begin(title);
    try {
      const outcome = await run({ listener: track.listen, onReleased });
      outcomes.push(outcome);
      track.end({ kind: 'done', outcome });
    } catch (error) {
      const failure = asFailure(error);
      const isKept = keepsExisting && failure.code === 'already-exists';
      track.end(isKept ? { kind: 'kept' } : { kind: 'failed', failure });
      if (isKept) kept += 1;
      else failures.push(failure);
      if (FATAL.has(failure.code)) fatal ??= failure;
    }
  };
  await runSeveral(transfers, parallel, carryOut, () => fatal !== undefined);
  if (fatal?.code === 'interrupted') throw fatal;
  const untried = transfers.length - outcomes.length - failures.length - kept;
  return { outcomes, failures, kept, untried };
}

/**
 * Ends a command as its batch has ended.
 * @param isBatch true if many files were meant, even if it was only one in the end
 * @throws TransferFailure the only one, if one file was meant; Ended (23) if some have failed
 */
export function concludeBatch(result: BatchResult, isBatch: boolean): void {
  const { failures, outcomes, untried } = result;
  const [first] = failures;
  if (!first) return;
  // Its line has been said already.
  if (!isBatch || (untried > 0 && outcomes.length === 0)) throw new Ended(exitOf(first));
  const more = untried > 0 ? [`${untried} files were not tried: ${first.message}`] : [];
  throw new Ended(EXIT.someFailed, more);
}

function totalSize(transfers: readonly Transfer[]): number | undefined {
  let sum = 0;
  for (const { size } of transfers) {
    if (size === undefined) return undefined;
    sum += size;
  }
  return sum;
}

/** Names that are refused are failures of one file like any other. */
function asFailure(error: unknown): TransferFailure {
  if (!(error instanceof Failure)) return asTransferFailure(error);
  return new TransferFailure('refused', error.message, { cause: error });
}
