import { type Clock, systemClock } from '../../base/clock.ts';
import { JsonProgress } from './json.ts';
import { LiveProgress } from './live.ts';
import { PlainProgress } from './plain.ts';
import type { Loudness, Progress } from './progress.ts';

export interface ProgressOptions extends Loudness {
  readonly isJson: boolean;
  /** False if the person wants none. */
  readonly isShown: boolean;
  /** True if results go to stdout, so that nothing else may. */
  readonly isStdoutTaken: boolean;
}

/** The progress for whoever watches: events, a page that is redrawn, or lines. */
export function chooseProgress(
  { isJson, isShown, isStdoutTaken, ...loudness }: ProgressOptions,
  env: Readonly<Record<string, string | undefined>> = process.env,
  clock: Clock = systemClock,
): Progress {
  const { stdout, stderr } = process;
  if (isJson) {
    const stream = isStdoutTaken ? stderr : stdout;
    return new JsonProgress((line) => stream.write(`${line}\n`), clock);
  }
  const canRedraw = stderr.isTTY && env['TERM'] !== 'dumb' && !env['CI'];
  if (canRedraw && isShown && !loudness.isQuiet) return new LiveProgress(stderr, clock, loudness);
  return new PlainProgress((line) => stderr.write(`${line}\n`), clock, loudness);
}
