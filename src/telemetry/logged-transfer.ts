import type { TransferOutcome } from '../base/transfer-event.ts';

/** A line of the transfer log, read back. Sizes in bytes; the time is ISO 8601 in UTC. */
export interface LoggedTransfer {
  readonly time: string;
  readonly account: string;
  readonly address: string;
  readonly protocol: string;
  readonly session: string;
  readonly direction: 'in' | 'out';
  readonly path: string;
  readonly bytes: number;
  readonly resumedFrom: number;
  readonly size?: number;
  readonly durationMs: number;
  /** `sha-256=<hex>` */
  readonly digest?: string;
  readonly outcome: TransferOutcome;
  readonly evidence?: string;
  readonly reason?: string;
}

/** The inverse of `transferLine`; undefined for a line that a crash or an editor has torn. */
export function readTransferLine(line: string): LoggedTransfer | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const isOne =
      typeof value === 'object' &&
      value !== null &&
      'time' in value &&
      'account' in value &&
      'path' in value &&
      'outcome' in value;
    return isOne ? (value as LoggedTransfer) : undefined;
  } catch {
    return undefined;
  }
}
