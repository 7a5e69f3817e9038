/** A range of bytes, `end` exclusive. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}
