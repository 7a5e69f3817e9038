import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { Reply } from '../../wire/ftp/reply.ts';
import { logFailure, replyTo, type Situation } from './failures.ts';

/**
 * Work for one command that can take long and needs no data connection. Like a transfer it can be
 * aborted, and STAT tells that it runs.
 */
export interface Task {
  /** The code that its reply has if all goes well, and with which it is said that it still runs. */
  readonly code: number;
  /** One sentence for STAT. */
  progress(): string;
  /** @throws Failure as a reply; the signal's reason when that is aborted */
  run(signal: AbortSignal): Promise<Reply>;
}

export interface TaskSurroundings {
  readonly clock: Clock;
  readonly log: Log;
  readonly situation: Situation;
  /** Milliseconds of silence after which something is said. */
  readonly keepAliveMs: number;
  /** Says a line of a reply that goes on. */
  readonly sayOpen: (code: number, text: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Does it, and now and then says that it is not done yet: some clients, and what is between them
 * and us, take silence for an end (draft-bryan-ftpext-hash-03 §3). Never rejects.
 */
export async function carryOutTask(
  task: Task,
  { clock, log, situation, keepAliveMs, sayOpen, signal }: TaskSurroundings,
): Promise<Reply> {
  const over = new AbortController();
  let isOpen = false;
  const keepAlive = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(keepAliveMs, over.signal);
      isOpen = true;
      sayOpen(task.code, task.progress());
    }
  };
  keepAlive().catch(() => {});
  try {
    return await task.run(signal);
  } catch (error) {
    logFailure(log, 'A task failed', error);
    const last = replyTo(error, situation);
    // A reply that has begun with one code cannot end with another (RFC 959 §4.2).
    if (!isOpen || last.code === 421) return last;
    return { code: task.code, lines: [`There is none: ${last.lines.join(' ')}`] };
  } finally {
    over.abort();
  }
}
