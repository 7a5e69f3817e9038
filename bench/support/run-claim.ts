import { temporaryFolder } from '../../test/support/temporary.ts';
import type { Bench, Claim } from './claim.ts';
import { shown, tableOf } from './report.ts';
import { alternate } from './rounds.ts';
import { startBenchServer } from './servers.ts';

export interface RunOptions {
  readonly quick: boolean;
  /** Counted rounds. */
  readonly rounds: number;
}

/**
 * Runs one claim to its end, whatever happens in it.
 * @returns its results as Markdown, and whether all its goals are reached
 */
export async function runClaim(
  claim: Claim,
  { quick, rounds }: RunOptions,
  say: (text: string) => void,
): Promise<{ readonly text: string; readonly reached: boolean }> {
  const sections: string[] = [];
  let reached = true;
  const report = (text: string): void => {
    sections.push(text);
    say(`\n${text}`);
  };
  await using parts = new AsyncDisposableStack();
  const folder = parts.use(await temporaryFolder());
  const bench: Bench = {
    quick,
    folder: folder.path,
    start: async (name, options) => {
      const server = await startBenchServer(name, options);
      if (server) return parts.use(server);
      report(`(${name} cannot be run here.)`);
      return undefined;
    },
    compare: async (row) => {
      const { figures, noise } = await alternate(
        { subjects: row.subjects, rounds: row.rounds ?? rounds },
        (label, round, value) => {
          if (process.stderr.isTTY) process.stderr.write(`${round} ${label}: ${shown(value)}\n`);
        },
      );
      const table = tableOf(row, figures, noise);
      reached &&= table.reached;
      report(table.text);
    },
    note: report,
    use: (thing) => parts.use(thing),
  };
  try {
    await claim.run(bench);
  } catch (error) {
    reached = false;
    report(`It broke off: ${error instanceof Error ? error.message : String(error)}`);
  }
  return { text: sections.join('\n\n'), reached };
}
