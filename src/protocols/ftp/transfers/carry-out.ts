import type { Socket } from 'node:net';
import { NO_LONGER } from '../../../base/clock.ts';
import type { Soon } from '../../../storage/store.ts';
import type { Reply } from '../../../wire/ftp/reply.ts';
import type { CloseNotify, ControlWatch } from '../completion.ts';
import { dial } from '../data/active.ts';
import { allowDecrypted } from '../data/decrypted.ts';
import { linger } from '../data/linger.ts';
import { readInPlace } from '../data/reused-buffer.ts';
import { logFailure, replyTo } from '../failures.ts';
import { replies } from '../replies.ts';
import type { DataPlan } from '../state.ts';
import type { Protection } from '../tls/protection.ts';
import type { SecureSocket } from '../tls/secure-socket.ts';
import type { Desk } from '../visit.ts';
import type { Transfer } from './transfer.ts';

export interface Surroundings {
  readonly desk: Desk;
  /** What encrypts the data connection; it is in the clear without. */
  readonly protection: Protection | undefined;
  /** Sends a preliminary reply now; resolves when more can be said. */
  readonly say: (reply: Reply) => Soon<void>;
  readonly watchControl: () => ControlWatch;
  /** One of them is aborted with a Failure when the transfer has to stop. */
  readonly signals: readonly AbortSignal[];
}

/**
 * The sequence of RFC 959 §5.4: 150, the data connection, the bytes, its end, one final reply.
 * If the data connection never comes, nothing was touched. Never rejects.
 */
export async function carryOut(
  transfer: Transfer,
  plan: DataPlan,
  { desk, protection, say, watchControl, signals }: Surroundings,
): Promise<Reply> {
  using _counted = desk.traffic.enter();
  try {
    await using running = transfer;
    const stops = [...signals];
    if (running.signal !== undefined) stops.push(running.signal);
    if (running.endsWithControl) stops.push(desk.signal);
    const stop = AbortSignal.any(stops);
    void say(replies.opening(running.opening));
    const here = plan.kind === 'passive' ? plan.listener.takeAtOnce() : undefined;
    const connected = here ?? (await connection(plan, desk, stop));
    if (connected === undefined) {
      return stop.aborted ? replyTo(stop.reason, 'flowing') : replies.noDataConnection;
    }
    const isInPlace =
      protection === undefined &&
      desk.readsInPlace &&
      running.storesAsIs &&
      connected.bytesRead === 0;
    const socket = isInPlace ? readInPlace(connected) : connected;
    try {
      const roundTripMs = plan.kind === 'passive' ? plan.listener.awaitedMs : undefined;
      const link = { socket, roundTripMs, signal: stop, watchControl, say };
      if (protection === undefined) return await running.run(link);
      // The handshake comes behind 150, which is what clients wait for (RFC 4217 §10.2).
      const secure = await encrypt(socket, protection, running.receives, desk, stop);
      if (secure === undefined) {
        return stop.aborted ? replyTo(stop.reason, 'flowing') : replies.noTlsOnData;
      }
      if (protection.receivesInPlace && running.storesAsIs) allowDecrypted(secure);
      const closeNotify = (): CloseNotify => protection.closeNotify(secure);
      return await running.run({ ...link, socket: secure, closeNotify });
    } catch (error) {
      socket.destroy();
      throw error;
    }
  } catch (error) {
    logFailure(desk.log, 'A transfer failed', error);
    return replyTo(error, 'flowing');
  }
}

/** The data connection inside TLS, unless that fails or it may be somebody else's; then it is closed. */
async function encrypt(
  socket: Socket,
  protection: Protection,
  receives: boolean,
  { clock, log, options }: Desk,
  signal: AbortSignal,
): Promise<SecureSocket | undefined> {
  try {
    const secure = await protection.data(socket, receives, signal);
    const problem = protection.problemOf(secure);
    if (problem === undefined) return secure;
    log.info('A data connection is refused', { problem });
    // In order, so that a client whose session cannot be resumed reads why.
    if (receives) linger(secure, clock, options.refusalLingerMs);
    else secure.hangUp(options.refusalLingerMs);
  } catch (error) {
    log.info('No TLS came up on a data connection', { error });
  }
  return undefined;
}

/** The data connection, unless it does not come in time. */
async function connection(
  plan: DataPlan,
  desk: Desk,
  signal: AbortSignal,
): Promise<Socket | undefined> {
  const settled = new AbortController();
  const late = new AbortController();
  desk.clock.sleep(desk.options.dataTimeoutMs, settled.signal).then(
    () => late.abort(NO_LONGER),
    () => {},
  );
  const stop = AbortSignal.any([signal, late.signal]);
  try {
    if (plan.kind === 'passive') return await plan.listener.take(stop);
    if (plan.kind === 'active') return await dial(plan.target, desk.local, stop);
    return undefined;
  } catch (error) {
    desk.log.debug('No data connection came up', () => ({ error }));
    return undefined;
  } finally {
    settled.abort(NO_LONGER);
  }
}
