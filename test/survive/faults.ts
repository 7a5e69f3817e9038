import type { Chance } from './chance.ts';

export type Channel = 'control' | 'data';

/** `up` is from the client to the server. */
export type Direction = 'up' | 'down';

/** What can happen to a connection, and what it is like. */
export const FAULTS = {
  fin: 'both sides see it end in order',
  rst: 'both sides see it break',
  silence: 'it stays open and nothing passes any more',
  late: 'nothing passes until the client has given up; then what it had sent arrives',
  'half-close': 'the side that is sent to sees the end, the other one can still send',
  slow: 'from here on it is slow',
} as const;

export type FaultKind = keyof typeof FAULTS;

/** One thing that happens at one byte. */
export interface Fault {
  readonly kind: FaultKind;
  readonly channel: Channel;
  readonly direction: Direction;
  /** How many bytes still pass in this direction. */
  readonly at: number;
  /** The other connection of the session meets the same: its host, not its cable, has gone. */
  readonly both: boolean;
  /** How a silent connection ends, when it does. */
  readonly end: 'fin' | 'rst';
  /** Bytes a second, for a slow one. */
  readonly rate: number;
}

/** What a session is about to do, so that a fault meets it. Bytes. */
export interface Target {
  /** Where its bytes go, and how many there are. */
  readonly data: { readonly direction: Direction; readonly bytes: number };
  /** The server knows how many bytes have to come: an early end in order does not deceive it. */
  readonly isSized: boolean;
  /** Positions in the data that are worth being cut at. */
  readonly edges: readonly number[];
}

const KINDS = [
  { kind: 'fin', weight: 4 },
  { kind: 'rst', weight: 4 },
  { kind: 'silence', weight: 2 },
  { kind: 'late', weight: 2 },
  { kind: 'half-close', weight: 2 },
  { kind: 'slow', weight: 1 },
] as const satisfies readonly { kind: FaultKind; weight: number }[];

/** About as much as a session says, and hears, on the control connection after its login. */
const SAID = { up: 90, down: 300 } as const;

/** A fault for this session. */
export function randomFault(chance: Chance, { data, isSized, edges }: Target): Fault {
  const { kind } = chance.weighted(KINDS);
  const channel = chance.yes(0.7) ? 'data' : 'control';
  const direction =
    channel === 'data' && chance.yes(0.9) ? data.direction : chance.pick(['up', 'down'] as const);
  const at =
    channel === 'control'
      ? chance.between(0, SAID[direction])
      : direction === data.direction
        ? position(chance, data.bytes, edges)
        : 0;
  // An end in order of nothing but the data is, by RFC 959, the end of the file: only a sender that
  // says how much it sends can have it told from a cut. So it meets others on both connections.
  const deceives =
    channel === 'data' && (kind === 'fin' || (kind === 'half-close' && direction === 'up'));
  const both = kind !== 'slow' && ((deceives && !isSized) || chance.yes(0.4));
  return {
    kind,
    channel,
    direction,
    at,
    both,
    end: chance.pick(['fin', 'rst'] as const),
    rate: chance.between(256, 4096) * 1024,
  };
}

function position(chance: Chance, bytes: number, edges: readonly number[]): number {
  const within = edges.filter((edge) => edge >= 0 && edge <= bytes);
  return within.length > 0 && chance.yes(0.3) ? chance.pick(within) : chance.between(0, bytes);
}

/** A name for counting. */
export function faultName({ kind, channel, direction, both }: Fault): string {
  return `${kind} ${both ? 'on both' : `on ${channel}`} ${direction}`;
}
