import type { Checksum } from '../base/digest.ts';
import type { ByteRange } from '../base/range.ts';

/** A digest of a whole file, in lower-case hexadecimal. */
export interface KnownDigest {
  readonly algorithm: Checksum;
  readonly hex: string;
}

/** The digest or checksum of those bytes of a file, in lower-case hexadecimal. */
export interface Digested {
  readonly algorithm: Checksum;
  /** What of the file it is about: what was asked for, as far as the file goes. */
  readonly range: ByteRange;
  readonly hex: string;
}
