import { type Clock, NO_LONGER } from '../../../base/clock.ts';
import { TransferFailure, type Trouble } from '../../transfer-failure.ts';

export interface Patience {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Undefined to wait as long as it takes. */
  readonly milliseconds: number | undefined;
  /** What is thrown when the time is over. */
  readonly late: () => TransferFailure;
}

/**
 * What the work comes to, unless the time is over or the signal is aborted before: then the work
 * goes on unheard, and whoever began it ends it.
 * @throws TransferFailure `interrupted`, or what `late` makes
 */
export async function within<T>(work: Promise<T>, patience: Patience): Promise<T> {
  const { clock, signal, milliseconds, late } = patience;
  if (signal.aborted) {
    work.catch(() => {});
    throw interruption(signal);
  }
  const { promise: given, reject } = Promise.withResolvers<never>();
  const over = new AbortController();
  const interrupt = (): void => reject(interruption(signal));
  signal.addEventListener('abort', interrupt, { once: true });
  if (milliseconds !== undefined) {
    clock.sleep(milliseconds, over.signal).then(
      () => reject(late()),
      () => {},
    );
  }
  try {
    return await Promise.race([work, given]);
  } finally {
    signal.removeEventListener('abort', interrupt);
    over.abort(NO_LONGER);
    work.catch(() => {});
    given.catch(() => {});
  }
}

export function interruption(signal: AbortSignal): TransferFailure {
  const { reason } = signal as { reason: unknown };
  if (reason instanceof TransferFailure) return reason;
  return new TransferFailure('interrupted', 'The transfer was interrupted', { cause: reason });
}

/** Makes a failure when there is one. */
export function failing(code: Trouble, sentence: string): () => TransferFailure {
  return () => new TransferFailure(code, sentence);
}
