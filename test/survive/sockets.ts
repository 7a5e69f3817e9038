import type { Socket } from 'node:net';

/**
 * Breaks a connection: the other side sees a reset. Where our own end is on its way already it is
 * only closed: a reset then fails inside of Node, and the process could never end.
 */
export function breakOff(socket: Socket): void {
  if (socket.destroyed) return;
  if (socket.writableEnded || socket.connecting) socket.destroy();
  else socket.resetAndDestroy();
}
