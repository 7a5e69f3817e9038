import { layRows, type Paint } from './row.ts';
import { moreRow, rowOf, type Totals, totalRow } from './rows.ts';
import { cutMiddle } from './text.ts';
import type { TransferState } from './transfer-state.ts';

/** What a transfer is called on the screen, and how it is. */
export interface Shown {
  readonly name: string;
  readonly state: TransferState;
}

export interface PageSize {
  readonly columns: number;
  readonly rows: number;
}

/**
 * All lines of the page: one for each transfer that runs, as many as there is room for, and one for
 * all together if there is more than one.
 * @param now monotonic ms
 */
export function page(
  shown: readonly Shown[],
  totals: Totals,
  { columns, rows }: PageSize,
  now: number,
  paint: Paint,
): string[] {
  const isBatch = totals.files !== 1;
  // One line stays free, so that the page never scrolls away what stands above it.
  const room = Math.max(1, rows - 1 - (isBatch ? 1 : 0));
  const visible = shown.length > room ? shown.slice(0, Math.max(0, room - 1)) : shown;
  const lines = layRows(
    [
      ...visible.map(({ name, state }) => rowOf(name, state, now)),
      ...(isBatch ? [totalRow(totals, now)] : []),
    ],
    columns,
    Math.floor(now / 250),
    paint,
  );
  const hidden = shown.length - visible.length;
  if (hidden === 0) return lines;
  const more = paint('faint', cutMiddle(moreRow(hidden), columns - 1));
  return lines.toSpliced(visible.length, 0, more).slice(0, Math.max(1, rows - 1));
}
