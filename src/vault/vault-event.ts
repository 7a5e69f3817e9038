import type { Path } from '../base/path.ts';

/** What happens to uploads, for whoever wants to know. Offsets and sizes in bytes. */
export type VaultEvent = {
  readonly homeId: number;
  readonly uploadId: string;
  readonly path: Path;
} & (
  | { readonly kind: 'started' }
  | { readonly kind: 'resumed'; readonly offset: number }
  | { readonly kind: 'interrupted'; readonly offset: number; readonly reason: string }
  | { readonly kind: 'rejected'; readonly reason: string }
  | { readonly kind: 'committed'; readonly size: number }
  | { readonly kind: 'expired'; readonly offset: number }
);
