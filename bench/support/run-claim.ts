import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryFolder } from '../../test/support/temporary.ts';
import type { Bench, Claim } from './claim.ts';
import { shown, tableOf } from './report.ts';
import { alternate } from './rounds.ts';
import { startBenchServer } from './servers.ts';

/** The part of its time after which a claim begins nothing more. */
const ROWS_SHARE = 0.8;

export interface RunOptions {
  readonly quick: boolean;
  /** Counted rounds, at most. */
  readonly rounds: number;
  /** After this time, in milliseconds, a row of one claim is content with the rounds it has. */
  readonly enoughMs: number;
  /** A claim that is not done by then is broken off, in milliseconds. */
  readonly patienceMs: number;
  /** Aborted when everything has to end. */
  readonly signal: AbortSignal;
}

/**
 * Runs one claim to its end, whatever happens in it. All that it has started is over then.
 * @returns its results as Markdown, and whether all its goals are reached
 */
export async function runClaim(
  claim: Claim,
  { quick, rounds, enoughMs, patienceMs, signal }: RunOptions,
  say: (text: string) => void,
): Promise<{ readonly text: string; readonly reached: boolean }> {
  // What a row has by then is told before the claim is broken off.
  const until = performance.now() + patienceMs * ROWS_SHARE;
  const sections: string[] = [];
  let reached = true;
  let isOver = false;
  const report = (text: string): void => {
    if (isOver) return;
    sections.push(text);
    say(`\n${text}`);
  };
  await using parts = new AsyncDisposableStack();
  /** What is started by a claim that has been broken off ends at once. */
  const own = <T extends AsyncDisposable | Disposable>(thing: T): T => {
    if (!isOver) return parts.use(thing);
    if (Symbol.asyncDispose in thing) void thing[Symbol.asyncDispose]();
    else thing[Symbol.dispose]();
    throw new Error('It is over');
  };
  const folder = own(await temporaryFolder());
  const bench: Bench = {
    quick,
    folder: folder.path,
    start: async (name, options) => {
      const server = await startBenchServer(name, options);
      if (server) return own(server);
      report(`(${name} cannot be run here.)`);
      return undefined;
    },
    compare: async (row) => {
      const effort = { rounds: row.rounds ?? rounds, enoughMs, until };
      const shownHere = await alternate(row.subjects, effort, (label, round, value) => {
        if (process.stderr.isTTY) process.stderr.write(`${round} ${label}: ${shown(value)}\n`);
      });
      const table = tableOf(row, shownHere);
      reached &&= table.reached;
      report(table.text);
    },
    note: report,
    use: own,
  };
  try {
    await orLate(claim.run(bench), patienceMs, signal);
  } catch (error) {
    reached = false;
    report(`It broke off: ${error instanceof Error ? error.message : String(error)}`);
  }
  isOver = true;
  return { text: sections.join('\n\n'), reached };
}

/** @throws Error if it takes longer; it may go on then, with nothing to work with */
async function orLate(work: Promise<void>, patienceMs: number, signal: AbortSignal): Promise<void> {
  const done = new AbortController();
  const late = async (): Promise<never> => {
    await sleep(patienceMs, undefined, { signal: AbortSignal.any([done.signal, signal]) });
    throw new Error(`It was not done after ${Math.round(patienceMs / 1000)} s`);
  };
  try {
    const lateness = late();
    lateness.catch(() => {});
    await Promise.race([work, lateness]);
  } finally {
    work.catch(() => {});
    done.abort();
  }
}
