import { describeProof, type Outcome } from '../../client/transfer/outcome.ts';
import { printable } from '../../telemetry/printable.ts';
import type { Ending, Title } from './progress.ts';
import { durationText, rateText, sizeText } from './text.ts';

/** An end that there is something to say about. */
export type Ended = Exclude<Ending, { readonly kind: 'over' }>;

/** What is said of a transfer when it has ended: one line. */
export function endingLine({ name }: Title, ending: Ended, milliseconds: number): string {
  const shown = printable(name);
  if (ending.kind === 'failed') return `${shown}: ${printable(ending.failure.message)}`;
  if (ending.kind === 'kept') return `${shown}  was there, and was left as it is`;
  const { outcome } = ending;
  const words = outcome.wasThere
    ? ['was there already', describeProof(outcome.proof)]
    : movedWords(outcome, milliseconds);
  return `${shown}  ${sizeText(outcome.size)}  ${words.join(', ')}`;
}

function movedWords({ moved, resumed, attempts, proof }: Outcome, milliseconds: number): string[] {
  // Whatever took less than this took no time that a rate could be told from.
  const isMeasured = milliseconds >= 500 && moved > 0;
  const rate = rateText(Math.round((moved / milliseconds) * 1000));
  return [
    ...(isMeasured ? [`in ${durationText(milliseconds)}`, rate] : []),
    ...(resumed > 0 ? [`${sizeText(resumed)} resumed`] : []),
    ...(attempts > 1 ? [`${attempts} attempts`] : []),
    describeProof(proof),
  ];
}
