import { once } from 'node:events';
import {
  connect,
  createServer,
  type OnReadOpts,
  Socket,
  type SocketConstructorOpts,
} from 'node:net';
import { KiB } from '../../../base/size.ts';

/** Enough for all of a small file; whoever gets more gives larger ones. */
const FIRST_BYTES = 64 * KiB;

/** After so many bytes it is the turn of other connections: the system gives one far more at once. */
export const TURN_BYTES = 256 * KiB;

/** How long the self-test may take, in milliseconds. */
const TEST_MS = 2000;

/** Takes what comes on a connection, in its own buffers. */
export interface Intake {
  /** So many bytes are in the buffer that was given last. */
  took(bytes: number): void;
  /** Where the next bytes are to go. */
  next(): Uint8Array;
}

/** A connection that reads into buffers of its reader's. */
export interface Reused {
  /** The first bytes come here. */
  readonly first: Buffer;
  /** Who takes what comes; without anybody it is thrown away. */
  intake: Intake | undefined;
  /**
   * Where it is thrown away: the first buffer, until somebody has taken something. What was taken
   * may still be being written, and must not change.
   */
  waste: Buffer;
}

/** What comes for nobody, of whatever connection. */
export const WASTE: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);

const reused = new WeakMap<Socket, Reused>();

/** How a connection reads, if it is one of those that {@link readInPlace} has made. */
export function reusedBuffers(socket: Socket): Reused | undefined {
  return reused.get(socket);
}

/**
 * The same connection as another socket that makes no new buffer for what it reads: for large
 * uploads that is a third of all work. Node has this for connections that one makes (`onread` of
 * net.connect) but not for those that one accepts; for these it works through `_handle`, which is
 * not documented. {@link canReadInPlace} tells whether this Node still does what is expected here.
 * @param socket paused and never read; of no use any more afterwards
 */
export function readInPlace(socket: Socket): Socket {
  const first = Buffer.allocUnsafeSlow(FIRST_BYTES);
  const state: Reused = { first, intake: undefined, waste: first };
  let inThisTurn = 0;
  const goOn = (): void => {
    if (!fresh.isPaused()) fresh.resume();
  };
  const onread: OnReadOpts = {
    buffer: () => state.intake?.next() ?? state.waste,
    callback: (bytes) => {
      state.intake?.took(bytes);
      inThisTurn += bytes;
      if (inThisTurn < TURN_BYTES) return true;
      inThisTurn = 0;
      setImmediate(goOn);
      return false;
    },
  };
  const inner = socket as unknown as { _handle: unknown };
  const options = { handle: inner._handle, onread, allowHalfOpen: true };
  inner._handle = null;
  const fresh = new Socket(options as SocketConstructorOpts);
  // Its listener counts it until then.
  socket.destroy();
  fresh.pause();
  fresh.on('error', () => {});
  reused.set(fresh, state);
  return fresh;
}

/** Sends itself some bytes, and looks whether they come as expected, the end included. */
export async function canReadInPlace(): Promise<boolean> {
  const sent = Buffer.from('a reused buffer'.repeat(5000));
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
  const sockets: Socket[] = [];
  try {
    server.listen({ host: '127.0.0.1', port: 0, exclusive: true });
    await once(server, 'listening');
    const address = server.address();
    if (typeof address !== 'object' || address === null) return false;
    const signal = AbortSignal.timeout(TEST_MS);
    const arrival = once(server, 'connection', { signal });
    const sender = connect(address.port, address.address);
    sockets.push(sender.on('error', () => {}));
    const [accepted] = (await arrival) as [Socket];
    sockets.push(accepted);
    sender.end(sent);
    const socket = readInPlace(accepted);
    sockets.push(socket);
    return await cameWhole(socket, sent, signal);
  } catch {
    return false;
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

async function cameWhole(socket: Socket, sent: Buffer, signal: AbortSignal): Promise<boolean> {
  const state = reused.get(socket);
  if (state === undefined) return false;
  const came: Buffer[] = [];
  let buffer = state.first;
  state.intake = {
    took: (bytes) => {
      came.push(Buffer.from(buffer.subarray(0, bytes)));
      // Whoever writes to a slow disk pauses in the midst of it.
      socket.pause();
      setImmediate(() => socket.resume());
    },
    next: () => (buffer = Buffer.alloc(10_000)),
  };
  const ended = once(socket, 'end', { signal });
  socket.resume();
  await ended;
  return Buffer.concat(came).equals(sent);
}
