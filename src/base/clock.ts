/** Where time comes from; passed in, so that a test can be the one who says what time it is. */
export interface Clock {
  /** Milliseconds since 1970 (UTC). */
  now(): number;
  /** Milliseconds on a clock that nobody sets; only differences mean anything. */
  monotonic(): number;
  /** Waits; rejects with the signal's reason when it is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: pause,
};

/** Not the one of `node:timers`: that makes an error, with its stack, for each wait that is cut short. */
function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  if (signal?.aborted) {
    reject(signal.reason);
    return promise;
  }
  const stop = (): void => {
    clearTimeout(timer);
    reject(signal?.reason);
  };
  const timer = setTimeout(() => {
    signal?.removeEventListener('abort', stop);
    resolve();
  }, milliseconds);
  signal?.addEventListener('abort', stop, { once: true });
  return promise;
}

/** For ending a wait of one's own, where nobody asks why: without a reason an error would be made. */
export const NO_LONGER = Symbol('no longer wanted');
