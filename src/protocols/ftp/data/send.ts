import type { Socket } from 'node:net';
import type { Soon } from '../../../storage/store.ts';
import type { Pieces } from './pieces.ts';
import { FINISHED, watchForEnd, type PumpOptions, type StreamEnd } from './stream-end.ts';
import type { Traffic } from './traffic.ts';

export interface SendOptions extends PumpOptions {
  /** Who may go on, and how far. */
  readonly traffic: Traffic;
  /** Told of every piece that the connection has taken. */
  readonly onBytes: (count: number) => void;
}

/**
 * Sends all pieces and closes our side. They grow as long as the peer takes them at once: few large
 * ones cost less, and where many wait for slow peers each of them holds only little.
 * Never rejects: what the source throws is the `refused` end. However it ends, the source is closed;
 * unless it ends in order, the connection is destroyed.
 */
export async function send(
  socket: Socket,
  source: Pieces,
  options: SendOptions,
): Promise<StreamEnd> {
  const { traffic, onBytes } = options;
  let broken: StreamEnd | undefined;
  const giveUp = (end: StreamEnd): void => {
    broken ??= end;
    socket.destroy();
  };
  const stopWatching = watchForEnd(socket, options, giveUp);
  // Nothing is to come on this connection; reading it shows when the peer closes.
  socket.resume();
  const most = source.mostBytes ?? Number.POSITIVE_INFINITY;
  let pieceBytes = traffic.bufferBytes();
  let goOn: (() => void) | undefined;
  const onTaken = (): void => goOn?.();
  try {
    for (;;) {
      const bytes = Math.min(most, pieceBytes);
      await traffic.turns.next(bytes);
      if (broken !== undefined) return broken;
      const soon = source.next(bytes);
      const piece = soon instanceof Promise ? await soon : soon;
      if (broken !== undefined) return broken;
      if (piece === undefined) break;
      socket.write(piece, onTaken);
      // Most pieces are taken at once; where not, this is called back, by destroying as well.
      if (socket.writableLength > 0) {
        pieceBytes = traffic.bufferBytes();
        await new Promise<void>((resolve) => (goOn = resolve));
      } else pieceBytes = Math.min(2 * pieceBytes, traffic.largestBytes);
      if (socket.destroyed) continue;
      onBytes(piece.length);
      source.taken?.();
    }
    await finish(socket);
    return broken ?? FINISHED;
  } catch (reason) {
    giveUp({ kind: 'refused', reason });
    return broken ?? { kind: 'refused', reason };
  } finally {
    stopWatching();
    await source.close?.();
  }
}

/**
 * Reads to the end in two buffers that take turns.
 * @param read resolves to the number of bytes it put into the buffer, 0 at the end
 */
export async function* readInTurns(
  read: (into: Uint8Array) => Soon<number>,
  bufferBytes: number,
): AsyncGenerator<Uint8Array> {
  let next = Buffer.allocUnsafeSlow(bufferBytes);
  let other: typeof next | undefined;
  for (;;) {
    const soon = read(next);
    const count = typeof soon === 'number' ? soon : await soon;
    if (count === 0) return;
    yield next.subarray(0, count);
    [next, other] = [other ?? Buffer.allocUnsafeSlow(bufferBytes), next];
  }
}

/** Sends our FIN behind everything else. */
function finish(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.end(() => resolve());
  });
}
