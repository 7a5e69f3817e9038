import type { Path } from '../base/path.ts';

/** What happens to an upload; offsets and sizes in bytes. */
export type UploadEvent =
  | { readonly kind: 'started' }
  | { readonly kind: 'resumed'; readonly offset: number }
  | { readonly kind: 'interrupted'; readonly offset: number; readonly reason: string }
  /** The bytes are those that were promised. */
  | { readonly kind: 'verified'; readonly digest: string }
  /** The bytes are not those that were promised. */
  | { readonly kind: 'rejected'; readonly reason: string }
  | { readonly kind: 'committed'; readonly size: number }
  | { readonly kind: 'expired'; readonly offset: number };

/** The same, with the upload that it happens to. */
export type VaultEvent = UploadEvent & {
  readonly homeId: number;
  readonly uploadId: string;
  readonly path: Path;
};
