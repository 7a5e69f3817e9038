import type { Socket } from 'node:net';

/**
 * How a data connection came to its end.
 * - `finished`: in order; receiving, by the peer's FIN.
 * - `reset`: broken by the peer or the network.
 * - `stalled`: nothing moved for too long.
 * - `aborted`: by the signal, whose reason is `reason`.
 * - `refused`: our own side of the transfer threw `reason`.
 */
export type StreamEnd =
  | { readonly kind: 'finished' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'stalled' }
  | { readonly kind: 'aborted'; readonly reason: unknown }
  | { readonly kind: 'refused'; readonly reason: unknown };

export const FINISHED: StreamEnd = { kind: 'finished' };

/** What both pumps need to know. */
export interface PumpOptions {
  readonly signal: AbortSignal;
  /** Milliseconds without any movement after which the peer is given up. */
  readonly stallTimeoutMs: number;
}

/**
 * Calls `ended` once when this connection breaks, stalls or has to stop.
 * @returns a function that stops looking.
 */
export function watchForEnd(
  socket: Socket,
  { signal, stallTimeoutMs }: PumpOptions,
  ended: (end: StreamEnd) => void,
): () => void {
  const onClose = (): void => ended({ kind: 'reset' });
  const onError = (): void => ended({ kind: 'reset' });
  const onTimeout = (): void => {
    // While we do not read, it is not the peer who is slow.
    if (socket.isPaused()) socket.setTimeout(stallTimeoutMs);
    else ended({ kind: 'stalled' });
  };
  const onAbort = (): void => ended({ kind: 'aborted', reason: signal.reason });
  socket.setTimeout(stallTimeoutMs);
  socket.on('close', onClose).on('error', onError).on('timeout', onTimeout);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  else if (socket.destroyed) onClose();
  return () => {
    socket.setTimeout(0);
    socket.off('close', onClose).off('error', onError).off('timeout', onTimeout);
    // A late error of a connection that nobody looks at any more is no event.
    socket.on('error', () => {});
    signal.removeEventListener('abort', onAbort);
  };
}
