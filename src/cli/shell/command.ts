import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { asTransferFailure } from '../../client/retry.ts';
import { Ended, verdictOn } from '../exit-codes.ts';
import { tell } from '../output.ts';
import { type AllFlags, withConnection, withOutput, withTransfers } from '../transfer/flags.ts';
import { runJob } from '../transfer/job.ts';
import { talk } from './interactive.ts';
import { runLine } from './run-line.ts';
import { Shell } from './shell.ts';

interface ShellFlags extends AllFlags {
  readonly file?: string;
  readonly command?: string;
  readonly execute?: string;
  readonly keepGoing?: boolean;
}

/** `carryon shell` */
export function addShellCommand(program: Command): void {
  const command = program
    .command('shell [url]')
    .option('-f, --file <file>', 'read the commands from a file')
    .option('-c, --command <commands>', 'the commands themselves, with ; between')
    .option('-e, --execute <commands>', 'the same, and then go on at the terminal, if there is one')
    .option('--keep-going', 'go on behind a command that fails, when nobody is watching');
  withConnection(withTransfers(withOutput(command))).action(
    async (url: string | undefined, flags: ShellFlags) => {
      await using shell = new Shell(flags);
      if (url !== undefined) await runJob(flags, {}, (job) => shell.open(url, job));
      const script = await scriptOf(flags);
      if (script !== undefined) await runScript(script, shell, flags);
      const isAsked = script === undefined || (flags.execute !== undefined && process.stdin.isTTY);
      if (isAsked && !shell.isOver) await talk(shell, flags);
    },
  );
}

/** The lines that are to be done; undefined if a person is to be asked. */
async function scriptOf(flags: ShellFlags): Promise<readonly string[] | undefined> {
  const { file, command = flags.execute } = flags;
  if (command !== undefined) return [command];
  if (file === undefined && process.stdin.isTTY) return undefined;
  try {
    const script =
      file === undefined || file === '-' ? await text(process.stdin) : await readFile(file, 'utf8');
    return script.split(/\r?\n/);
  } catch (error) {
    throw asTransferFailure(error);
  }
}

/** @throws Ended as the first command that failed has ended */
async function runScript(lines: readonly string[], shell: Shell, flags: ShellFlags): Promise<void> {
  let exit = 0;
  for (const line of lines) {
    try {
      await runLine(line, shell, flags);
    } catch (error) {
      const verdict = verdictOn(error);
      tell(...verdict.lines.map((one) => `carryon: ${one}`));
      exit ||= verdict.exit;
      if (!flags.keepGoing) break;
    }
    if (shell.isOver) break;
  }
  // Whoever has begun something in the background has meant it to be done.
  if (exit === 0) await shell.jobs.wait();
  if (exit !== 0) throw new Ended(exit);
}
