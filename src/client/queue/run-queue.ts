import type { Clock } from '../../base/clock.ts';
import { asTransferFailure, throwIfInterrupted } from '../retry.ts';
import { describeProof, type Outcome } from '../transfer/outcome.ts';
import type { TransferFailure, Trouble } from '../transfer-failure.ts';
import type { Item } from './item.ts';
import type { Queue } from './queue.ts';

/** The wait after a failure that may pass, doubled each time, in milliseconds. */
const FIRST_WAIT = 30_000;
const LONGEST_WAIT = 3_600_000;

/** How often it is looked whether others have added something, in milliseconds. */
const LOOK_EVERY = 1000;

/** For how long what is done is remembered, in milliseconds. */
const REMEMBERED = 30 * 86_400_000;

/** What may pass by itself, if one only waits for long enough. */
const PASSING: ReadonlySet<Trouble> = new Set([
  'unreachable',
  'connection-lost',
  'stalled',
  'busy',
  'no-room',
  'target-busy',
  'offset-refused',
  'gave-up',
]);

export interface RunOptions {
  /** Files at once. */
  readonly parallel: number;
  /** How often a file is tried; then it has failed. */
  readonly attempts: number;
  /** Waits for the time of those that were put off; else it ends when nothing can be done now. */
  readonly waits: boolean;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** How many have ended in which way. */
export interface RunResult {
  readonly done: number;
  readonly failed: number;
  /** Put off, and still waiting. */
  readonly waiting: number;
}

/**
 * Transfers what is in the queue, and what others add meanwhile, until nothing is left. Only for
 * who holds the lock.
 * @throws TransferFailure `interrupted`: what was running waits again then
 */
export async function runQueue(
  queue: Queue,
  perform: (item: Item) => Promise<Outcome>,
  { parallel, attempts, waits, clock, signal }: RunOptions,
): Promise<RunResult> {
  queue.takeOver();
  queue.forget(clock.now() - REMEMBERED);
  let [done, failed, running] = [0, 0, 0];

  async function work(item: Item): Promise<void> {
    try {
      const { proof, size } = await perform(item);
      queue.done(item.id, describeProof(proof), size, clock.now());
      done += 1;
    } catch (error) {
      const failure = asTransferFailure(error);
      if (failure.code === 'interrupted') {
        queue.putBack(item.id, undefined, 0);
        throw failure;
      }
      if (isPassing(failure) && item.attempts < attempts) {
        const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (item.attempts - 1));
        queue.putBack(item.id, failure.message, clock.now() + wait);
      } else {
        queue.failed(item.id, failure.message, clock.now());
        failed += 1;
      }
    }
  }

  async function worker(): Promise<void> {
    for (;;) {
      throwIfInterrupted(signal);
      const item = queue.take(clock.now());
      if (item) {
        running += 1;
        await work(item).finally(() => {
          running -= 1;
        });
      } else if (running > 0 || (waits && queue.nextTry() !== undefined)) {
        // Whoever runs may be put off, and others may add.
        await clock.sleep(LOOK_EVERY, signal).catch(() => throwIfInterrupted(signal));
      } else return;
    }
  }

  const ended = await Promise.allSettled(Array.from({ length: parallel }, worker));
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
  const waiting = queue.list().filter(({ standing }) => standing.state === 'waiting').length;
  return { done, failed, waiting };
}

function isPassing({ code }: TransferFailure): boolean {
  return PASSING.has(code);
}
