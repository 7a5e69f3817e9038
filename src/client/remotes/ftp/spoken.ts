import { TransferFailure } from '../../transfer-failure.ts';
import { ask, type Link } from './link.ts';
import { failureOf } from './reply-failures.ts';

/**
 * The verbs that open data connections, or change what this connection is to whoever uses it next.
 * Each of them has a word or a flag of the client that does it.
 */
const OURS = new Set(
  [
    'USER PASS ACCT HOST REIN QUIT AUTH PBSZ PROT CCC TYPE MODE STRU REST RANG ABOR CWD CDUP SMNT',
    'PORT PASV EPRT EPSV LPRT LPSV SPSV RETR STOR STOU APPE LIST NLST MLSD RNFR RNTO CPFR CPTO',
  ].flatMap((line) => line.split(' ')),
);

/**
 * Says a command in the words of the protocol, as `quote` of other clients does (RFC 959 §5.3).
 * @returns the lines of the reply, each behind its code
 * @throws TransferFailure of the reply, or `refused` for what is not left to people
 */
export async function say(
  link: Link,
  command: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const verb = command.trimStart().split(' ', 1)[0]?.toUpperCase() ?? '';
  if (OURS.has(verb)) throw new TransferFailure('refused', `${verb} is said by this client itself`);
  const { code, lines } = await ask(link, command.trim(), signal);
  if (code >= 400) throw failureOf({ code, lines }, `do ${verb}`);
  return lines.map((line) => `${code} ${line}`);
}
