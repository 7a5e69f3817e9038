import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import {
  connect as connectTls,
  createSecureContext,
  type SecureVersion,
  type TLSSocket,
} from 'node:tls';
import { KiB } from '../../../base/size.ts';
import { takeDecrypted } from '../data/decrypted.ts';
import { SecureSocket, type SecureUse } from './secure-socket.ts';
import { selfSigned } from './self-signed.ts';
import { rememberSessions } from './sessions.ts';

/** How long the self-test may take, in milliseconds. */
const TEST_MS = 2000;

/** Several records of TLS, the last of them not full. */
const SENT = Buffer.from('what comes inside TLS'.repeat(5000));

/** How a sender ends, as the other side is to see it. */
const ENDS = {
  'close-notify': ({ sender }: EncryptedPair) => sender.end(),
  fin: ({ below }: EncryptedPair) => below.end(),
} as const;

/**
 * Sends itself some bytes inside both versions of TLS, and looks whether they come where they are to
 * come, how they end, and that nothing was sent in between that the sender would have to read.
 */
export async function canReceiveInPlace(): Promise<boolean> {
  const signal = AbortSignal.timeout(TEST_MS);
  const trials = [canSee('close-notify', 'TLSv1.3', signal), canSee('fin', 'TLSv1.2', signal)];
  const seen = await Promise.all(trials.map((trial) => trial.catch(() => false)));
  return seen.every(Boolean);
}

async function canSee(
  end: keyof typeof ENDS,
  version: SecureVersion,
  signal: AbortSignal,
): Promise<boolean> {
  using pair = await encryptedPair('upload', version, signal);
  const { sender, below, reader } = pair;
  const heard = below.bytesRead;
  const came: Uint8Array[] = [];
  let count = 0;
  let buffer = Buffer.alloc(10 * KiB);
  const whole = Promise.withResolvers<void>();
  const took = (bytes: Uint8Array): void => {
    came.push(Uint8Array.from(bytes));
    count += bytes.length;
    if (count === SENT.length) whole.resolve();
    // Whoever writes to a slow disk pauses in the midst of it.
    reader.pause();
    setImmediate(() => reader.resume());
  };
  const before = takeDecrypted(reader, {
    took: (bytes) => took(buffer.subarray(0, bytes)),
    next: () => (buffer = Buffer.alloc(10 * KiB)),
  });
  for (const piece of before) took(piece);
  const ended = once(reader, 'end', { signal });
  reader.resume();
  sender.write(SENT);
  await whole.promise;
  const isQuiet = below.bytesRead === heard;
  ENDS[end](pair);
  await ended;
  return isQuiet && reader.endedBy === end && Buffer.concat(came).equals(SENT);
}

function sessions() {
  return { ticketKeys: randomBytes(48), sessionIdContext: 'self-test' };
}

/** Two ends of one connection inside TLS, for trying things out. */
export interface EncryptedPair extends Disposable {
  readonly sender: TLSSocket;
  /** The sender's connection, below its TLS. */
  readonly below: Socket;
  readonly reader: SecureSocket;
}

export async function encryptedPair(
  use: SecureUse,
  version: SecureVersion,
  signal: AbortSignal,
): Promise<EncryptedPair> {
  using parts = new DisposableStack();
  const own = <T extends Socket>(socket: T): T => {
    parts.defer(() => socket.destroy());
    return socket.on('error', () => {});
  };
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
  parts.defer(() => server.close());
  server.listen({ host: '127.0.0.1', port: 0, exclusive: true });
  await once(server, 'listening', { signal });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('There is no port');
  const arrival = once(server, 'connection', { signal });
  const below = own(connect({ port: address.port, host: address.address, allowHalfOpen: true }));
  const [accepted] = (await arrival) as [Socket];
  // The system's authorities, which nobody asks here, would take a tenth of a second to read.
  const both = { minVersion: version, maxVersion: version } as const;
  const pem = selfSigned({ names: ['localhost'], now: Date.now(), days: 1 });
  const context = createSecureContext({ key: pem, cert: pem, ca: [], ...sessions(), ...both });
  const options = { context, sessions: rememberSessions(), asksForCertificate: false };
  const reader = own(new SecureSocket(own(accepted), options, use));
  const sender = own(
    connectTls({ socket: below, secureContext: context, rejectUnauthorized: false }),
  );
  await Promise.all([
    once(reader, 'secure', { signal }),
    once(sender, 'secureConnect', { signal }),
  ]);
  const owned = parts.move();
  return { sender, below, reader, [Symbol.dispose]: () => owned.dispose() };
}
