import type { Digest } from '../base/digest.ts';
import type { Path } from '../base/path.ts';
import type { TransferEvent } from '../base/transfer-event.ts';
import type { Declared } from '../vault/placement.ts';
import type { TransferParts } from './home-session.ts';

type OfSession = Pick<
  TransferEvent,
  'time' | 'account' | 'address' | 'protocol' | 'session' | 'durationMs'
>;

/** Who has just moved something, and how long it took. @param began monotonic ms */
export function ended(
  { clock, visitor, id, accountName }: TransferParts,
  began: number,
): OfSession {
  return {
    time: clock.now(),
    account: accountName,
    address: visitor.address,
    protocol: visitor.protocol,
    session: id,
    durationMs: Math.round(clock.monotonic() - began),
  };
}

/** What is told of a small file that came whole. @param bytes its size */
export function uploadedWhole(
  path: Path,
  bytes: number,
  digest: Digest,
  evidence: string,
): Omit<TransferEvent, keyof OfSession> {
  return {
    direction: 'in',
    path,
    bytes,
    resumedFrom: 0,
    size: bytes,
    digest,
    outcome: 'complete',
    evidence,
    reason: undefined,
  };
}

/** What is told of an upload of which no byte had to cross the wire. */
export function uploadedByContent(
  path: Path,
  { length, digest }: Required<Declared>,
  evidence: string,
): Omit<TransferEvent, keyof OfSession> {
  return {
    direction: 'in',
    path,
    bytes: 0,
    resumedFrom: length,
    size: length,
    digest,
    outcome: 'complete',
    evidence,
    reason: undefined,
  };
}
