import type { HomeSession } from '../session/home-session.ts';
import type { Running } from '../session/running.ts';

/** A session as an operator sees it, in a form that can be sent. Times are ISO 8601 in UTC. */
export interface SessionView {
  readonly id: string;
  readonly account: string;
  readonly address: string;
  readonly protocol: string;
  readonly since: string;
  readonly transfers: readonly TransferView[];
}

/** A transfer that runs. Sizes in bytes. */
export interface TransferView {
  readonly id: string;
  readonly direction: 'in' | 'out';
  readonly path: string;
  /** The position in the file where this transfer began. */
  readonly start: number;
  /** What crossed the wire in it until now. */
  readonly moved: number;
  /** Of the whole file, null where nobody knows. */
  readonly size: number | null;
  readonly since: string;
}

export function viewOfSession(session: HomeSession): SessionView {
  return {
    id: session.id,
    account: session.accountName,
    address: session.visitor.address,
    protocol: session.visitor.protocol,
    since: new Date(session.openedAt).toISOString(),
    transfers: [...session.running].map(viewOfTransfer),
  };
}

function viewOfTransfer(transfer: Running): TransferView {
  const { id, direction, path, start, moved, size, beganAt } = transfer;
  return {
    id,
    direction,
    path,
    start,
    moved,
    size: size ?? null,
    since: new Date(beganAt).toISOString(),
  };
}
