import type { Socket } from 'node:net';
import type { Clock } from '../../../base/clock.ts';

/**
 * Lets a peer whose bytes are not wanted any more go on sending for a while, into nothing, so that
 * it reads on the control connection why. A reset at once would hide the reason from clients that
 * look at the data connection first, and have them try again for ever.
 * @param milliseconds then the connection is reset, whatever still comes
 */
export function linger(socket: Socket, clock: Clock, milliseconds: number): void {
  const over = new AbortController();
  socket.on('error', () => {});
  socket.once('end', () => socket.destroy());
  socket.once('close', () => over.abort());
  clock.sleep(milliseconds, over.signal).then(
    () => socket.destroy(),
    () => {},
  );
  // Nobody listens: what comes is thrown away.
  socket.resume();
}
