import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { type Intake, TURN_BYTES } from './reused-buffer.ts';

/** How a socket of Node knows that its bytes are to come into a buffer of its reader's. */
const SLOTS = ['kBuffer', 'kBufferCb', 'kBufferGen'] as const;

type Slots = Record<(typeof SLOTS)[number], symbol>;

interface Inner {
  readonly _handle?: { readonly useUserBuffer?: (buffer: Uint8Array) => void } | null;
  [slot: symbol]: unknown;
}

const allowed = new WeakSet<Socket>();

/** Allows that what comes on this connection is taken by {@link takeDecrypted}. */
export function allowDecrypted(socket: TLSSocket): void {
  allowed.add(socket);
}

export function mayTakeDecrypted(socket: Socket): socket is TLSSocket {
  return allowed.has(socket);
}

/**
 * Has TLS put what it decrypts into the buffers of its reader, where Node else makes a buffer and
 * an event for each record of 16 KiB: of a large upload that was half of all work. Node has this
 * (`onread`) for connections without TLS only; for these it works through what is not documented,
 * and the self-test (tls/self-test.ts) tells whether this Node still does what is expected here.
 * TLS goes on giving what it has when the connection is paused, but no more than that.
 * @returns what had come before
 */
export function takeDecrypted(socket: TLSSocket, intake: Intake): readonly Buffer[] {
  const inner = socket as unknown as Inner;
  const slots = slotsOf(inner);
  if (!slots) throw new Error('This Node keeps its buffers somewhere else');
  const before = socket.read() as Buffer | null;
  let inThisTurn = 0;
  const goOn = (): void => {
    if (!socket.isPaused()) socket.resume();
  };
  const first = intake.next();
  inner._handle?.useUserBuffer?.(first);
  inner[slots.kBuffer] = first;
  inner[slots.kBufferGen] = () => intake.next();
  inner[slots.kBufferCb] = (bytes: number): boolean => {
    intake.took(bytes);
    inThisTurn += bytes;
    if (inThisTurn < TURN_BYTES) return true;
    inThisTurn = 0;
    setImmediate(goOn);
    return false;
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
