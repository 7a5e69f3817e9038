import { type Command, InvalidArgumentError, Option } from 'commander';
import picomatch from 'picomatch';
import { parseDuration } from '../../base/duration.ts';
import type { LoggedTransfer } from '../../telemetry/logged-transfer.ts';

/** Which transfers somebody wants to see; times in milliseconds since 1970. */
export interface LogFilter {
  readonly account?: string;
  readonly address?: string;
  readonly session?: string;
  readonly path?: (path: string) => boolean;
  readonly direction?: 'in' | 'out';
  readonly outcome?: string;
  readonly resumed?: boolean;
  readonly since?: number;
  readonly until?: number;
}

/** Gives a command the flags of a filter. */
export function withLogFilter(command: Command): Command {
  return command
    .option('--account <name>', 'only of this account')
    .option('--address <ip>', 'only from this address')
    .option('--session <id>', 'only of this session')
    .option('--path <pattern>', 'only of paths like this, as "/films/**" or "*.mkv"', pathPattern)
    .addOption(new Option('--direction <way>', 'in is an upload').choices(['in', 'out']))
    .addOption(
      new Option('--outcome <word>', 'only those that ended so').choices([
        'complete',
        'interrupted',
        'failed',
      ]),
    )
    .option('--resumed', 'only those that carried on where another had stopped')
    .option('--since <time>', 'only since then: "2h" ago, or a date', pastTime)
    .option('--until <time>', 'only until then', pastTime);
}

export function passes(filter: LogFilter, transfer: LoggedTransfer): boolean {
  const { path, resumed, since, until } = filter;
  const plain = ['account', 'address', 'session', 'direction', 'outcome'] as const;
  const time = Date.parse(transfer.time);
  return (
    plain.every((key) => filter[key] === undefined || filter[key] === transfer[key]) &&
    (path === undefined || path(transfer.path)) &&
    (!resumed || transfer.resumedFrom > 0) &&
    (since === undefined || time >= since) &&
    (until === undefined || time < until)
  );
}

/** A pattern without a slash is one for the last name of a path. */
function pathPattern(pattern: string): (path: string) => boolean {
  const isName = !pattern.includes('/');
  return picomatch(pattern, { dot: true, matchBase: isName, nonegate: true });
}

function pastTime(text: string): number {
  const ago = parseDuration(text);
  // A plain number of seconds would also be a year.
  if (ago !== undefined && !/^\d{4}$/.test(text)) return Date.now() - ago;
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return time;
  throw new InvalidArgumentError('A time is written as 2h, 7d, 2027-01-31 or 2027-01-31T18:00Z.');
}
