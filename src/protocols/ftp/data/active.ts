import { connect, isIP, type Socket } from 'node:net';
import type { HostPort } from '../../../wire/ftp/addresses.ts';

/** Ports below this one belong to services that a server must not be made to talk to (RFC 2577 §3). */
export const FIRST_ACTIVE_PORT = 1024;

/**
 * Connects to where PORT or EPRT said, from the control connection's own address.
 * Rejects when it cannot or when the signal is aborted. Whoever gets the socket closes it.
 */
export function dial(target: HostPort, localAddress: string, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: target.host,
      port: target.port,
      // A proxy may have clients of another family than it has itself.
      ...(isIP(localAddress) === isIP(target.host) && { localAddress }),
      allowHalfOpen: true,
    });
    const stop = (): void => {
      socket.destroy();
      reject(signal.reason);
    };
    const onError = (error: Error): void => {
      signal.removeEventListener('abort', stop);
      reject(error);
    };
    socket.once('error', onError);
    socket.once('connect', () => {
      signal.removeEventListener('abort', stop);
      socket.off('error', onError).on('error', () => {});
      socket.pause();
      resolve(socket);
    });
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
}
