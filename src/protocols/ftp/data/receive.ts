import type { Socket } from 'node:net';
import type { Soon } from '../../../storage/store.ts';
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
 * Never rejects; what `write` throws is the `refused` end, and the caller closes the socket.
 */
export function receive(
  socket: Socket,
  write: (chunks: readonly Uint8Array[]) => Soon<void>,
  options: ReceiveOptions,
): Promise<StreamEnd> {
  const { promise, resolve } = Promise.withResolvers<StreamEnd>();
  let batch: Buffer[] = [];
  let gathered = 0;
  let writing = false;
  let scheduled = false;
  let ending: StreamEnd | undefined;
  let received = 0;

  const settle = (): void => {
    if (ending !== undefined && !writing && gathered === 0) resolve(ending);
  };
  const end = (how: StreamEnd): void => {
    if (ending !== undefined) return;
    ending = how;
    stopWatching();
    stopMeasuring();
    socket.off('data', onData).off('end', onFinish);
    flush();
  };
  const refuse = (reason: unknown): void => {
    writing = false;
    batch = [];
    gathered = 0;
    if (ending === undefined) end({ kind: 'refused', reason });
    else {
      // An upload that was told to stop refuses bytes; the reason for the stop says more.
      if (ending.kind !== 'aborted') ending = { kind: 'refused', reason };
      settle();
    }
  };
  const written = (): void => {
    writing = false;
    if (ending === undefined && socket.isPaused()) {
      // The time in which we read nothing was ours.
      socket.setTimeout(options.stallTimeoutMs);
      socket.resume();
    }
    if (gathered >= options.gatherBytes || ending !== undefined) flush();
    else if (gathered > 0) schedule();
  };
  /** Writes what has been gathered, unless a batch is on its way already. */
  function flush(): void {
    scheduled = false;
    if (writing || gathered === 0) {
      settle();
      return;
    }
    const chunks = batch;
    batch = [];
    gathered = 0;
    writing = true;
    try {
      const soon = write(chunks);
      if (soon instanceof Promise) soon.then(written, refuse);
      else written();
    } catch (error) {
      refuse(error);
    }
  }
  /** One turn later more may have come, and a batch of many pieces is cheaper than many batches. */
  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(flush);
  };
  const onData = (chunk: Buffer): void => {
    batch.push(chunk);
    gathered += chunk.length;
    received += chunk.length;
    options.onBytes(chunk.length);
    if (gathered < options.gatherBytes) schedule();
    else if (writing) socket.pause();
    else flush();
  };
  const onFinish = (): void => end(FINISHED);

  // A FIN that came before anybody listened was kept by the paused socket.
  socket.on('data', onData).on('end', onFinish);
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
