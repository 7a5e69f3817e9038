import type { Algorithm } from '../../base/digest.ts';

/** How it is known that what arrived is what was sent. */
export type Proof =
  | { readonly kind: 'digest'; readonly algorithm: Algorithm | 'crc32' }
  /** Fetched a second time and compared. */
  | { readonly kind: 'read-back' }
  /** Nothing but the number of bytes. */
  | { readonly kind: 'size' };

/** A proof in the words that people are told: `verified sha-256`, `verified read back`, `size only`. */
export function describeProof(proof: Proof): string {
  if (proof.kind === 'digest') return `verified ${proof.algorithm}`;
  return proof.kind === 'read-back' ? 'verified read back' : 'size only';
}

/** How a transfer has ended well. */
export interface Outcome {
  /** Bytes of the whole file. */
  readonly size: number;
  /** Bytes that were there before and were kept. */
  readonly resumed: number;
  /** Bytes of the file that went over the wire, those sent twice counted twice. */
  readonly moved: number;
  readonly attempts: number;
  readonly proof: Proof;
  /** The same content was there already: nothing was transferred. */
  readonly wasThere: boolean;
}

export type Phase = 'connecting' | 'checking' | 'transferring' | 'verifying' | 'committing';

/** What happens to one transfer, in this order for each attempt; for progress on a screen. */
export type TransferEvent =
  | { readonly kind: 'phase'; readonly phase: Phase }
  /** The size is known, or has become another. */
  | { readonly kind: 'size'; readonly bytes: number }
  /** So many bytes are with the other side (download: with us) without having moved now. */
  | { readonly kind: 'resumed'; readonly bytes: number }
  /** More bytes have moved. */
  | { readonly kind: 'moved'; readonly bytes: number }
  /** More bytes have been read for a check, of so many. */
  | { readonly kind: 'checked'; readonly bytes: number; readonly of: number }
  | {
      readonly kind: 'retry';
      readonly attempt: number;
      readonly of: number;
      /** Milliseconds until the next attempt. */
      readonly wait: number;
      readonly because: string;
    };

export type TransferListener = (event: TransferEvent) => void;
