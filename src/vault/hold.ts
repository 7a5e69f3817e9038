import type { Path } from '../base/path.ts';
import type { Origin } from './origin.ts';
import type { Declared } from './placement.ts';
import type { Authorise } from './target.ts';

/** What a writer needs to know of its upload. */
export interface Hold {
  readonly id: string;
  readonly path: Path;
  readonly origin: Origin;
  readonly declared: Declared;
  /** The permission bits of the file; undefined for those that the system gives it. */
  readonly mode: number | undefined;
  /** When its content was last changed, in ms since 1970; undefined for when it came. */
  readonly modified: number | undefined;
  /** Who writes, for the operator to see. */
  readonly holder: string;
  readonly authorise: Authorise;
  /** Files that the home gets more by this. */
  readonly newFiles: 0 | 1;
  /** Bytes that there was room for when it was prepared. */
  readonly room: number;
}
