import type { Server, Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import { parseHostName } from '../../../base/host-name.ts';
import { endOf } from './close-notify.ts';
import { Pipe } from './pipe.ts';
import { HeldTickets } from './sessions.ts';

/** What FTP over TLS is called where protocols are negotiated (RFC 7301 §6). */
const ALPN = 'ftp';

export interface SecureOptions {
  readonly context: SecureContext;
  /** What is used for a client that asks for a host by this name, if not the same. */
  readonly contextOf?: (name: string) => Promise<SecureContext | undefined>;
  /** Remembers sessions for those who take no tickets. */
  readonly sessions: Server;
  /** Clients have to show a certificate. */
  readonly asksForCertificate: boolean;
}

/**
 * What a connection is for.
 * - `control`: TLS can be taken off it again ({@link SecureSocket.unwrap}).
 * - `download`: nobody looks at how the peer ends it.
 * - `upload`: it is known how the peer ended it, and nothing is sent after the handshake until
 *   {@link SecureSocket.hangUp}. In TLS 1.3 the server's tickets follow the handshake; the system
 *   of a peer that closes with them unread answers with RST and throws away what it still had to
 *   send: the end of the upload.
 * - `piped-upload`: the same, where Node does not show what `upload` takes (self-test.ts).
 */
export type SecureUse = 'control' | 'download' | 'upload' | 'piped-upload';

const PIPED = { control: 'control', 'piped-upload': 'upload' } as const;

/**
 * The server's side of TLS on one connection. Node moves the bytes by itself, unless they have to
 * be looked at on their way.
 */
export class SecureSocket extends TLSSocket {
  readonly #raw: Socket;
  readonly #pipe: Pipe | undefined;
  readonly #tickets: HeldTickets | undefined;
  #isEstablished = false;
  #endedBy: 'close-notify' | 'fin' | undefined;
  #failure: Error | undefined;

  constructor(
    raw: Socket,
    { context, contextOf, sessions, asksForCertificate }: SecureOptions,
    use: SecureUse,
  ) {
    const isPiped = use === 'control' || use === 'piped-upload';
    const pipe = isPiped ? new Pipe(raw, PIPED[use]) : undefined;
    const tickets = use === 'upload' ? new HeldTickets(sessions) : undefined;
    super(pipe ?? raw, {
      isServer: true,
      secureContext: context,
      server: tickets?.server ?? sessions,
      ...(contextOf && { SNICallback: choosing(contextOf) }),
      requestCert: asksForCertificate,
      rejectUnauthorized: false,
      // Whoever was made to speak another protocol with us is not to go on (CVE-2021-3618).
      ALPNCallback: ({ protocols }) => (protocols.includes(ALPN) ? ALPN : undefined),
    });
    this.#raw = raw;
    this.#pipe = pipe;
    this.#tickets = tickets;
    this.on('error', () => {});
    this.once('secure', () => {
      this.#isEstablished = true;
      tickets?.hold();
    });
    // Where there is no tls.Server, this is the only event for what goes wrong inside TLS.
    this.on('_tlsError', (error: Error) => {
      this.#failure ??= error;
      this.destroy();
    });
  }

  /** The name of the host that the peer asked for (RFC 6066 §3), as names are compared. */
  get serverName(): string | undefined {
    const { servername } = this as { servername?: string | false };
    return servername ? parseHostName(servername) : undefined;
  }

  get isEstablished(): boolean {
    return this.#isEstablished;
  }

  /** What went wrong inside TLS, if anything did. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** How the peer ended its side; undefined as long as it has not, or if nobody can tell. */
  get endedBy(): 'close-notify' | 'fin' | undefined {
    return this.#endedBy;
  }

  /** What is wrong with the certificate that the peer showed, or with showing none. */
  get certificateProblem(): string | undefined {
    // Public only as `authorized` of a tls.Server's connections.
    const { _handle: handle } = this as unknown as { _handle?: { verifyError(): Error | null } };
    const problem = handle?.verifyError();
    return problem ? problem.message : undefined;
  }

  /** The end of the stream goes this way, at the very moment in which the TLS layer sees it. */
  override push(chunk: unknown, encoding?: BufferEncoding): boolean {
    if (chunk === null) this.#endedBy ??= this.#seeEnd();
    return super.push(chunk, encoding);
  }

  #seeEnd(): 'close-notify' | 'fin' | undefined {
    if (this.#tickets !== undefined) return endOf(this, this.#raw);
    if (this.#pipe === undefined || this.#pipe.destroyed) return undefined;
    // The pipe ends only after TLS was given all that came before its end.
    return this.#pipe.readableEnded ? 'fin' : 'close-notify';
  }

  /**
   * Says close_notify and ends our side, then waits for the peer to do so for at most so many
   * milliseconds: a connection that is closed too early can take our last words back.
   */
  hangUp(milliseconds: number): void {
    this.#pipe?.release();
    // Node would end the connection while it still sends the tickets, and say nothing behind them.
    if (this.#tickets?.release() === true) this.write('');
    this.setTimeout(milliseconds, () => this.destroy());
    this.once('close', () => this.setTimeout(0));
    this.resume().end();
  }

  /**
   * Takes TLS off a control connection, after what was said before: close_notify each way.
   * @returns the bytes that followed in the clear; the connection below is paused
   */
  async unwrap(): Promise<Buffer> {
    if (this.#pipe === undefined) throw new Error('Nobody sees where this TLS ends');
    const detached = this.#pipe.detach(() => this.#endedBy !== undefined);
    this.end();
    return detached;
  }
}

type Choose = (error: Error | null, context?: SecureContext) => void;

function choosing(contextOf: NonNullable<SecureOptions['contextOf']>) {
  return (servername: string, choose: Choose): void => {
    contextOf(parseHostName(servername) ?? '').then(
      (context) => choose(null, context),
      (error: Error) => choose(error),
    );
  };
}
