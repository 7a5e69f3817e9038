import type { Socket } from 'node:net';
import type { Soon } from '../../../storage/store.ts';
import { FINISHED, watchForEnd, type PumpOptions, type StreamEnd } from './stream-end.ts';

export interface SendOptions extends PumpOptions {
  /** Told of every piece that the connection has taken. */
  readonly onBytes: (count: number) => void;
}

/**
 * Sends all pieces and closes our side. The next piece is made while the last one is on its way;
 * a piece must stay as it is until the next but one is asked for. Never rejects: what the source
 * throws is the `refused` end. However it ends, the source is told (`return`); unless it ends in
 * order, the connection is destroyed.
 */
export async function send(
  socket: Socket,
  source: AsyncIterable<Uint8Array>,
  options: SendOptions,
): Promise<StreamEnd> {
  let broken: StreamEnd | undefined;
  // Destroying calls back every write that is still on its way, so nobody waits for ever.
  const giveUp = (end: StreamEnd): void => {
    broken ??= end;
    socket.destroy();
  };
  const stopWatching = watchForEnd(socket, options, giveUp);
  // Nothing is to come on this connection; reading it shows when the peer closes.
  socket.resume();
  const pieces = source[Symbol.asyncIterator]();
  let onItsWay: Promise<void> | undefined;
  try {
    for (;;) {
      const piece = await pieces.next();
      await onItsWay;
      if (broken !== undefined) return broken;
      if (piece.done === true) break;
      onItsWay = take(socket, piece.value, options.onBytes);
    }
    await finish(socket);
    return broken ?? FINISHED;
  } catch (reason) {
    giveUp({ kind: 'refused', reason });
    return broken ?? { kind: 'refused', reason };
  } finally {
    stopWatching();
    await pieces.return?.();
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

/** Resolves when the connection has taken the piece, or never will. */
function take(socket: Socket, piece: Uint8Array, onBytes: (count: number) => void): Promise<void> {
  return new Promise((resolve) => {
    socket.write(piece, (error) => {
      if (!error) onBytes(piece.length);
      // What the kernel takes at once must not keep the other sessions from their turn.
      setImmediate(resolve);
    });
  });
}

/** Sends our FIN behind everything else. */
function finish(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.end(() => resolve());
  });
}
