/** How values of other servers become ours; undefined stays undefined: then our default holds. */
type Said = string | undefined;

/** A number of seconds. */
export const seconds = (said: Said): Said => said && `${said}s`;

/** A number of minutes. */
export const minutes = (said: Said): Said => said && `${said}m`;

/** As it stands. */
export const same = (said: Said): Said => said;

/** A number of which 0 means that there is no limit, where we always have one: our most. */
export const countOr =
  (most: number) =>
  (said: Said): Said =>
    said === '0' ? String(most) : said;

/** Bytes a second of which 0 means no limit. */
export const rate = (said: Said): Said => (said === '0' ? undefined : said);

/** YES, on, 1, true. */
export const isYes = (said: Said, otherwise: boolean): boolean =>
  said === undefined ? otherwise : /^(yes|on|true|1)$/i.test(said);

/** `A-B` of two ends, if both are said and not 0. */
export const range = (first: Said, last: Said): Said =>
  first && last && first !== '0' && last !== '0' ? `${first}-${last}` : undefined;

/** `host:port`, with brackets around an IPv6 address. */
export function hostPort(host: string, port: string): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** What is said more often than once. */
export const SENTENCES = {
  account: 'limits like this belong to an account here: `carryon account set`',
  always: 'always so here',
  never: 'never so here',
  system:
    'accounts are Carryon’s own: `carryon account add NAME --password-hash HASH` takes one over',
  anonymous: 'there is no anonymous login: make an account that may only list and read',
  home: 'each account has a home that nobody leaves: `carryon account add NAME --home DIR`',
  permissions: 'what an account may do: `carryon account set NAME --permissions …`',
  user: 'runs as the user who starts it; the systemd unit says which',
  log: 'the transfer log is on by default; `log.xferlog` writes a classic xferlog, too',
  text: 'messages to visitors are `ftp.banner` and no others',
  modes: 'new files and folders get the mode of the server’s umask',
  resume:
    'uploads resume, in staging; `--permissions` without append and overwrite keeps files as they are',
} as const;
