import type { Socket } from 'node:net';
import type { Clock } from '../../../base/clock.ts';
import { SecureSocket } from '../tls/secure-socket.ts';
import { FINISHED, type StreamEnd } from './stream-end.ts';

/**
 * Lets a peer whose bytes are not wanted any more go on sending for a while, into nothing, so that
 * it reads on the control connection why. A reset at once would hide the reason from clients that
 * look at the data connection first, and have them try again for ever.
 * @param milliseconds then the connection is reset, whatever still comes
 */
export function linger(socket: Socket, clock: Clock, milliseconds: number): void {
  const over = new AbortController();
  socket.on('error', () => {});
  socket.once('end', () => hangUp(socket, FINISHED, milliseconds));
  socket.once('close', () => over.abort());
  clock.sleep(milliseconds, over.signal).then(
    () => socket.destroy(),
    () => {},
  );
  // Nobody listens: what comes is thrown away.
  socket.resume();
}

/**
 * Closes our side of a data connection on which the data itself said that it was all, and waits for
 * the peer to close its own: to it, a reset could look like a failure.
 * @param milliseconds so long that may take
 */
export function part(socket: Socket, clock: Clock, milliseconds: number): void {
  if (socket instanceof SecureSocket) socket.hangUp(milliseconds);
  else if (socket.readableEnded) socket.destroy();
  else {
    socket.end();
    linger(socket, clock, milliseconds);
  }
}

/**
 * Closes a data connection on which everything has come. A client waits for our close_notify
 * before it reads what we say on the control connection.
 * @param milliseconds so long it may take to say its own goodbye
 */
export function hangUp(socket: Socket, end: StreamEnd, milliseconds: number): void {
  if (socket instanceof SecureSocket && end.kind === 'finished') socket.hangUp(milliseconds);
  else socket.destroy();
}
