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
