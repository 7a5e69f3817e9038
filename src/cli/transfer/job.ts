import { type Pace, TokenBucket } from '../../base/token-bucket.ts';
import { chooseProgress } from '../progress/choose.ts';
import type { Progress } from '../progress/progress.ts';
import { Ended, verdictOn } from '../exit-codes.ts';
import { tell } from '../output.ts';
import { commandLine } from './command-line.ts';
import type { ConnectionFlags, OutputFlags } from './flags.ts';
import { Interruption } from './interruption.ts';

/** One command at work. */
export interface Job {
  readonly signal: AbortSignal;
  readonly progress: Progress;
  readonly isJson: boolean;
  readonly verbosity: number;
  /** Shared by all transfers, whichever server they are with. */
  readonly pace?: Pace | undefined;
  /** Tells a person what may be wrong. */
  readonly warn: (sentence: string) => void;
}

export interface JobOptions {
  /** True if the same command continues what was begun. */
  readonly canResume?: boolean;
  /** True if results go to stdout. */
  readonly isStdoutTaken?: boolean;
}

/**
 * Runs a command so that it can be stopped: Ctrl-C once keeps everything and says how to go on,
 * twice is at once.
 * @throws Ended if it was stopped; whatever `run` throws
 */
export async function runJob(
  flags: OutputFlags & Pick<ConnectionFlags, 'limitRate'>,
  { canResume = false, isStdoutTaken = false }: JobOptions,
  run: (job: Job) => Promise<void>,
): Promise<void> {
  using progress = chooseProgress({
    isJson: flags.json ?? false,
    isQuiet: flags.quiet ?? false,
    isShown: flags.progress ?? true,
    verbosity: flags.verbose ?? 0,
    isStdoutTaken,
  });
  using interruption = new Interruption(() => {
    if (canResume) progress.note('Stopping; what has come so far is kept. Again to stop at once.');
  });
  try {
    await run({
      signal: interruption.signal,
      progress,
      isJson: flags.json ?? false,
      verbosity: flags.verbose ?? 0,
      pace: paceOf(flags),
      warn: (sentence) => progress.note(`warning: ${sentence}`),
    });
  } catch (error) {
    progress[Symbol.dispose]();
    if (interruption.exit === undefined) throw error;
    if (canResume) tell('To go on:', `  ${commandLine(process.argv)}`);
    throw new Ended(
      interruption.exit,
      verdictOn(error).exit === interruption.exit ? [] : ['Stopped'],
    );
  }
}

function paceOf({ limitRate }: Pick<ConnectionFlags, 'limitRate'>): Pace | undefined {
  return limitRate === undefined ? undefined : new TokenBucket({ perSecond: limitRate });
}
