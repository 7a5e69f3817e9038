import type { Phase, TransferEvent } from '../../client/transfer/outcome.ts';
import { moved, newRate, perSecond, type Rate } from './rate.ts';

/** Over how long the rate that is shown is a mean, and the steadier one that an ETA needs; ms. */
export const RATE_TAU = 5000;
export const ETA_TAU = 30_000;

/** What is known of one transfer that runs; replaced by the next state. Times are monotonic ms. */
export interface TransferState {
  readonly phase: Phase | 'waiting';
  readonly since: number;
  /** Bytes of the whole file, where known. */
  readonly size: number | undefined;
  /** Bytes that were there before this run. */
  readonly before: number | undefined;
  /** Bytes of the file that the other side has (download: that we have). */
  readonly position: number;
  /** The part of a check that is done, 0 to 1. */
  readonly checked: number | undefined;
  readonly retry: Retry | undefined;
  readonly lastMoved: number;
  readonly rate: Rate;
  readonly steadyRate: Rate;
}

interface Retry {
  readonly attempt: number;
  readonly of: number;
  /** When the attempt begins. */
  readonly at: number;
  readonly because: string;
}

export function newState(now: number): TransferState {
  return {
    phase: 'waiting',
    since: now,
    size: undefined,
    before: undefined,
    position: 0,
    checked: undefined,
    retry: undefined,
    lastMoved: now,
    rate: newRate(RATE_TAU, now),
    steadyRate: newRate(ETA_TAU, now),
  };
}

/** The state after an event. */
export function advance(state: TransferState, event: TransferEvent, now: number): TransferState {
  switch (event.kind) {
    case 'phase':
      return {
        ...state,
        phase: event.phase,
        checked: undefined,
        retry: undefined,
        lastMoved: now,
        // What the time before the first byte was used for says nothing about the line.
        ...(event.phase === 'transferring' &&
          state.rate.sum === 0 && {
            rate: newRate(RATE_TAU, now),
            steadyRate: newRate(ETA_TAU, now),
          }),
      };
    case 'size':
      return { ...state, size: event.bytes };
    case 'resumed':
      return {
        ...state,
        // Later attempts continue what this run has moved: that was not there before. If they have
        // less to continue, what was there was of no use.
        before: Math.min(state.before ?? event.bytes, event.bytes),
        position: event.bytes,
      };
    case 'moved':
      return {
        ...state,
        position: state.position + event.bytes,
        lastMoved: now,
        rate: moved(state.rate, event.bytes, now),
        steadyRate: moved(state.steadyRate, event.bytes, now),
      };
    case 'checked':
      return { ...state, checked: event.of === 0 ? 1 : event.bytes / event.of };
    case 'retry': {
      const { attempt, of, wait, because } = event;
      return { ...state, retry: { attempt, of, at: now + wait, because } };
    }
  }
}

/** Whole percent, rounded down; 100 is for those who have finished, and a transfer here has not. */
export function percentOf(position: number, size: number | undefined): number | undefined {
  if (size === undefined || size === 0) return undefined;
  return Math.min(99, Math.floor((position / size) * 100));
}

/** How long the other side has neither sent nor taken anything, in ms; undefined if that is fine. */
export function stalledFor(state: TransferState, now: number): number | undefined {
  const silence = now - state.lastMoved;
  return state.phase === 'transferring' && silence >= STALLED_AFTER ? silence : undefined;
}

const STALLED_AFTER = 5000;

/** Before this a guess would jump about, in milliseconds. */
const ETA_AFTER = 3000;

/** Milliseconds until so many bytes have moved; undefined as long as nobody can say. */
export function etaOf(left: number | undefined, steadyRate: Rate, now: number): number | undefined {
  const rate = perSecond(steadyRate, now);
  if (left === undefined || !rate || now - steadyRate.start < ETA_AFTER) return undefined;
  return (Math.max(0, left) / rate) * 1000;
}
