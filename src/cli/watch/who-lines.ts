import type { SessionView, TransferView } from '../../admin/views.ts';
import { printable } from '../../telemetry/printable.ts';
import { columns } from '../output.ts';
import { durationText, partText, rateText } from '../progress/text.ts';

/** What had moved in each transfer at an earlier look, and how long ago that was, in milliseconds. */
export interface Earlier {
  readonly moved: ReadonlyMap<string, number>;
  readonly passed: number;
}

export function movedIn(sessions: readonly SessionView[], passed: number): Earlier {
  const transfers = sessions.flatMap((session) => session.transfers);
  return { moved: new Map(transfers.map(({ id, moved }) => [id, moved])), passed };
}

const HEADING = [
  'SESSION',
  'ACCOUNT',
  'FROM',
  'PROTOCOL',
  'FOR',
  'TRANSFER',
  'DONE',
  'RATE',
  'PATH',
];

/** A line for each session, and for each transfer that it runs. @param now milliseconds since 1970 */
export function whoLines(
  sessions: readonly SessionView[],
  earlier: Earlier | undefined,
  now: number,
): string[] {
  const rows = sessions.flatMap((session) => {
    const { id, account, address, protocol, since, transfers } = session;
    const who = [id, printable(account), address, protocol, durationText(now - Date.parse(since))];
    if (transfers.length === 0) return [[...who, '-']];
    return transfers.map((transfer) => [...who, ...cellsOf(transfer, earlier, now)]);
  });
  const count = `${sessions.length} session${sessions.length === 1 ? '' : 's'}`;
  return sessions.length === 0 ? [count] : [...columns([HEADING, ...rows]), count];
}

function cellsOf(transfer: TransferView, earlier: Earlier | undefined, now: number): string[] {
  const { id, direction, path, start, moved, size, since } = transfer;
  const before = earlier?.moved.get(id);
  const rate =
    earlier && before !== undefined
      ? ((moved - before) * 1000) / earlier.passed
      : (moved * 1000) / Math.max(1, now - Date.parse(since));
  return [
    id,
    partText(start + moved, size ?? undefined),
    rateText(rate),
    `${direction === 'in' ? 'up' : 'down'} ${printable(path)}`,
  ];
}
