import { describeProof } from '../../client/transfer/outcome.ts';
import type { Summary } from '../progress/progress.ts';
import type { BatchResult } from './batch.ts';

/**
 * A batch in numbers.
 * @param skipped what was left out though somebody might miss it
 */
export function summarize(result: BatchResult, skipped: number, milliseconds: number): Summary {
  const { outcomes, failures, kept, untried } = result;
  const proofs: Record<string, number> = {};
  for (const { proof } of outcomes) {
    const words = describeProof(proof);
    proofs[words] = (proofs[words] ?? 0) + 1;
  }
  const sum = (what: 'size' | 'moved' | 'resumed') =>
    outcomes.reduce((total, outcome) => total + outcome[what], 0);
  return {
    files: outcomes.length,
    failed: failures.length,
    untried,
    kept,
    skipped,
    wereThere: outcomes.filter(({ wasThere }) => wasThere).length,
    bytes: sum('size'),
    moved: sum('moved'),
    resumed: sum('resumed'),
    milliseconds,
    proofs,
  };
}
