import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { APPLICATION_DATA, RecordScanner } from './records.ts';

/** Bytes that may wait for the TLS layer before the network has to. */
const BUFFER_BYTES = 256 * 1024;

/**
 * What the encrypted bytes are of.
 * - `control`: the TLS layer can be taken off again ({@link Pipe.detach}).
 * - `upload`: nothing is sent after the handshake until {@link Pipe.release}.
 */
export type PipeUse = 'control' | 'upload';

interface Detaching {
  readonly hasEnded: () => boolean;
  readonly done: (rest: Buffer) => void;
}

/**
 * The encrypted bytes between a connection and the TLS layer on it. Node by itself hands them over
 * out of sight; here they can be held back, divided, and told apart from the end of the stream.
 */
export class Pipe extends Duplex {
  readonly #raw: Socket;
  readonly #use: PipeUse;
  readonly #heard = new RecordScanner();
  readonly #said = new RecordScanner();
  #saidEncrypted = false;
  #heardEncrypted = false;
  /** What the TLS layer of an upload wrote after the handshake. */
  #held: Buffer[] = [];
  #isReleased: boolean;
  #detaching: Detaching | undefined;
  #isDetached = false;

  constructor(raw: Socket, use: PipeUse) {
    super({ allowHalfOpen: true, readableHighWaterMark: BUFFER_BYTES });
    this.#raw = raw;
    this.#use = use;
    this.#isReleased = use !== 'upload';
    raw.on('data', this.#hear).on('end', this.#hearEnd);
    raw.on('error', this.#break).on('close', this.#close);
    raw.resume();
  }

  /** Sends what was held back, and from now on everything at once. */
  release(): void {
    this.#isReleased = true;
    for (const bytes of this.#held.splice(0)) this.#raw.write(bytes);
  }

  /**
   * Lets go of the connection at the end of the peer's TLS, which has to be the next thing it
   * sends; the end of ours is for the caller to send, and does not end the connection.
   * @param hasEnded true when the TLS layer has seen the end of the peer's side
   * @returns the bytes that followed, in the clear; the connection is paused
   */
  detach(hasEnded: () => boolean): Promise<Buffer> {
    const { promise, resolve } = Promise.withResolvers<Buffer>();
    this.#detaching = { hasEnded, done: resolve };
    return promise;
  }

  override _read(): void {
    if (this.#detaching === undefined) this.#raw.resume();
  }

  override _write(bytes: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    if (this.#isReleased) {
      this.#raw.write(bytes, done);
      return;
    }
    // The server's part of a TLS 1.3 handshake ends encrypted, and so does the peer's: what is
    // written after both were seen is no part of it.
    if (this.#saidEncrypted && this.#heardEncrypted) {
      this.#held.push(bytes);
      done();
      return;
    }
    this.#saidEncrypted ||= this.#said.begins(APPLICATION_DATA, bytes);
    this.#raw.write(bytes, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.release();
    if (this.#detaching !== undefined) done();
    else this.#raw.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (!this.#isDetached) this.#raw.destroy();
    done(error);
  }

  readonly #hear = (bytes: Buffer): void => {
    if (this.#detaching !== undefined) {
      void this.#hearSingly(bytes, this.#detaching);
      return;
    }
    if (this.#use === 'control') this.#heard.begins(APPLICATION_DATA, bytes);
    else if (this.#saidEncrypted && !this.#heardEncrypted) {
      this.#heardEncrypted = this.#heard.begins(APPLICATION_DATA, bytes);
    }
    if (!this.push(bytes)) this.#raw.pause();
  };

  /** Hands over one record at a time, and looks whether it was the last one. */
  async #hearSingly(bytes: Buffer, { hasEnded, done }: Detaching): Promise<void> {
    this.#raw.pause();
    let rest = bytes;
    while (rest.length > 0 && !hasEnded()) {
      const taken = this.#heard.next(rest);
      this.push(rest.subarray(0, taken));
      rest = rest.subarray(taken);
      while (this.readableLength > 0 && !this.destroyed) await turn();
    }
    if (this.destroyed) return;
    if (!hasEnded()) {
      this.#raw.resume();
      return;
    }
    this.#isDetached = true;
    this.#raw.off('data', this.#hear).off('end', this.#hearEnd);
    this.#raw.off('error', this.#break).off('close', this.#close);
    done(rest);
  }

  readonly #hearEnd = (): void => {
    this.push(null);
  };

  readonly #break = (error: Error): void => {
    this.destroy(error);
  };

  readonly #close = (): void => {
    this.destroy();
  };
}
