import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Clock } from '../../../base/clock.ts';
import type { CloseNotify } from '../completion.ts';
import type { Certificate } from './certificates.ts';
import { handshake } from './handshake.ts';
import type { TlsOptions } from './options.ts';
import { rememberSessions } from './sessions.ts';
import { SecureSocket, type SecureOptions } from './secure-socket.ts';

/**
 * The longest that TLS 1.3 allows (RFC 8446 §4.6.1): a control connection may be open for days, and
 * its data connections still resume its session.
 */
const SESSION_SECONDS = 7 * 24 * 60 * 60;

export interface ProtectionParts {
  readonly certificate: Certificate;
  /** The certificate of a host that a client asks for by its name, if it has one. */
  readonly certificateOf?: (name: string) => Promise<Certificate | undefined>;
  readonly options: TlsOptions;
  readonly receivesInPlace: boolean;
  readonly clock: Clock;
}

/**
 * TLS for one control connection and its data connections. It has ticket keys and a store of
 * sessions of its own: a session that is resumed here was begun here, which proves whose data connection it is. No two control
 * connections accept each other's sessions.
 */
export class Protection {
  readonly #options: TlsOptions;
  readonly #clock: Clock;
  readonly #secure: SecureOptions;
  /** What an upload is decrypted to can be taken in buffers of its reader's. */
  readonly receivesInPlace: boolean;
  #serverName: string | undefined;
  /** The certificate that the client showed on the control connection. */
  #client: string | undefined;
  /** The peer has ended a data connection with close_notify before. */
  #saysCloseNotify = false;

  /** @throws what is wrong with the certificate */
  constructor(parts: ProtectionParts) {
    const { certificate, certificateOf, options, receivesInPlace, clock } = parts;
    this.#options = options;
    this.receivesInPlace = receivesInPlace;
    this.#clock = clock;
    const secrets = {
      ticketKeys: randomBytes(48),
      sessionIdContext: randomBytes(16).toString('hex'),
    };
    this.#secure = {
      context: contextFor(certificate, options, secrets),
      ...(certificateOf && { contextOf: rememberContexts(certificateOf, options, secrets) }),
      sessions: rememberSessions(),
      asksForCertificate: options.clientAuthorities !== undefined,
    };
  }

  /** The name of the host that the client asked for on the control connection. */
  get serverName(): string | undefined {
    return this.#serverName;
  }

  /**
   * Puts TLS on the control connection. What it is given to write waits for the handshake.
   * @param failed told why, if there will be none; the connection is destroyed then
   */
  control(raw: Socket, signal: AbortSignal, failed: (reason: unknown) => void): SecureSocket {
    const secure = new SecureSocket(raw, this.#secure, 'control');
    secure.once('secure', () => this.#meet(secure));
    const { handshakeTimeoutMs: timeoutMs } = this.#options;
    handshake(secure, { clock: this.#clock, timeoutMs, signal }).catch(failed);
    return secure;
  }

  /**
   * Puts TLS on a data connection.
   * @param receives it is to carry an upload, whose end matters
   * @throws Error why there is no TLS on it; it is destroyed then
   */
  async data(raw: Socket, receives: boolean, signal: AbortSignal): Promise<SecureSocket> {
    const upload = this.receivesInPlace ? 'upload' : 'piped-upload';
    const secure = new SecureSocket(raw, this.#secure, receives ? upload : 'download');
    const { handshakeTimeoutMs: timeoutMs } = this.#options;
    await handshake(secure, { clock: this.#clock, timeoutMs, signal });
    return secure;
  }

  /**
   * What the end of an upload says. A peer that said close_notify once does so: where it is missing
   * from then on, the end came from somebody else, or from the system of a peer that was killed.
   */
  closeNotify(secure: SecureSocket): CloseNotify {
    const isSaid = secure.endedBy === 'close-notify';
    this.#saysCloseNotify ||= isSaid;
    if (isSaid) return 'said';
    const isDue = this.#saysCloseNotify || this.#options.closeNotify === 'required';
    return isDue ? 'due' : 'missing';
  }

  /** Before anything of what the client says is read. */
  #meet(secure: SecureSocket): void {
    this.#serverName = secure.serverName;
    if (this.#options.clientAuthorities === undefined) return;
    const isNeeded = this.#options.clientCertificates === 'required';
    if (!isNeeded && secure.getPeerX509Certificate() === undefined) return;
    const problem = secure.certificateProblem;
    if (problem === undefined) this.#client = secure.getPeerX509Certificate()?.fingerprint256;
    else secure.destroy(new Error(`The client's certificate: ${problem}`));
  }

  /** Why this data connection may belong to somebody else, and must not be used. */
  problemOf(secure: SecureSocket): string | undefined {
    if (secure.isSessionReused()) return undefined;
    if (this.#options.sessionReuse === 'required') {
      return 'The data connection has to resume the TLS session of the control connection';
    }
    const client = secure.getPeerX509Certificate()?.fingerprint256;
    return client === this.#client
      ? undefined
      : 'Another certificate than on the control connection';
  }
}

/** What sessions are known by: the same whichever certificate is shown. */
interface Secrets {
  readonly ticketKeys: Buffer;
  readonly sessionIdContext: string;
}

/** Makes one context for each name that is asked for: data connections ask for the same again. */
function rememberContexts(
  certificateOf: (name: string) => Promise<Certificate | undefined>,
  options: TlsOptions,
  secrets: Secrets,
): (name: string) => Promise<SecureContext | undefined> {
  let last: { readonly name: string; readonly context: SecureContext | undefined } | undefined;
  return async (name) => {
    if (last?.name === name) return last.context;
    const certificate = await certificateOf(name);
    last = { name, context: certificate && contextFor(certificate, options, secrets) };
    return last.context;
  };
}

function contextFor(
  certificate: Certificate,
  options: TlsOptions,
  secrets: Secrets,
): SecureContext {
  return createSecureContext({
    cert: certificate.certificate,
    key: certificate.key,
    // Without one, all that the system trusts could sign a client's certificate.
    ca: options.clientAuthorities ?? [],
    minVersion: options.minVersion,
    maxVersion: options.maxVersion,
    honorCipherOrder: true,
    ...secrets,
    sessionTimeout: SESSION_SECONDS,
  });
}
