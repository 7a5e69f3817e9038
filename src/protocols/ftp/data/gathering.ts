import type { Socket } from 'node:net';
import { KiB } from '../../../base/size.ts';
import { mayTakeDecrypted } from './decrypted.ts';
import { Decrypted } from './gather-decrypted.ts';
import { type Reused, reusedBuffers, WASTE } from './reused-buffer.ts';

/** A buffer with less room than this is not worth reading into. */
const LEAST_ROOM_BYTES = 16 * KiB;

/** What has come on a connection and has not been handed on. */
export interface Gathering {
  readonly bytes: number;
  /** The peer has to wait until something has been taken. */
  readonly isFull: boolean;
  /** All of it, in order. Stays as it is until the next but one is taken. */
  take(): readonly Uint8Array[];
  /** What was taken last has been written. */
  giveBack(): void;
}

/**
 * Gathers what comes, up to so many bytes.
 * @param came told of every piece
 */
export function gather(
  socket: Socket,
  mostBytes: number,
  came: (bytes: number) => void,
): Gathering & Disposable {
  if (mayTakeDecrypted(socket)) return new Decrypted(socket, mostBytes, came);
  const reused = reusedBuffers(socket);
  return reused ? new InPlace(reused, mostBytes, came) : new Pieces(socket, mostBytes, came);
}

/** In the pieces that Node makes of it. */
class Pieces implements Gathering, Disposable {
  readonly #socket: Socket;
  readonly #mostBytes: number;
  readonly #onData: (chunk: Buffer) => void;
  #pieces: Buffer[] = [];
  #bytes = 0;

  constructor(socket: Socket, mostBytes: number, came: (bytes: number) => void) {
    this.#socket = socket;
    this.#mostBytes = mostBytes;
    this.#onData = (chunk) => {
      this.#pieces.push(chunk);
      this.#bytes += chunk.length;
      came(chunk.length);
    };
    socket.on('data', this.#onData);
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isFull(): boolean {
    return this.#bytes >= this.#mostBytes;
  }

  take(): readonly Uint8Array[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#bytes = 0;
    return pieces;
  }

  giveBack(): void {}

  [Symbol.dispose](): void {
    this.#socket.off('data', this.#onData);
  }
}

/**
 * In two buffers that take turns: one is written while the other fills. What is written at once
 * needs only the first, which then stays in the processor's cache.
 */
class InPlace implements Gathering, Disposable {
  readonly #reused: Reused;
  readonly #bufferBytes: number;
  #current: Buffer;
  #other: Buffer | undefined;
  /** What is between these two positions of the current buffer has not been taken. */
  #from = 0;
  #to = 0;
  /** What was taken last is still being written. */
  #isLent = false;
  /** What comes next comes into the other buffer. */
  #isOthersTurn = false;

  constructor(reused: Reused, bufferBytes: number, came: (bytes: number) => void) {
    this.#reused = reused;
    this.#bufferBytes = Math.max(bufferBytes, 2 * LEAST_ROOM_BYTES);
    this.#current = reused.first;
    reused.intake = {
      took: (bytes) => {
        if (this.#isOthersTurn) this.#swap();
        this.#to += bytes;
        came(bytes);
      },
      next: () => this.#next(),
    };
  }

  get bytes(): number {
    return this.#to - this.#from;
  }

  get isFull(): boolean {
    return this.bytes > 0 && !this.#hasRoom;
  }

  take(): readonly Uint8Array[] {
    const taken = this.#current.subarray(this.#from, this.#to);
    this.#from = this.#to;
    this.#isLent = true;
    return [taken];
  }

  giveBack(): void {
    this.#isLent = false;
  }

  [Symbol.dispose](): void {
    this.#reused.intake = undefined;
    this.#reused.waste = WASTE;
  }

  get #hasRoom(): boolean {
    return this.#current.length - this.#to >= LEAST_ROOM_BYTES;
  }

  #next(): Buffer {
    const isUsedUp = !this.#hasRoom;
    if (!this.#isLent && this.bytes === 0) {
      if (isUsedUp && this.#current.length < this.#bufferBytes) this.#current = this.#large();
      this.#from = this.#to = 0;
    } else if (isUsedUp) {
      // Nothing comes there before all that is here has been taken: the peer waits.
      this.#isOthersTurn = true;
      this.#other ??= this.#large();
      return this.#other;
    }
    this.#isOthersTurn = false;
    return this.#current.subarray(this.#to);
  }

  #swap(): void {
    const spare = this.#other ?? this.#large();
    this.#other = this.#current.length < this.#bufferBytes ? undefined : this.#current;
    this.#current = spare;
    this.#from = this.#to = 0;
  }

  #large(): Buffer {
    return Buffer.allocUnsafeSlow(this.#bufferBytes);
  }
}
