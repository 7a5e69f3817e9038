import { perSecond, type Rate } from './rate.ts';
import type { Row } from './row.ts';
import { counted, durationText, partText, rateText } from './text.ts';
import { etaOf, percentOf, stalledFor, type TransferState } from './transfer-state.ts';

/** All transfers of one command together. Times are monotonic ms. */
export interface Totals {
  /** Files that have ended, well or not, of so many; undefined as long as nobody has counted. */
  readonly ended: number;
  readonly files: number | undefined;
  readonly failed: number;
  /** Bytes of the file that the other side has, those of the files that have ended included. */
  readonly position: number;
  readonly before: number;
  readonly size: number | undefined;
  readonly rate: Rate;
  readonly steadyRate: Rate;
}

/** The line of one transfer. */
export function rowOf(name: string, state: TransferState, now: number): Row {
  const { size, position, before = 0 } = state;
  const whole = size || 1;
  return {
    name,
    percent: size === 0 ? 0 : percentOf(position, size),
    before: Math.min(before, position) / whole,
    now: position / whole,
    bytes: state.phase === 'waiting' ? '' : partText(position, size),
    ...statusOf(state, now),
  };
}

/** The line of all together. */
export function totalRow(totals: Totals, now: number): Row {
  const { ended, files, failed, position, before, size, rate, steadyRate } = totals;
  const whole = size || 1;
  const of = files === undefined ? '' : `/${files}`;
  const broken = failed === 0 ? '' : `, ${failed} failed`;
  return {
    name: `${ended}${of} ${files === 1 ? 'file' : 'files'}${broken}`,
    percent: percentOf(position, size),
    before: before / whole,
    now: position / whole,
    bytes: partText(position, size),
    status: speedText(
      rate,
      etaOf(size === undefined ? undefined : size - position, steadyRate, now),
      now,
    ),
    tone: failed === 0 ? 'plain' : 'bad',
  };
}

/** `+12 more` */
export function moreRow(count: number): string {
  return `+${counted(count, 'more file')}`;
}

/** What is going on, in at most 24 columns. */
export function statusOf(state: TransferState, now: number): Pick<Row, 'status' | 'tone'> {
  const { retry, phase, checked } = state;
  if (retry) {
    const wait = Math.max(0, Math.ceil((retry.at - now) / 1000));
    const when = wait > 0 ? ` in ${wait}s` : '';
    return { status: `${retryText(retry)}${when}`, tone: 'warning' };
  }
  const silence = stalledFor(state, now);
  if (silence !== undefined) {
    return { status: `stalled ${Math.floor(silence / 1000)}s`, tone: 'warning' };
  }
  if (phase === 'transferring') {
    const left = state.size === undefined ? undefined : state.size - state.position;
    return {
      status: speedText(state.rate, etaOf(left, state.steadyRate, now), now),
      tone: 'plain',
    };
  }
  // Somebody who sees 100 % takes all for done.
  const part = checked === undefined ? '' : ` ${Math.min(99, Math.floor(checked * 100))}%`;
  return { status: `${phase}${part}`, tone: 'plain' };
}

/** Attempts are counted in all, the budget from the last progress on: it may well be the smaller. */
export function retryText({
  attempt,
  of,
}: {
  readonly attempt: number;
  readonly of: number;
}): string {
  return attempt <= of ? `retry ${attempt}/${of}` : `retry ${attempt}`;
}

function speedText(rate: Rate, eta: number | undefined, now: number): string {
  const speed = rateText(perSecond(rate, now));
  return `${speed.padStart(10)}  ETA ${durationText(eta).padStart(5)}`;
}
