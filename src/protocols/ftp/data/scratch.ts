import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, TLSSocket } from 'node:tls';
import { KiB } from '../../../base/size.ts';

/** More than TLS gives at once: the content of a record has at most 16 KiB (RFC 8446 §5.1). */
const SCRATCH_BYTES = 64 * KiB;

/** Where TLS puts what it has decrypted, of whatever connection: it is copied from there at once. */
export const SCRATCH: Buffer = Buffer.allocUnsafeSlow(SCRATCH_BYTES);

/** How long the self-test may take, in milliseconds. */
const TEST_MS = 2000;

/** How a socket of Node knows that its bytes are to come into a buffer of its reader's. */
const SLOTS = ['kBuffer', 'kBufferCb', 'kBufferGen'] as const;

type Slots = Record<(typeof SLOTS)[number], symbol>;

interface Inner {
  readonly _handle?: { readonly useUserBuffer?: (buffer: Uint8Array) => void } | null;
  [slot: symbol]: unknown;
}

const wanted = new WeakSet<Socket>();

/** Allows that what comes on this connection is taken by {@link takeDecrypted}. */
export function allowScratch(socket: TLSSocket): void {
  wanted.add(socket);
}

export function mayUseScratch(socket: Socket): socket is TLSSocket {
  return wanted.has(socket);
}

/**
 * Takes what TLS has decrypted as it comes, where Node else makes a buffer and an event for each
 * record of 16 KiB: of a large upload that was half of all work. Node has this (`onread`) for
 * connections without TLS only; for these it works through what is not documented, and
 * {@link canTakeDecrypted} tells whether this Node still does what is expected here.
 * @param took told how many bytes are in {@link SCRATCH}, which are to be copied before it returns
 * @returns what had come before
 */
export function takeDecrypted(socket: TLSSocket, took: (bytes: number) => void): readonly Buffer[] {
  const inner = socket as unknown as Inner;
  const slots = slotsOf(inner);
  if (!slots) throw new Error('This Node keeps its buffers somewhere else');
  const before = socket.read() as Buffer | null;
  inner._handle?.useUserBuffer?.(SCRATCH);
  inner[slots.kBuffer] = SCRATCH;
  inner[slots.kBufferGen] = null;
  inner[slots.kBufferCb] = (bytes: number): boolean => {
    took(bytes);
    return true;
  };
  return before === null ? [] : [before];
}

function slotsOf(inner: Inner): Slots | undefined {
  if (typeof inner._handle?.useUserBuffer !== 'function') return undefined;
  const own = Object.getOwnPropertySymbols(inner);
  const found = SLOTS.map((name) => own.find(({ description }) => description === name));
  const [kBuffer, kBufferCb, kBufferGen] = found;
  return kBuffer && kBufferCb && kBufferGen ? { kBuffer, kBufferCb, kBufferGen } : undefined;
}

/** Sends itself some bytes inside TLS, and looks whether they come as expected, the end included. */
export async function canTakeDecrypted(): Promise<boolean> {
  const signal = AbortSignal.timeout(TEST_MS);
  try {
    using pair = await encryptedPair(signal);
    return await comesWhole(pair, signal);
  } catch {
    return false;
  }
}

/** Two ends of one connection inside TLS, for trying things out. */
export interface EncryptedPair extends Disposable {
  readonly sender: Socket;
  readonly reader: TLSSocket;
}

export async function encryptedPair(signal: AbortSignal): Promise<EncryptedPair> {
  using parts = new DisposableStack();
  const own = <T extends Socket>(socket: T): T => {
    parts.defer(() => socket.destroy());
    return socket.on('error', () => {});
  };
  const server = createServer();
  parts.defer(() => server.close());
  server.listen({ host: '127.0.0.1', port: 0, exclusive: true });
  await once(server, 'listening', { signal });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('There is no port');
  const arrival = once(server, 'connection', { signal });
  const raw = own(connect(address.port, address.address));
  const [accepted] = (await arrival) as [Socket];
  // A key that both know needs no certificate.
  const [psk, ciphers, maxVersion] = [Buffer.alloc(16, 'key'), 'PSK', 'TLSv1.2'] as const;
  const secureContext = createSecureContext({ ciphers, maxVersion });
  const options = { isServer: true, secureContext, pskCallback: () => psk };
  const reader = own(new TLSSocket(own(accepted), options));
  const pskCallback = () => ({ psk, identity: 'self-test' });
  const sender = own(
    connectTls({ socket: raw, ciphers, maxVersion, pskCallback, checkServerIdentity: anybody }),
  );
  await Promise.all([
    once(reader, 'secure', { signal }),
    once(sender, 'secureConnect', { signal }),
  ]);
  const owned = parts.move();
  return { sender, reader, [Symbol.dispose]: () => owned.dispose() };
}

function anybody(): undefined {}

async function comesWhole({ sender, reader }: EncryptedPair, signal: AbortSignal) {
  const sent = Buffer.from('a buffer that is used again'.repeat(5000));
  const came: Uint8Array[] = [];
  came.push(
    ...takeDecrypted(reader, (bytes) => {
      came.push(Buffer.from(SCRATCH.subarray(0, bytes)));
      // Whoever writes to a slow disk pauses in the midst of it.
      reader.pause();
      setImmediate(() => reader.resume());
    }),
  );
  const ended = once(reader, 'end', { signal });
  reader.resume();
  sender.end(sent);
  await ended;
  return Buffer.concat(came).equals(sent);
}
