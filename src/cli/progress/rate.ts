/**
 * A mean of bytes a second that forgets: what moved `tau` milliseconds ago counts 1/e of what moves
 * now. Kept as one decaying sum, so that it falls by itself when nothing moves.
 */
export interface Rate {
  readonly tau: number;
  /** When it began, in milliseconds of a monotonic clock. */
  readonly start: number;
  readonly at: number;
  /** What moved, each byte having decayed until `at`. */
  readonly sum: number;
}

/** Below this many milliseconds a mean says more about buffers than about the line. */
const SETTLED = 1000;

export function newRate(tau: number, now: number): Rate {
  return { tau, start: now, at: now, sum: 0 };
}

/** After so many more bytes have moved. */
export function moved(rate: Rate, bytes: number, now: number): Rate {
  return { ...rate, at: now, sum: rate.sum * decay(rate, now - rate.at) + bytes };
}

/** Bytes a second; undefined as long as it has hardly begun. */
export function perSecond(rate: Rate, now: number): number | undefined {
  const age = now - rate.start;
  if (age < SETTLED) return undefined;
  // The weight of the whole time, so that a mean over less than tau is right, too.
  const weight = rate.tau * (1 - decay(rate, age));
  return (rate.sum * decay(rate, now - rate.at) * 1000) / weight;
}

function decay({ tau }: Rate, milliseconds: number): number {
  return Math.exp(-Math.max(0, milliseconds) / tau);
}
