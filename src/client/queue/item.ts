/** What somebody wants to be transferred. It never holds a password. */
export interface Wish {
  readonly direction: 'upload' | 'download';
  /** An absolute path on this machine. */
  readonly local: string;
  /** A URL without a password. */
  readonly url: string;
  /** How, in whatever words the one who runs the queue understands. */
  readonly how: Readonly<Record<string, unknown>>;
  /** Bytes, where known. */
  readonly size: number | undefined;
}

/** How it is with a wish. Times are milliseconds since 1970 (UTC). */
export type Standing =
  | { readonly state: 'waiting'; readonly nextTry: number }
  | { readonly state: 'running' }
  | { readonly state: 'done'; readonly proof: string; readonly ended: number }
  | { readonly state: 'failed'; readonly ended: number };

/** One wish in the queue. */
export interface Item extends Wish {
  readonly id: number;
  readonly standing: Standing;
  /** How often it was begun. */
  readonly attempts: number;
  /** Why the last attempt ended, in a sentence; undefined if none has failed. */
  readonly lastError: string | undefined;
  readonly added: number;
}
