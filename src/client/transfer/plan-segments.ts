import type { ByteRange } from '../../base/range.ts';
import { MiB } from '../../base/size.ts';
import { PIECE_BYTES } from '../local/part-file.ts';

/** No segment is smaller: each costs a connection of its own. In bytes. */
const SMALLEST = 8 * MiB;

/** What is missing, in at most about `segments` ranges of about the same size, cut between pieces. */
export function planSegments(gaps: readonly ByteRange[], segments: number): readonly ByteRange[] {
  const missing = gaps.reduce((sum, { start, end }) => sum + end - start, 0);
  const share = Math.max(SMALLEST, Math.ceil(missing / segments));
  return gaps.flatMap(({ start, end }) => {
    const count = Math.max(1, Math.round((end - start) / share));
    const length = Math.ceil((end - start) / count / PIECE_BYTES) * PIECE_BYTES;
    const ranges: ByteRange[] = [];
    for (let at = start; at < end;) {
      // Behind the first one, all begin where a piece begins.
      const next = Math.min(end, Math.floor(at / PIECE_BYTES) * PIECE_BYTES + length);
      ranges.push({ start: at, end: next });
      at = next;
    }
    return ranges;
  });
}
