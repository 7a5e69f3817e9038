import { KiB } from '../../../base/size.ts';
import type { CloseNotify } from '../completion.ts';

/** How long an upload whose data ended in order waits for a sign that its sender was cut off. */
export interface GraceOptions {
  /** What part of the time that an upload took may be spent on it. */
  readonly share: number;
  /** The longest wait, in milliseconds. */
  readonly mostMs: number;
  /** The shortest one; it passes while the bytes are made durable. */
  readonly leastMs: number;
  /**
   * After so many round trips whatever was sent with the end of the data has come, and the shortest
   * wait need not be longer; undefined: it does not look at round trips.
   */
  readonly roundTrips: number | undefined;
  /** They never make it shorter than this. */
  readonly floorMs: number;
  /** Up to so many bytes come in one write of any client, whole or not at all: they wait for nothing. */
  readonly freeBytes: number;
}

/** Programs send files in blocks of so many bytes, or of several times as many. */
const BLOCK_BYTES = KiB;

export const GRACE_DEFAULTS: GraceOptions = {
  share: 0.02,
  mostMs: 1000,
  leastMs: 10,
  roundTrips: undefined,
  floorMs: 2,
  freeBytes: 8 * KiB,
};

/** An upload whose data has ended. */
export interface EndedUpload {
  readonly tookMs: number;
  /** Bytes that came. */
  readonly bytes: number;
  readonly closeNotify: CloseNotify;
  /** The most uploads that its sender had at once while it ran, itself included. */
  readonly atOnce: number;
  /** No round trip to its sender takes longer, as far as is known. */
  readonly roundTripMs: number | undefined;
}

/** How many milliseconds to look at the control connection, below 1 for not at all. */
export interface Grace {
  readonly ms: number;
  /** The same where this machine turns out to be busy, and so may be the one that is cut off. */
  readonly busyMs: number;
}

/**
 * How long to wait for a sign of the sender.
 *
 * Two kinds of senders are cut off. The kernel of one that is killed closes both connections within
 * microseconds: it takes round trips until that has come, and nothing longer. A program that ends
 * itself, as Python does upon Ctrl-C, closes one after the other in its own time: only an upload that
 * took long can wait for that, and where a sender has several, which it may end in turn, they share
 * that time. It ends between two blocks: what ends with a part of one has come to its own end, and
 * only that waits no longer than round trips take.
 */
export function graceFor(upload: EndedUpload, options: GraceOptions): Grace {
  const { tookMs, bytes, closeNotify, atOnce, roundTripMs } = upload;
  // No program says that this is the end while it is being stopped; all that may follow is ABOR.
  const share = closeNotify === 'said' ? 0 : (tookMs * options.share) / atOnce;
  const long = Math.min(options.mostMs, share);
  if (bytes > 0 && bytes <= options.freeBytes) return { ms: long, busyMs: long };
  const mayUnwind = closeNotify !== 'said' && bytes % BLOCK_BYTES === 0;
  const short = mayUnwind ? options.leastMs : shortest(roundTripMs, options);
  return { ms: Math.max(short, long), busyMs: Math.max(options.leastMs, long) };
}

function shortest(
  roundTripMs: number | undefined,
  { leastMs, roundTrips, floorMs }: GraceOptions,
): number {
  if (roundTripMs === undefined || roundTrips === undefined) return leastMs;
  return Math.min(leastMs, Math.max(floorMs, roundTripMs * roundTrips));
}
