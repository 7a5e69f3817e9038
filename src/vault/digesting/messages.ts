import type { Checksum } from '../../base/digest.ts';

/** What the thread that hashes is told; positions in bytes. */
export type Order =
  | {
      readonly kind: 'open';
      readonly id: number;
      readonly algorithm: Checksum;
      readonly descriptor: number;
      readonly start: number;
    }
  /** The bytes before `to` are in the file. */
  | { readonly kind: 'advance'; readonly id: number; readonly to: number }
  /** Asks for the digest of everything before `at`; never before a position already passed. */
  | { readonly kind: 'mark'; readonly id: number; readonly at: number }
  /** No more will come. */
  | { readonly kind: 'whole'; readonly id: number }
  /** Files that are still growing have to wait, until they are far behind. */
  | { readonly kind: 'hold'; readonly isHeld: boolean }
  | { readonly kind: 'close'; readonly id: number };

/** What it answers. `closed` comes last for an id: the descriptor is not used any more. */
export type Answer =
  | { readonly kind: 'digest'; readonly id: number; readonly at: number; readonly hex: string }
  | { readonly kind: 'failed'; readonly id: number; readonly reason: string }
  | { readonly kind: 'closed'; readonly id: number };
