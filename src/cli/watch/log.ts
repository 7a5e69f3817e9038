import { type Command, InvalidArgumentError } from 'commander';
import { Failure } from '../../base/failure.ts';
import type { Settings } from '../../config/settings.ts';
import type { LoggedTransfer } from '../../telemetry/logged-transfer.ts';
import { printable } from '../../telemetry/printable.ts';
import { say } from '../output.ts';
import { durationText, sizeText } from '../progress/text.ts';
import { settingsOf, withSettings } from '../settings.ts';
import { follow, transfersIn, withRotated } from './log-file.ts';
import { type LogFilter, passes, withLogFilter } from './log-filter.ts';
import { stopped } from './stopped.ts';

const LAST = 20;

interface LogOptions extends LogFilter {
  readonly lines?: number;
  readonly follow?: boolean;
  readonly json?: boolean;
}

/** `carryon log` */
export function addLogCommand(program: Command): void {
  const command = withSettings(program.command('log'), 'data', 'log.transfers');
  withLogFilter(command)
    .option(
      '-n, --lines <count>',
      `the last so many (default: ${LAST}; all with --since)`,
      wholeNumber,
    )
    .option('-f, --follow', 'go on showing new ones, until Ctrl-C')
    .option('--json', 'for machines: the lines of JSON as they are in the log')
    .action(async (options: LogOptions) => {
      const file = transferLogOf(settingsOf({ ...options }));
      const show = (transfer: LoggedTransfer): void =>
        say(options.json ? JSON.stringify(transfer) : line(transfer));
      const wanted = options.lines ?? (options.since === undefined ? LAST : Infinity);
      const last: LoggedTransfer[] = [];
      for await (const transfer of transfersIn(await withRotated(file))) {
        if (!passes(options, transfer)) continue;
        if (wanted === Infinity) show(transfer);
        else if (last.push(transfer) > wanted) last.shift();
      }
      for (const transfer of last) show(transfer);
      if (!options.follow) return;
      using stop = stopped();
      for await (const transfer of follow(file, stop.signal)) {
        if (passes(options, transfer)) show(transfer);
      }
    });
}

/** @throws Failure `not-found` if none is kept */
export function transferLogOf({ log }: Settings): string {
  if (log.transfers !== undefined) return log.transfers;
  throw new Failure('not-found', 'No transfer log is kept: log.transfers is off');
}

/** `2027-01-31 18:00:00Z  alice  192.0.2.7  ftps  up  1.2 MiB in 0:03  complete  /film.mkv` */
function line(transfer: LoggedTransfer): string {
  const { time, account, address, protocol, direction, path, bytes, durationMs, outcome } =
    transfer;
  const hasMovedNothing = outcome === 'complete' && bytes === 0 && transfer.resumedFrom > 0;
  const notes = [
    ...(hasMovedNothing ? ['nothing had to be sent', transfer.evidence ?? ''].filter(Boolean) : []),
    ...(transfer.resumedFrom > 0 && !hasMovedNothing
      ? [`from ${sizeText(transfer.resumedFrom)} on`]
      : []),
    ...(transfer.reason === undefined ? [] : [transfer.reason]),
  ];
  return [
    `${time.slice(0, 19).replace('T', ' ')}Z`,
    printable(account),
    address,
    protocol,
    direction === 'in' ? 'up' : 'down',
    `${sizeText(bytes)} in ${durationText(durationMs)}`,
    outcome,
    printable(path),
    ...(notes.length > 0 ? [`(${printable(notes.join('; '))})`] : []),
  ].join('  ');
}

function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('A whole number is wanted.');
}
