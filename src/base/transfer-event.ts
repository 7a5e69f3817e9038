import type { Digest } from './digest.ts';
import type { Path } from './path.ts';

/** How a transfer ended: everything came through, it was cut and can go on, or it was refused. */
export type TransferOutcome = 'complete' | 'interrupted' | 'failed';

/** One transfer of one file, told when it has ended. */
export interface TransferEvent {
  /** When it ended, milliseconds since 1970 (UTC). */
  readonly time: number;
  readonly account: string;
  /** The peer's IP address. */
  readonly address: string;
  readonly protocol: string;
  /** The id of the session. */
  readonly session: string;
  /** As the server sees it: `in` is an upload. */
  readonly direction: 'in' | 'out';
  readonly path: Path;
  /** Bytes that crossed the wire in this transfer, without what was there from an earlier one. */
  readonly bytes: number;
  /** The position in the file where this transfer began; 0 if it carried on from nothing. */
  readonly resumedFrom: number;
  /** The size in bytes of the whole file, where anybody knows it. */
  readonly size: number | undefined;
  readonly durationMs: number;
  /** Of the whole file, where it is known. */
  readonly digest: Digest | undefined;
  readonly outcome: TransferOutcome;
  /** Why an upload was taken for complete. */
  readonly evidence?: string | undefined;
  /** Why it did not complete, in a sentence. */
  readonly reason: string | undefined;
}
