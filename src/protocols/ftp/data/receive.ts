import type { Socket } from 'node:net';
import type { Soon } from '../../../storage/store.ts';
import { gather } from './gathering.ts';
import { watchForTrickle } from './trickle.ts';
import { FINISHED, watchForEnd, type PumpOptions, type StreamEnd } from './stream-end.ts';

export interface ReceiveOptions extends PumpOptions {
  /** Bytes to gather while the bytes before them are written; then the peer has to wait. */
  readonly gatherBytes: number;
  /** What has to come a second, on average over the stall time-out; undefined for nothing. */
  readonly minBytesPerSecond?: number | undefined;
  /** Told of every piece that comes. */
  readonly onBytes: (count: number) => void;
}

/**
 * Hands everything that comes in on `socket` to `write`, in order and in batches, one call at a
 * time, and resolves when the stream has ended and all that came before its end is written.
 * What `write` was given changes when its promise has resolved.
 * Never rejects; what `write` throws is the `refused` end, and the caller closes the socket.
 */
export function receive(
  socket: Socket,
  write: (chunks: readonly Uint8Array[]) => Soon<void>,
  options: ReceiveOptions,
): Promise<StreamEnd> {
  const { promise, resolve } = Promise.withResolvers<StreamEnd>();
  let writing = false;
  let scheduled = false;
  /** Something has come since the last look. */
  let isFlowing = false;
  let ending: StreamEnd | undefined;
  let received = 0;

  const gathered = gather(socket, options.gatherBytes, (bytes) => {
    received += bytes;
    options.onBytes(bytes);
    isFlowing = true;
    if (!gathered.isFull) schedule();
    else if (writing) socket.pause();
    else flush();
  });

  const settle = (): void => {
    if (ending !== undefined && !writing && gathered.bytes === 0) resolve(ending);
  };
  const end = (how: StreamEnd): void => {
    if (ending !== undefined) return;
    ending = how;
    stopWatching();
    stopMeasuring();
    gathered[Symbol.dispose]();
    socket.off('end', onFinish);
    flush();
  };
  const refuse = (reason: unknown): void => {
    writing = false;
    gathered.take();
    if (ending === undefined) end({ kind: 'refused', reason });
    else {
      // An upload that was told to stop refuses bytes; the reason for the stop says more.
      if (ending.kind !== 'aborted') ending = { kind: 'refused', reason };
      settle();
    }
  };
  const written = (): void => {
    writing = false;
    gathered.giveBack();
    const isPaused = ending === undefined && socket.isPaused();
    if (gathered.isFull || ending !== undefined) flush();
    else if (gathered.bytes > 0) schedule();
    if (!isPaused) return;
    // The time in which we read nothing was ours.
    socket.setTimeout(options.stallTimeoutMs);
    socket.resume();
  };
  /** Writes what has been gathered, unless a batch is on its way already. */
  function flush(): void {
    if (writing || gathered.bytes === 0) {
      settle();
      return;
    }
    writing = true;
    try {
      const soon = write(gathered.take());
      if (soon instanceof Promise) soon.then(written, refuse);
      else written();
    } catch (error) {
      refuse(error);
    }
  }
  /** As long as more comes with each turn, one large batch is cheaper than many small ones. */
  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    isFlowing = false;
    setImmediate(look);
  };
  function look(): void {
    scheduled = false;
    if (isFlowing) schedule();
    else flush();
  }
  const onFinish = (): void => end(FINISHED);

  // A FIN that came before anybody listened was kept by the paused socket.
  socket.on('end', onFinish);
  const { minBytesPerSecond, stallTimeoutMs: windowMs } = options;
  const stopMeasuring = watchForTrickle(
    socket,
    { minBytesPerSecond, windowMs, received: () => received },
    () => end({ kind: 'stalled' }),
  );
  const stopWatching = watchForEnd(socket, options, (how) => queueMicrotask(() => end(how)));
  socket.resume();
  return promise;
}
