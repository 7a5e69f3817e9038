import type { Command } from 'commander';
import { compareTrees, type Finding, type Mark } from '../../client/sync/report.ts';
import { printable } from '../../telemetry/printable.ts';
import { Ended, EXIT } from '../exit-codes.ts';
import { say } from '../output.ts';
import { PARALLEL, withConnection, withOutput } from './flags.ts';
import { runJob } from './job.ts';
import { Sites } from './sites.ts';
import { lookAtSides, type SidesFlags, tellSkipped, withFilters } from './two-sides.ts';

/** What each mark means, as the summary says it. */
const MEANINGS = {
  '=': 'the same',
  '*': 'different',
  '+': 'only in the source',
  '-': 'only in the target',
  '!': 'not known',
} as const satisfies Record<Mark, string>;

/** `carryon check` */
export function addCheckCommand(program: Command): void {
  const command = program
    .command('check <from> <to>')
    .addHelpText(
      'after',
      () => `\nEach file is a line: ${legend()}. With -q only those that differ.`,
    );
  withConnection(withOutput(withFilters(command))).action(
    async (from: string, to: string, flags: SidesFlags) => {
      await runJob({ ...flags, json: false }, { isStdoutTaken: true }, async (job) => {
        const { parallel = PARALLEL } = flags;
        await using sites = new Sites(flags, parallel, job);
        const sides = await lookAtSides(from, to, flags, job, (address) => sites.of(address));
        tellSkipped(sides, job);
        const findings = compareTrees(sides.source, sides.target, sides.isSame);
        const shown = findings.filter(({ mark }) => mark !== '=' || !flags.quiet);
        say(...shown.map((finding) => line(finding, flags)));
        job.progress.note(summary(findings));
        if (findings.some(({ mark }) => mark !== '=')) throw new Ended(EXIT.other);
      });
    },
  );
}

function line({ mark, path, reason }: Finding, { json }: SidesFlags): string {
  if (json) return JSON.stringify({ mark, path, ...(reason !== undefined && { reason }) });
  const shown = process.stdout.isTTY ? printable(path) : path;
  return `${mark} ${shown}${reason === undefined ? '' : `: ${reason}`}`;
}

function summary(findings: readonly Finding[]): string {
  const counts = Object.entries(MEANINGS).map(([mark, meaning]) => {
    const count = findings.filter((finding) => finding.mark === mark).length;
    return count === 0 ? '' : `${count} ${meaning}`;
  });
  return counts.filter((words) => words !== '').join(', ') || 'Both hold nothing';
}

function legend(): string {
  return Object.entries(MEANINGS)
    .map(([mark, meaning]) => `${mark} ${meaning}`)
    .join(', ');
}
