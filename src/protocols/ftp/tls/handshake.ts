import type { Clock } from '../../../base/clock.ts';
import type { SecureSocket } from './secure-socket.ts';

export interface HandshakeOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Resolves when the handshake is done. Otherwise the connection is destroyed and this rejects:
 * with the signal's reason, what was wrong with TLS, or that it took too long.
 */
export async function handshake(secure: SecureSocket, options: HandshakeOptions): Promise<void> {
  const over = new AbortController();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onClose = (): void => {
    reject(secure.failure ?? new Error('The connection ended during the TLS handshake'));
  };
  const onAbort = (): void => reject(options.signal.reason);
  secure.once('secure', resolve).once('close', onClose);
  options.signal.addEventListener('abort', onAbort, { once: true });
  options.clock.sleep(options.timeoutMs, over.signal).then(
    () => reject(new Error('The TLS handshake took too long')),
    () => {},
  );
  if (options.signal.aborted) onAbort();
  try {
    await promise;
  } catch (error) {
    secure.destroy();
    throw error;
  } finally {
    over.abort();
    secure.off('secure', resolve).off('close', onClose);
    options.signal.removeEventListener('abort', onAbort);
  }
}
