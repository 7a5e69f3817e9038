import { hideLogin } from '../../base/hide-login.ts';
import { Failure } from '../../base/failure.ts';
import { decodeName, encodeName } from '../../base/name.ts';
import { type Path, ROOT, parsePath } from '../../base/path.ts';

/** How the connection is protected: not at all, after AUTH TLS, or from the first byte. */
export type Security = 'none' | 'explicit' | 'implicit';

/** The schemes, and what each means. */
export const SCHEMES = {
  ftp: { security: 'none', port: 21 },
  ftpes: { security: 'explicit', port: 21 },
  ftps: { security: 'implicit', port: 990 },
} as const satisfies Record<string, { readonly security: Security; readonly port: number }>;

export type Scheme = keyof typeof SCHEMES;

/** What a URL says, decoded. */
export interface Address {
  readonly scheme: Scheme;
  /** A name or an IP address, without brackets. */
  readonly host: string;
  readonly port: number;
  readonly user: string | undefined;
  /** Never to be shown. */
  readonly password: string | undefined;
  readonly place: Place;
}

/** Where on the server. */
export interface Place {
  /** Relative to the folder that the login leads to, unless it begins with `/`; may be empty. */
  readonly path: string;
  /** The same as a pattern in which what was percent-encoded stands for itself; undefined if it is none. */
  readonly pattern: string | undefined;
  /** It ends with a slash: a folder is meant. */
  readonly isFolder: boolean;
}

const SHAPE =
  /^(?<scheme>[a-z][a-z0-9+.-]*):\/\/(?:(?<login>[^/]*)@)?(?<host>\[[^\]/]*\]|[^/:@[\]]*)(?::(?<port>\d*))?(?<path>\/.*)?$/is;

/** True if this is meant as a URL of a server, right or wrong; false for the name of a local file. */
export function isAddress(text: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(text);
}

/**
 * Reads a URL as RFC 1738 §3.2 has it: its path begins in the folder that the login leads to,
 * and `%2F` (or a second slash, as other clients read it) in the root. `;type=` is accepted and
 * means nothing: everything is transferred as it is.
 * @throws Failure `name-refused`, with a sentence that never holds a password
 */
export function parseAddress(text: string): Address {
  const found = SHAPE.exec(text)?.groups;
  if (!found) throw refused(`${hideLogin(text)} is not a URL such as ftp://host/file`);
  const scheme = schemeOf(found['scheme'] ?? '');
  const host = hostOf(found['host'] ?? '', text);
  const colon = found['login']?.indexOf(':') ?? -1;
  const [user, password] =
    colon < 0
      ? [found['login'], undefined]
      : [found['login']?.slice(0, colon), found['login']?.slice(colon + 1)];
  return {
    scheme,
    host,
    port: portOf(found['port'] ?? '', SCHEMES[scheme].port),
    user: user === undefined || user === '' ? undefined : decode(user, 'The user name'),
    password: password === undefined ? undefined : decode(password, 'The password'),
    place: placeOf((found['path'] ?? '').replace(/;type=[aid]$/i, '').slice(1)),
  };
}

/** The URL of a server, and of a place on it if one is named; never with a password. */
export function formatAddress(
  { scheme, host, port, user }: Omit<Address, 'place' | 'password'>,
  place: Place | Path = { path: '', pattern: undefined, isFolder: false },
): string {
  const login = user === undefined ? '' : `${encode(user)}@`;
  const shown = host.includes(':') ? `[${host}]` : host;
  const tail = port === SCHEMES[scheme].port ? '' : `:${port}`;
  const path = typeof place === 'string' ? place : place.path;
  const encoded = path.replace(/^\//, '').split('/').map(encode).join('/');
  return `${scheme}://${login}${shown}${tail}/${path.startsWith('/') ? '%2F' : ''}${encoded}`;
}

/** The absolute path of a place, for whom the login led to `start`. @throws Failure `name-refused` */
export function pathOf({ path }: Place, start: Path): Path {
  return parsePath(path, path.startsWith('/') ? ROOT : start);
}

function schemeOf(text: string): Scheme {
  const scheme = text.toLowerCase();
  if (Object.hasOwn(SCHEMES, scheme)) return scheme as Scheme;
  const known = Object.keys(SCHEMES).map((name) => `${name}://`);
  throw refused(`${scheme}:// is not spoken here; ${known.join(', ')} are`);
}

function hostOf(text: string, url: string): string {
  const host = text.startsWith('[') ? text.slice(1, -1) : decode(text, 'The host');
  if (host === '') throw refused(`${hideLogin(url)} names no host`);
  if (/[\s/@\p{Cc}]/u.test(host)) throw refused('The host of this URL holds what no host can');
  return host.toLowerCase();
}

function portOf(text: string, standard: number): number {
  if (text === '') return standard;
  const port = Number(text);
  if (port < 1 || port > 65_535) throw refused(`${text} is no port from 1 to 65535`);
  return port;
}

function placeOf(raw: string): Place {
  const path = decode(raw, 'The path').replace(/^\/+/, '/');
  const isPattern = /[*?[]/.test(raw);
  return {
    path,
    pattern: isPattern ? patternOf(raw).replace(/^\/+/, '/') : undefined,
    isFolder: path === '' || path.endsWith('/'),
  };
}

/** Decoded, with a backslash before each character that was encoded and would mean more. */
function patternOf(raw: string): string {
  return decode(
    raw.replaceAll(/%(?:2A|3F|5B|5D|5C|7B|7D)|[\\{}]/gi, (special) => `\\${special}`),
    'The path',
  );
}

/** Undoes percent-encoding, once; bytes that are not UTF-8 become what base/name makes of them. */
function decode(text: string, what: string): string {
  const bytes = text.replaceAll(/(?:%[0-9a-f]{2})+/gi, (run) =>
    decodeName(Buffer.from(run.replaceAll('%', ''), 'hex')),
  );
  // oxlint-disable-next-line no-control-regex -- whoever slips these in wants to write a command
  if (/[\0\r\n]/.test(bytes)) throw refused(`${what} in a URL cannot hold NUL, CR or LF`);
  return bytes;
}

/** What stands for itself in a URL: no `*` and `?`, which would make a pattern of it. */
const PLAIN = /^[\w.~!$&'()+,=\p{L}\p{N}\p{M}-]$/u;

/** Letters of any script stay readable; whoever reads this URL takes them as they are. */
function encode(text: string): string {
  return Array.from(text, (character) => {
    if (PLAIN.test(character)) return character;
    const bytes = Array.from(encodeName(character), (byte) => byte.toString(16).toUpperCase());
    return bytes.map((byte) => `%${byte.padStart(2, '0')}`).join('');
  }).join('');
}

function refused(sentence: string): Failure {
  return new Failure('name-refused', sentence);
}
