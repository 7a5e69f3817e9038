import type { TLSSocket } from 'node:tls';
import { KiB } from '../../../base/size.ts';
import { takeDecrypted } from './decrypted.ts';
import type { Gathering } from './gathering.ts';

/** Enough for all of a small file; whoever gets more gives larger ones. */
const FIRST_BYTES = 64 * KiB;

/** The content of a record has at most so many (RFC 8446 §5.1). */
const RECORD_BYTES = 16 * KiB;

/**
 * Where TLS puts it: into two buffers, of which one is written while the other fills. What is
 * written at once needs only the first, which then stays in the processor's cache. TLS gives what it
 * has even when it was told to pause; what finds no room waits in pieces of its own.
 */
export class Decrypted implements Gathering, Disposable {
  readonly #bufferBytes: number;
  #current: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #spare: Buffer | undefined;
  /** What came before that which is in the current buffer, and has not been taken. */
  #pieces: Buffer[] = [];
  #pieceBytes = 0;
  /** What is between these two positions of the current buffer has not been taken. */
  #from = 0;
  #to = 0;
  /** Of which what was taken last is still being written. */
  #lent: Buffer | undefined;
  /** Where the next bytes come, if there was no room in the current buffer. */
  #single: Buffer | undefined;
  #isOver = false;

  constructor(socket: TLSSocket, bufferBytes: number, came: (bytes: number) => void) {
    this.#bufferBytes = Math.max(bufferBytes, FIRST_BYTES);
    const before = takeDecrypted(socket, {
      took: (bytes) => {
        if (this.#isOver) return;
        this.#keep(bytes);
        came(bytes);
      },
      next: () => this.#next(),
    });
    // Who asked knows nothing of this gathering yet.
    for (const piece of before) {
      queueMicrotask(() => {
        this.#push(piece);
        came(piece.length);
      });
    }
  }

  get bytes(): number {
    return this.#pieceBytes + this.#to - this.#from;
  }

  get isFull(): boolean {
    return this.bytes > 0 && this.#to === this.#current.length;
  }

  take(): readonly Uint8Array[] {
    const last = this.#current.subarray(this.#from, this.#to);
    const taken = last.length > 0 ? [...this.#pieces, last] : this.#pieces;
    this.#from = this.#to;
    this.#pieces = [];
    this.#pieceBytes = 0;
    this.#lent = this.#current;
    return taken;
  }

  giveBack(): void {
    this.#lent = undefined;
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
  }

  #keep(bytes: number): void {
    const single = this.#single;
    if (single !== undefined) {
      // There may be room by now.
      this.#makeRoom();
      if (bytes > this.#current.length - this.#to) {
        this.#push(this.#current.subarray(this.#from, this.#to));
        this.#from = this.#to;
        this.#push(single.subarray(0, bytes));
        return;
      }
      single.copy(this.#current, this.#to, 0, bytes);
    }
    this.#to += bytes;
  }

  #push(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#pieceBytes += piece.length;
  }

  #next(): Buffer {
    this.#makeRoom();
    const hasRoom = this.#to < this.#current.length;
    this.#single = hasRoom ? undefined : Buffer.allocUnsafeSlow(RECORD_BYTES);
    return this.#single ?? this.#current.subarray(this.#to);
  }

  /** Begins a buffer anew, if nothing of it is needed any more. */
  #makeRoom(): void {
    if (this.bytes > 0) return;
    const isUsedUp = this.#to === this.#current.length;
    if (this.#lent === this.#current) {
      if (!isUsedUp) return;
      const used = this.#current;
      this.#current = this.#spare ?? Buffer.allocUnsafeSlow(this.#bufferBytes);
      this.#spare = used.length < this.#bufferBytes ? undefined : used;
    } else if (isUsedUp && this.#current.length < this.#bufferBytes) {
      this.#current = Buffer.allocUnsafeSlow(this.#bufferBytes);
    }
    this.#from = this.#to = 0;
  }
}
