import type { Clock } from '../base/clock.ts';
import { MiB } from '../base/size.ts';
import { TransferFailure } from './transfer-failure.ts';

/** The bounds of the wait before an attempt, in milliseconds. */
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 60_000;

/** So much more has to be durable or proven until the budget is full again, in bytes. */
const REFILLED_AFTER = MiB;

/** How often a temporary failure may come in a row without progress, unless said otherwise. */
export const DEFAULT_RETRIES = 5;

/** What is about to be done about a failure. */
export interface Retrying {
  /** How many failures in a row, without progress between them, this makes good. */
  readonly attempt: number;
  /** How many it would make good. */
  readonly of: number;
  /** Milliseconds until then. */
  readonly wait: number;
  readonly because: string;
}

export interface RetryOptions {
  /** Failures in a row, without durable progress between them, that are made good. */
  readonly budget: number;
  readonly clock: Clock;
  /** Between 0 and 1, as Math.random. */
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly onRetry: (retrying: Retrying) => void;
}

/** Told by an attempt how far the whole has come; only new ground counts. */
export type Reached = (bytes: number) => void;

/**
 * Repeats an attempt until it succeeds, fails for good, or has failed too often in a row without
 * getting anywhere. What may be tried again is said by the failure: `same` until the budget is
 * used up, `after` once (a code that comes twice is permanent whatever it is called), `never` not
 * at all. Each attempt has to ask the other side for the offset anew.
 * @throws TransferFailure `interrupted` as soon as the signal is aborted; `gave-up`
 */
export async function persist<T>(
  attempt: (reached: Reached, number: number) => Promise<T>,
  options: RetryOptions,
): Promise<T> {
  const { budget, clock, random, signal, onRetry } = options;
  let row: TransferFailure[] = [];
  let watermark = 0;
  const reached: Reached = (bytes) => {
    if (bytes < watermark + REFILLED_AFTER) return;
    watermark = bytes;
    row = [];
  };
  for (let number = 1; ; number += 1) {
    throwIfInterrupted(signal);
    try {
      return await attempt(reached, number);
    } catch (error) {
      throwIfInterrupted(signal);
      const failure = asTransferFailure(error);
      if (!isWorthIt(failure, row)) throw failure;
      row = [...row, failure];
      if (row.length > budget) throw gaveUp(failure, number);
      const wait = Math.round(
        random() * Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (row.length - 1)),
      );
      onRetry({ attempt: row.length, of: budget, wait, because: failure.message });
      await pause(clock, wait, signal);
    }
  }
}

/** @throws TransferFailure `interrupted` if it is aborted */
export function throwIfInterrupted(signal: AbortSignal): void {
  if (!signal.aborted) return;
  const { reason } = signal as { reason: unknown };
  throw new TransferFailure('interrupted', 'The transfer was interrupted', { cause: reason });
}

/** Waits. @throws TransferFailure `interrupted` */
export async function pause(clock: Clock, milliseconds: number, signal: AbortSignal) {
  try {
    await clock.sleep(milliseconds, signal);
  } finally {
    throwIfInterrupted(signal);
  }
}

/**
 * What was thrown as a TransferFailure: calls of the operating system fail with `local-failed`;
 * anything else is a mistake of ours and thrown as it is.
 */
export function asTransferFailure(thrown: unknown): TransferFailure {
  if (thrown instanceof TransferFailure) return thrown;
  if (thrown instanceof Error && 'syscall' in thrown) {
    return new TransferFailure('local-failed', thrown.message, { cause: thrown });
  }
  throw thrown;
}

function isWorthIt(failure: TransferFailure, row: readonly TransferFailure[]): boolean {
  if (failure.retry === 'same') return true;
  return failure.retry === 'after' && !row.some(({ code }) => code === failure.code);
}

function gaveUp(cause: TransferFailure, attempts: number): TransferFailure {
  return new TransferFailure('gave-up', `Gave up after ${attempts} attempts: ${cause.message}`, {
    cause,
    ...(cause.replyCode !== undefined && { replyCode: cause.replyCode }),
  });
}
