import type { ByteRange } from './range.ts';

/** A set of bytes of one file, as ranges that neither touch nor overlap. */
export class Ranges {
  #ranges: readonly ByteRange[] = [];

  add(range: ByteRange): void {
    if (range.start >= range.end) return;
    let { start, end } = range;
    const apart = this.#ranges.filter((other) => {
      if (other.end < start || other.start > end) return true;
      start = Math.min(start, other.start);
      end = Math.max(end, other.end);
      return false;
    });
    this.#ranges = [...apart, { start, end }].toSorted((one, other) => one.start - other.start);
  }

  /** In order. */
  get all(): readonly ByteRange[] {
    return this.#ranges;
  }

  /** Bytes in all of them. */
  get bytes(): number {
    return this.#ranges.reduce((sum, { start, end }) => sum + end - start, 0);
  }

  /** Where the range that begins with byte 0 ends; 0 if there is none. */
  get prefix(): number {
    const [first] = this.#ranges;
    return first?.start === 0 ? first.end : 0;
  }

  /** Where the last one ends; 0 if there is none. */
  get end(): number {
    return this.#ranges.at(-1)?.end ?? 0;
  }

  /** True if all of these bytes are in it. */
  has(range: ByteRange): boolean {
    return this.#ranges.some(({ start, end }) => start <= range.start && end >= range.end);
  }

  /** What is missing of this range, in order. */
  missing({ start, end }: ByteRange): readonly ByteRange[] {
    const gaps: ByteRange[] = [];
    let at = start;
    for (const range of this.#ranges) {
      if (range.end <= at) continue;
      if (range.start >= end) break;
      if (range.start > at) gaps.push({ start: at, end: range.start });
      at = range.end;
    }
    if (at < end) gaps.push({ start: at, end });
    return gaps;
  }
}
