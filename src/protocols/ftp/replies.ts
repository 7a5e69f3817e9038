import type { Reply } from '../../wire/ftp/reply.ts';

/** A reply of one line or more. */
export function reply(code: number, ...lines: readonly string[]): Reply {
  return { code, lines };
}

/** The replies that more than one file gives, by what they mean. */
export const replies = {
  opening: (what: string) => reply(150, what),
  noDataConnection: reply(425, 'No data connection came up'),
  noTlsOnData: reply(522, 'TLS on the data connection failed, or did not resume the session'),
  noPlan: reply(425, 'Use EPSV, PASV, EPRT or PORT first'),
  unknown: reply(500, 'This command is not known; HELP lists those that are'),
  tooLong: reply(500, 'The line is too long'),
  failed: reply(451, 'The server could not do this; its log says why'),
  loggedOut: reply(221, 'Goodbye'),
  tooManyFailures: reply(421, 'Too many wrong passwords'),
  notFtp: reply(421, 'This is FTP, and what came is not'),
  tlsFirst: reply(530, 'Encrypt this connection first: AUTH TLS'),
  neverEncrypted: reply(530, 'This account is for connections in the clear only'),
  protectFirst: reply(521, 'Data connections have to be encrypted: PROT P'),
  injected: reply(421, 'What follows AUTH in the clear is not to be believed'),
  idle: reply(421, 'Nothing was said for too long'),
  lineTimeout: reply(421, 'A command was begun and not ended'),
  loginTimeout: reply(421, 'Nobody logged in in time'),
  shuttingDown: reply(421, 'The server is shutting down'),
} as const;
