import type { Socket } from 'node:net';

export interface TrickleOptions {
  /** What has to come a second on average; undefined for nothing. */
  readonly minBytesPerSecond?: number | undefined;
  /** How long an average is taken over, in milliseconds. */
  readonly windowMs: number;
  /** Bytes that have come until now. */
  readonly received: () => number;
}

/**
 * Calls `ended` when a peer sends just enough not to be given up as one who stalls: a byte now and
 * then holds a connection for ever. A window in which we did not read, even for a moment, does not
 * count.
 * @returns a function that stops looking
 */
export function watchForTrickle(
  socket: Socket,
  { minBytesPerSecond, windowMs, received }: TrickleOptions,
  ended: () => void,
): () => void {
  if (minBytesPerSecond === undefined) return () => {};
  const least = (minBytesPerSecond * windowMs) / 1000;
  let before = received();
  let hasWaited = false;
  const onPause = (): void => {
    hasWaited = true;
  };
  const look = (): void => {
    const now = received();
    if (!hasWaited && !socket.isPaused() && now - before < least) ended();
    before = now;
    hasWaited = false;
  };
  socket.on('pause', onPause);
  const timer = setInterval(look, windowMs);
  return () => {
    clearInterval(timer);
    socket.off('pause', onPause);
  };
}
