import type { Digest } from '../base/digest.ts';

/**
 * Where the first byte sent lands.
 * - `replace`: at 0, as a whole new version.
 * - `resume`: at `offset`, continuing what is unfinished or, if nothing is, building a new
 *   version from the first `offset` bytes of the file that exists.
 * - `append`: at the end of what the sender sees; `told` is the size this session was shown,
 *   where it was shown one of an unfinished upload, and `upload` says of which.
 */
export type Placement =
  | { readonly kind: 'replace' }
  | { readonly kind: 'resume'; readonly offset: number }
  | { readonly kind: 'append'; readonly told?: number; readonly upload?: string };

/** What a sender says beforehand about the whole file. */
export interface Declared {
  /** Final size in bytes. */
  readonly length?: number;
  /** The digest of the whole file: it is committed only if this is its digest. */
  readonly digest?: Digest;
}

/** The same, and how the file is to be kept. */
export interface Wishes extends Declared {
  /** Its permission bits; without, those that the system gives a new file. */
  readonly mode?: number;
  /** When its content was last changed, in ms since 1970; without, when it came. */
  readonly modified?: number;
}
