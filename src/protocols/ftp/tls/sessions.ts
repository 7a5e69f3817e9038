import { Server } from 'node:net';

/** More than one control connection is ever offered: the newest count. */
const MOST = 8;

/**
 * The TLS 1.2 sessions of one control connection, for clients that take no tickets and resume by
 * number (RFC 5246 §7.3): curl 7 is one. Node asks for them by events of a server, which is
 * why this looks like one; it never listens.
 */
export function rememberSessions(): Server {
  const sessions = new Map<string, Buffer>();
  const server = new Server();
  server.on('newSession', (id: Buffer, session: Buffer, done: () => void) => {
    sessions.set(id.toString('hex'), session);
    const [oldest] = sessions.keys();
    if (sessions.size > MOST && oldest !== undefined) sessions.delete(oldest);
    done();
  });
  server.on('resumeSession', (id: Buffer, done: (error: null, found: Buffer | null) => void) => {
    done(null, sessions.get(id.toString('hex')) ?? null);
  });
  return server;
}

/**
 * The same sessions for one upload, to which nothing is sent after the handshake until
 * {@link release}: Node sends no ticket as long as it is not told that its session is remembered.
 */
export class HeldTickets {
  readonly server = new Server();
  #held: (() => void)[] | undefined;

  constructor(sessions: Server) {
    this.server.on('newSession', (id: Buffer, session: Buffer, done: () => void) => {
      sessions.emit('newSession', id, session, this.#held ? () => {} : done);
      this.#held?.push(done);
    });
    this.server.on('resumeSession', (...words) => sessions.emit('resumeSession', ...words));
  }

  /** The handshake is over: what Node wants to send now are tickets (RFC 8446 §4.6.1). */
  hold(): void {
    this.#held = [];
  }

  /** @returns true if anything was held back, which is on its way now */
  release(): boolean {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const done of held) done();
    return held.length > 0;
  }
}
