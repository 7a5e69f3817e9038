import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { isIP, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { TransferFailure } from '../../transfer-failure.ts';
import { formatFingerprint } from '../../credentials/certificates.ts';
import { reasonOf } from './dial.ts';
import type { Settled, Trust } from './options.ts';
import { within } from './waiting.ts';

/**
 * TLS for one control connection and its data connections: each of these resumes the session of
 * the one before, by which servers know that it is the same client (RFC 4217 §10.2), and which
 * Node allows only under the same name of the server.
 */
export class Encryption {
  readonly #options: Settled;
  /** The newest ticket: some servers take each only once. */
  #session: Buffer | undefined;
  /** Of the certificate that was believed. */
  #believed: string | undefined;

  constructor(options: Settled) {
    this.#options = options;
  }

  /**
   * Becomes the client of a TLS connection over this socket.
   * @throws TransferFailure `certificate-refused`, `protocol-broken` if it is no TLS,
   *   `connection-lost`, `unreachable` if it takes too long
   */
  async wrap(socket: Socket, signal: AbortSignal): Promise<TLSSocket> {
    const { host, trust, connectTimeoutMs, clock } = this.#options;
    // Read only by those who encrypt: it is a tenth of the start of a short command.
    const { connect } = await import('node:tls');
    const secure = connect({
      socket,
      host,
      ...(isIP(host) === 0 && { servername: host }),
      ...authoritiesOf(trust),
      ...(this.#session && { session: this.#session }),
      minVersion: 'TLSv1.2',
      // Judged below, before a byte is sent: there is more than one way to be believed.
      rejectUnauthorized: false,
    });
    secure.on('error', () => {});
    secure.on('session', (ticket: Buffer) => {
      this.#session = ticket;
    });
    try {
      const late = (): TransferFailure =>
        new TransferFailure('unreachable', `No TLS handshake within ${connectTimeoutMs} ms`);
      await within(established(secure), { clock, signal, milliseconds: connectTimeoutMs, late });
      this.#judge(secure);
      return secure;
    } catch (error) {
      secure.destroy();
      socket.destroy();
      throw error instanceof TransferFailure ? error : handshakeFailure(error);
    }
  }

  #judge(secure: TLSSocket): void {
    // Whoever can resume a session is the one with whom it was made.
    if (this.#believed !== undefined && secure.isSessionReused()) return;
    const { raw } = secure.getPeerCertificate();
    const fingerprint = raw === undefined ? '' : createHash('sha256').update(raw).digest('hex');
    if (fingerprint !== this.#believed || fingerprint === '') {
      const complaint = complaintAbout(secure);
      const reason = refusal(this.#options.trust, { fingerprint, complaint });
      if (reason !== undefined) throw new TransferFailure('certificate-refused', reason);
    }
    this.#believed = fingerprint;
  }
}

/** A session that was resumed only in part, or an end before it stood, is an error like any other. */
async function established(secure: TLSSocket): Promise<void> {
  const ended = once(secure, 'close').then(() => {
    throw new TransferFailure('connection-lost', 'The connection ended during the TLS handshake');
  });
  ended.catch(() => {});
  await Promise.race([once(secure, 'secureConnect'), ended]);
}

function authoritiesOf(trust: Trust): { readonly ca?: string } {
  return trust.kind === 'authorities' && trust.pem !== undefined ? { ca: trust.pem } : {};
}

function refusal(
  trust: Trust,
  seen: { fingerprint: string; complaint: string | undefined },
): string | undefined {
  const shown = formatFingerprint(seen.fingerprint);
  switch (trust.kind) {
    case 'insecure':
      return undefined;
    case 'judged':
      return trust.judge(seen);
    case 'pinned':
      return trust.fingerprints.includes(seen.fingerprint)
        ? undefined
        : `The server's certificate is not the pinned one, but ${shown}`;
    case 'authorities':
      return seen.complaint === undefined
        ? undefined
        : `The server's certificate cannot be verified (${seen.complaint}); its SHA-256 is ${shown}`;
  }
}

/** Why the certificate proves nothing by itself; undefined if it does. */
function complaintAbout(secure: TLSSocket): string | undefined {
  if (secure.authorized) return undefined;
  // It is declared an Error, and is the name of one.
  const error: unknown = secure.authorizationError;
  if (error instanceof Error) return error.message;
  return typeof error === 'string' ? error : 'there is none';
}

function handshakeFailure(error: unknown): TransferFailure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const isLost = code === 'ECONNRESET' || code === 'EPIPE' || code === 'ETIMEDOUT';
  return new TransferFailure(
    isLost ? 'connection-lost' : 'protocol-broken',
    `The TLS handshake failed: ${reasonOf(error)}`,
    { cause: error },
  );
}
