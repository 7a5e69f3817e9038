import { TransferFailure } from '../transfer-failure.ts';
import { findEntry, type Netrc } from './netrc.ts';

/** With what somebody logs in. */
export interface Login {
  readonly user: string;
  /** Never to be shown. */
  readonly password: string;
  /** For servers that want one (RFC 959, ACCT). */
  readonly account: string | undefined;
}

/** Where a password may come from, in the order in which they are asked. */
export interface LoginSources {
  readonly host: string;
  /** As the URL says. */
  readonly user: string | undefined;
  /** As the URL says. */
  readonly password: string | undefined;
  /** A program that prints it, where one was named. */
  readonly command: (() => Promise<string>) | undefined;
  /** What the environment says. */
  readonly variable: string | undefined;
  /** The .netrc, where there is one; read only if it comes to that. */
  readonly netrc: () => Promise<Netrc | undefined>;
  /** Asks a person; undefined if there is none to be asked. */
  readonly prompt: ((question: string) => Promise<string>) | undefined;
  /** Tells a person something. */
  readonly warn: (sentence: string) => void;
}

/** What RFC 1635 wants for a user that needs no password. */
const ANONYMOUS: Login = { user: 'anonymous', password: 'anonymous@', account: undefined };

/**
 * Finds out with what to log in: what the URL says, else what `--password-command` prints,
 * CARRYON_PASSWORD, the .netrc, or a person. Without a user anywhere it is `anonymous`, whose
 * password is nobody's secret.
 * @throws TransferFailure `login-refused` if there is a user and no password
 */
export async function findLogin(sources: LoginSources): Promise<Login> {
  const { host, user, password } = sources;
  if (password !== undefined) {
    sources.warn(
      'a password in a URL is seen by others on this machine and stays in the history of the shell; use --password-command, CARRYON_PASSWORD or ~/.netrc',
    );
    return { user: user ?? ANONYMOUS.user, password, account: undefined };
  }
  // What is meant for this one command is no secret from its server; the environment's may well be.
  if (isAnonymous(user) && !sources.command) return { ...ANONYMOUS, user: user ?? ANONYMOUS.user };

  const outside = sources.command ? await sources.command() : sources.variable;
  if (user !== undefined && outside !== undefined) {
    return { user, password: outside, account: undefined };
  }
  const netrc = await sources.netrc();
  const entry = netrc && findEntry(netrc, host, user);
  const name = user ?? entry?.login;
  // Whoever is not named is nobody in particular, and is not sent a secret.
  if (name === undefined || isAnonymous(name)) {
    return { ...ANONYMOUS, ...(entry?.password !== undefined && { password: entry.password }) };
  }
  const found =
    outside ?? entry?.password ?? (await sources.prompt?.(`Password for ${name} at ${host}: `));
  if (found !== undefined) return { user: name, password: found, account: entry?.account };
  throw new TransferFailure(
    'login-refused',
    `There is no password for ${name} at ${host}: give one by --password-command, CARRYON_PASSWORD or ~/.netrc`,
  );
}

function isAnonymous(user: string | undefined): boolean {
  return user === 'anonymous' || user === 'ftp';
}
