import { join } from 'node:path';
import { styleText } from 'node:util';
import type { Command } from 'commander';
import { askAll } from '../admin/ask.ts';
import type { Health } from '../admin/operator.ts';
import { socketsIn } from '../admin/supervision.ts';
import { silentLog } from '../base/log.ts';
import { composeRecords } from '../compose-records.ts';
import type { Settings } from '../config/settings.ts';
import { inspectRecords } from '../database/inspect.ts';
import { recordsIn } from '../database/records-file.ts';
import type { State } from '../doctor/check.ts';
import { CHECKS, type Result, examine } from '../doctor/checks.ts';
import { printable } from '../telemetry/printable.ts';
import { EXIT, Ended } from './exit-codes.ts';
import { say, sentences, tell } from './output.ts';
import { settingsOf, withSettings } from './settings.ts';

interface DoctorOptions {
  readonly quick?: boolean;
  readonly json?: boolean;
}

/** `carryon doctor` */
export function addDoctorCommand(program: Command): void {
  withSettings(program.command('doctor'))
    .option('--quick', 'leave out what takes long where much is stored: looking through the homes')
    .option('--json', 'for machines: one line of JSON for each finding')
    .action(async (options: DoctorOptions) => {
      const settings = settingsOf({ ...options });
      const counts: Record<State, number> = { ok: 0, warning: 0, problem: 0 };
      for await (const result of results(settings, options.quick ?? false)) {
        counts[result.state] += 1;
        say(...(options.json ? [JSON.stringify(result)] : linesOf(result)));
      }
      tell(summary(counts));
      if (counts.problem > 0) throw new Ended(EXIT.other);
    });
}

/** Opens the records only where that changes nothing of them. */
async function* results(settings: Settings, isQuick: boolean): AsyncGenerator<Result> {
  const { data } = settings;
  const records = inspectRecords(recordsIn(data), join(data, 'copies'));
  await using opened =
    records.state === 'current' ? await composeRecords(settings, silentLog) : undefined;
  const servers = await askAll<Health>(socketsIn(data), '/health');
  const pids = servers.map(({ pid }) => pid);
  yield* examine({ settings, records, opened, pids }, isQuick);
}

const COLOURS = { ok: 'green', warning: 'yellow', problem: 'red' } as const;

/** The longest of each, so that findings stand below one another as they come. */
const STATE_WIDTH = 'problem'.length;
const CHECK_WIDTH = Math.max(...CHECKS.map(({ name }) => name.length));

function linesOf({ state, check, says, advice }: Result): string[] {
  const head = [state.padEnd(STATE_WIDTH), check.padEnd(CHECK_WIDTH)];
  const [first = '', ...others] = sentences([[...head, printable(says)]]);
  const blank = head.map((cell) => ' '.repeat(cell.length));
  const rest = advice === undefined ? [] : sentences([[...blank, `→ ${printable(advice)}`]]);
  return [styleText(COLOURS[state], state) + first.slice(state.length), ...others, ...rest];
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

function summary({ ok, warning, problem }: Record<State, number>): string {
  return `${count(problem, 'problem')}, ${count(warning, 'warning')}, ${ok} ok.`;
}
