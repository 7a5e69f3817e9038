import type { Socket } from 'node:net';
import type { Clock } from '../../base/clock.ts';
import type { Protection } from './tls/protection.ts';
import type { SecureSocket } from './tls/secure-socket.ts';

/** Who is told what comes on a control connection. */
export interface WireListener {
  readonly bytes: (chunk: Buffer) => void;
  /** The peer says no more. */
  readonly ended: () => void;
  /** The connection is gone. */
  readonly gone: () => void;
}

/** The bytes of one control connection, in the clear or inside TLS, which may begin and end. */
export class ControlWire {
  readonly #raw: Socket;
  readonly #listener: WireListener;
  #secure: SecureSocket | undefined;

  /** Nothing is read before {@link open} or {@link secure}. */
  constructor(raw: Socket, listener: WireListener) {
    this.#raw = raw;
    this.#listener = listener;
    raw.on('error', () => {});
    raw.on('close', () => listener.gone());
  }

  /** What is written to and paused at the moment. */
  get stream(): Socket {
    return this.#secure ?? this.#raw;
  }

  /** `TLSv1.3` and its like; undefined in the clear. */
  get tlsVersion(): string | undefined {
    return this.#secure?.getProtocol() ?? undefined;
  }

  /** Something has come that nobody was told of, since reading was paused. */
  get hasUnread(): boolean {
    return this.stream.readableLength > 0;
  }

  /** Begins to read in the clear. */
  open(): void {
    this.#listenTo(this.#raw);
    this.#raw.resume();
  }

  /**
   * Begins TLS with the next byte, each way.
   * @param failed told why, if the handshake fails; the connection is closed then
   */
  secure(protection: Protection, signal: AbortSignal, failed: (reason: unknown) => void): void {
    this.#ignore(this.#raw);
    this.#secure = protection.control(this.#raw, signal, failed);
    this.#listenTo(this.#secure);
  }

  /**
   * Ends TLS behind what was said; resolves when the peer has done so as well, or when the
   * connection is gone, which it is after so many milliseconds.
   */
  async clear(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
    const secure = this.#secure;
    if (secure === undefined) return;
    secure.off('end', this.#listener.ended);
    const over = new AbortController();
    const stop = AbortSignal.any([over.signal, signal]);
    const late = clock.sleep(milliseconds, stop).then(
      () => this.destroy(),
      () => {},
    );
    const rest = await Promise.race([secure.unwrap(), late]);
    over.abort();
    if (rest === undefined || this.#raw.destroyed) return;
    this.#ignore(secure);
    this.#secure = undefined;
    this.#listenTo(this.#raw);
    if (rest.length > 0) this.#listener.bytes(rest);
    this.#raw.resume();
  }

  /** What still comes is thrown away. */
  stopListening(): void {
    this.stream.removeAllListeners('data').resume();
  }

  destroy(): void {
    this.#secure?.destroy();
    this.#raw.destroy();
  }

  #listenTo(stream: Socket): void {
    stream.on('data', this.#listener.bytes).on('end', this.#listener.ended);
  }

  #ignore(stream: Socket): void {
    stream.off('data', this.#listener.bytes).off('end', this.#listener.ended);
  }
}
