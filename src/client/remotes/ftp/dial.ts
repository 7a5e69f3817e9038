import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Clock } from '../../../base/clock.ts';
import { TransferFailure } from '../../transfer-failure.ts';
import { within } from './waiting.ts';

export interface Dialling {
  readonly host: string;
  readonly port: number;
  readonly family?: 4 | 6 | undefined;
  readonly milliseconds: number;
  readonly clock: Clock;
}

/** For one address of several, in milliseconds: Node's own 250 ms are too few for a far network. */
const ATTEMPT_MS = 5000;

/** Connects. @throws TransferFailure `unreachable`, `interrupted` */
export async function dial(dialling: Dialling, signal: AbortSignal): Promise<Socket> {
  const { host, port, family, milliseconds, clock } = dialling;
  const socket = connect({
    host,
    port,
    ...(family !== undefined && { family }),
    noDelay: true,
    autoSelectFamilyAttemptTimeout: ATTEMPT_MS,
  });
  // Whoever works with it hears of its end by other means; an error is never to go unheard.
  socket.on('error', () => {});
  const where = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  try {
    const late = (): TransferFailure =>
      new TransferFailure('unreachable', `${where} did not answer within ${milliseconds} ms`);
    await within(once(socket, 'connect'), { clock, signal, milliseconds, late });
    return socket;
  } catch (error) {
    socket.destroy();
    if (error instanceof TransferFailure) throw error;
    throw new TransferFailure('unreachable', `${where} cannot be reached: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

/** What an error says; several attempts that failed say it in their parts. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
