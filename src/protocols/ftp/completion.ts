import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../base/clock.ts';
import type { EndMark } from '../../wire/ftp/coding/unit.ts';
import type { StreamEnd } from './data/stream-end.ts';
import type { Grace } from './transfers/grace.ts';

/**
 * What the control connection has shown since the data connection ended.
 * - `silent`: nothing; it is open.
 * - `spoke`: another command has come.
 * - `goodbye`: QUIT is waiting; that the connection ends is no news.
 * - `gone`: it has ended or broken, and nobody had said QUIT.
 */
export type ControlSight = 'silent' | 'spoke' | 'goodbye' | 'gone';

/**
 * What TLS says of the end of a data connection (RFC 8446 §6.1).
 * - `none`: there was no TLS.
 * - `said`: close_notify came; nothing but the sender's own program can have ended it.
 * - `missing`: it did not; many clients never say it.
 * - `due`: it did not, though this sender says it, or everybody has to.
 */
export type CloseNotify = 'none' | 'said' | 'missing' | 'due';

/** The control connection, as one looks at it while an upload ends. */
export interface ControlWatch {
  sight(): ControlSight;
  /** Resolves with the next thing that happens there. */
  changed(): Promise<void>;
}

/** All that is known when the data connection of an upload has ended; sizes in bytes. */
export interface Evidence {
  readonly end: Exclude<StreamEnd['kind'], 'refused'>;
  readonly closeNotify: CloseNotify;
  /** Whether the data itself said that it was all, where its coding can. */
  readonly mark: EndMark;
  /** Where the first byte landed. */
  readonly start: number;
  /** What the file has now, `start` included. */
  readonly received: number;
  /** The final size, where it is certain. */
  readonly length: number | undefined;
  /** What ALLO said: clients mean the whole file or what they are about to send. */
  readonly announced: number | undefined;
  readonly control: ControlSight;
  /** The time for looking at the control connection is over. */
  readonly waited: boolean;
}

export type Verdict =
  | { readonly kind: 'complete'; readonly because: string }
  /** Bytes are missing: `received` of `length` of what had to come. */
  | { readonly kind: 'short'; readonly received: number; readonly length: number }
  | { readonly kind: 'cut'; readonly because?: string }
  /** The data ended in order, and so did or broke the control connection: nobody can tell. */
  | { readonly kind: 'unconfirmed' }
  | { readonly kind: 'wait' };

/**
 * Decides whether an upload has come whole (DESIGN section 5). A size that was said and is reached
 * is proof, whatever happened to the connections afterwards, unless the sender aborted; so is the
 * mark of a coding that has one (RFC 959 §3.4), and nothing else is where it is missing.
 */
export function judge(evidence: Evidence): Verdict {
  const { end, closeNotify, mark, start, received, length, announced, control, waited } = evidence;
  if (end === 'aborted') return { kind: 'cut' };
  const sent = received - start;
  if (length !== undefined && received === length) return whole('the declared length was reached');
  if (announced !== undefined && (received === announced || sent === announced)) {
    return whole('the length that ALLO said was reached');
  }
  if (end !== 'finished' && mark !== 'seen') return { kind: 'cut' };
  if (length !== undefined && received < length) return { kind: 'short', received, length };
  if (announced !== undefined && sent < announced) {
    return received < announced
      ? { kind: 'short', received, length: announced }
      : { kind: 'short', received: sent, length: announced };
  }
  if (mark === 'seen') return whole('the data itself said that it was all');
  if (mark === 'missing') return { kind: 'cut', because: 'The data ended without its end mark' };
  if (closeNotify === 'due') return { kind: 'cut', because: 'TLS ended without close_notify' };
  // Some clients end their data in order and say ABOR behind it: silence is listened to here, too.
  if (closeNotify === 'said' && (control !== 'silent' || waited)) {
    return whole(CLOSED);
  }
  switch (control) {
    case 'goodbye':
      return whole(`QUIT followed the data${noting(closeNotify)}`);
    case 'spoke':
      return whole(`another command followed the data${noting(closeNotify)}`);
    case 'gone':
      return { kind: 'unconfirmed' };
    case 'silent':
      return waited ? whole(silent(closeNotify)) : { kind: 'wait' };
  }
}

function whole(because: string): Verdict & { readonly kind: 'complete' } {
  return { kind: 'complete', because };
}

const CLOSED = 'TLS close_notify followed the data';

/** The evidence where nothing speaks against it. */
export function silent(closeNotify: CloseNotify): string {
  if (closeNotify === 'said') return CLOSED;
  const what = 'the data ended in order and the control connection stayed open';
  return `${what}${noting(closeNotify)}`;
}

/** What a record should say besides. */
function noting(closeNotify: CloseNotify): string {
  return closeNotify === 'missing' ? ', without a TLS close_notify' : '';
}

/** What is known of an upload when its data connection has ended. */
export type Ended = Omit<Evidence, 'control' | 'waited'>;

export interface Patience {
  readonly clock: Clock;
  /** How long to wait for a sign of the control connection; two turns are always waited. */
  readonly grace: Grace;
  /** The most that it may become where the end of a wait was noticed late. */
  readonly mostMs: number;
  /** Aborted when the sender aborts or the upload has to stop. */
  readonly signal: AbortSignal;
}

/** What can be decided at once, with what has arrived already: `wait` if that does not tell. */
export async function glance(
  ended: Ended,
  watch: ControlWatch,
  signal: AbortSignal,
): Promise<Verdict> {
  let verdict = look(ended, watch, signal, false);
  // A killed client closes both connections; two turns see what has arrived already.
  for (let turns = 0; turns < 2 && verdict.kind === 'wait'; turns += 1) {
    await turn();
    verdict = look(ended, watch, signal, false);
  }
  return verdict;
}

/** Decides at once where that is possible, else looks at the control connection for a while. */
export async function decide(
  ended: Ended,
  watch: ControlWatch,
  { clock, grace, mostMs, signal }: Patience,
): Promise<Exclude<Verdict, { kind: 'wait' }>> {
  let verdict = await glance(ended, watch, signal);
  if (verdict.kind === 'wait' && grace.ms >= 1) {
    const late = await listen(watch, clock, grace.ms, signal);
    verdict = look(ended, watch, signal, false);
    const more = Math.min(mostMs, moreFor(late, grace));
    if (verdict.kind === 'wait' && more > 0) await listen(watch, clock, more, signal);
  }
  if (verdict.kind === 'wait') verdict = look(ended, watch, signal, true);
  return verdict.kind === 'wait' ? whole(silent(ended.closeNotify)) : verdict;
}

/** Timers may be so late, in milliseconds, on a machine that has nothing else to do. */
const IN_TIME_MS = 2;

/** Where all are late, the sender's end may be as late to show as our wait was to end. */
function moreFor(lateMs: number, { ms, busyMs }: Grace): number {
  const isShortened = ms < busyMs;
  if (lateMs <= (isShortened ? IN_TIME_MS : ms)) return 0;
  return Math.max(lateMs, busyMs - ms - lateMs);
}

function look(ended: Ended, watch: ControlWatch, signal: AbortSignal, waited: boolean): Verdict {
  const end = signal.aborted ? 'aborted' : ended.end;
  return judge({ ...ended, end, control: watch.sight(), waited });
}

/** Waits for a sign of the control connection. @returns how late the end of the wait was noticed, in ms */
async function listen(
  watch: ControlWatch,
  clock: Clock,
  milliseconds: number,
  signal: AbortSignal,
): Promise<number> {
  const began = clock.monotonic();
  await firstOf(watch.changed(), clock, milliseconds, signal);
  // A timer goes before what has come in meanwhile: one turn later that has been read, too.
  await turn();
  return clock.monotonic() - began - milliseconds;
}

/** Resolves with the event, after the time, or when aborted. */
async function firstOf(
  event: Promise<void>,
  clock: Clock,
  milliseconds: number,
  signal: AbortSignal,
): Promise<void> {
  const over = new AbortController();
  try {
    const time = clock.sleep(milliseconds, AbortSignal.any([signal, over.signal]));
    await Promise.race([event, time.catch(() => {})]);
  } finally {
    over.abort();
  }
}
