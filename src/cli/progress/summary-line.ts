import type { Summary } from './progress.ts';
import { counted, durationText, rateText, sizeText } from './text.ts';

/** A batch in one line: what has arrived, how it is proven, and what has not. */
export function summaryLine(summary: Summary): string {
  const { files, failed, untried, kept, skipped, wereThere, bytes, moved, milliseconds } = summary;
  const { same = 0, removed = 0 } = summary;
  const rate =
    milliseconds >= 500 && moved > 0 ? `, ${rateText((moved / milliseconds) * 1000)}` : '';
  const proofs = Object.entries(summary.proofs).map(([words, count]) => `${count} ${words}`);
  const rest = [
    [wereThere, 'there already'],
    [same, 'the same'],
    [removed, 'removed'],
    [kept, 'left as they were'],
    [skipped, 'left out'],
    [failed, 'failed'],
    [untried, 'not tried'],
  ] as const;
  const others = rest.filter(([count]) => count > 0).map(([count, words]) => `${count} ${words}`);
  const all = `${counted(files, 'file')}, ${sizeText(bytes)} in ${durationText(milliseconds)}${rate}`;
  return [[all, proofs.join(', ')].filter((part) => part !== '').join(': '), ...others].join('; ');
}
