import { CHARSET_NAMES } from '../base/charset.ts';
import {
  byNetwork,
  count,
  duration,
  hostPort,
  httpUrl,
  line,
  networks,
  oneOf,
  oneOrMore,
  path,
  size,
  unless,
  yesOrNo,
} from './kinds.ts';
import { FTP_GRACE } from './ftp-grace.ts';
import { FTP_LIMITS } from './ftp-limits.ts';
import { HOSTS } from './hosts.ts';
import { LIMITS, timer } from './limits.ts';
import { PASSIVE_SETTINGS } from './passive-settings.ts';
import { setting } from './setting.ts';

/**
 * Every setting there is. The settings file, the environment, the flags, the type Settings and
 * docs/settings.md all come from these rows.
 */
export const SETTINGS = [
  setting({
    key: 'data',
    kind: path('DIR'),
    default: 'carryon-data',
    relativeTo: 'source',
    about:
      'The folder for accounts, homes, unfinished uploads and logs; made if it does not exist.',
  }),
  setting({
    key: 'workers',
    kind: unless('auto', count(1, 256)),
    default: '1',
    about:
      'How many processes serve, sharing ports, accounts, homes and quota; auto is one for each processor.',
  }),

  setting({
    key: 'ftp.listen',
    kind: oneOrMore(hostPort),
    default: '0.0.0.0:2121',
    flag: '--ftp',
    about:
      'Where FTP clients connect, one address or several; port 0 takes any free one and says which. `[::]:2121` is IPv6 and IPv4 on one port.',
  }),
  setting({
    key: 'ftp.listen-tls',
    kind: unless('off', oneOrMore(hostPort)),
    default: 'off',
    flag: '--ftps',
    about:
      'Where FTP clients connect that begin with TLS (implicit FTPS, usually port 990); AUTH TLS works without it.',
  }),
  ...PASSIVE_SETTINGS,
  setting({
    key: 'ftp.proxies',
    kind: networks,
    default: 'none',
    about:
      'Load balancers that speak the PROXY protocol (v1 or v2): every connection from these networks, control or data, has to begin with its header, and is that of the client it tells of. They are trusted as bans.trusted are.',
  }),
  setting({
    key: 'ftp.charset-by-network',
    kind: byNetwork(oneOf(...CHARSET_NAMES), 'CHARSET', '"192.168.0.0/16=gbk, 10.1.0.0/16=latin1"'),
    default: 'none',
    about:
      'How clients from some networks write names that know no UTF-8; the first that fits counts, and `carryon account set NAME --charset` before it. A client that says OPTS UTF8 ON is believed until its names show otherwise.',
  }),
  setting({
    key: 'ftp.banner',
    kind: line,
    default: 'Carryon ready',
    about: 'The greeting before login, which everybody can read.',
  }),
  setting({
    key: 'ftp.idle-timeout',
    kind: timer,
    default: '300s',
    about:
      'A session that sends no command for this long is ended; a running transfer stops the clock.',
  }),
  setting({
    key: 'ftp.max-idle-timeout',
    kind: timer,
    default: '2h',
    about: 'The longest that a client can make of it for its own session, by SITE IDLE.',
  }),
  setting({
    key: 'ftp.login-timeout',
    kind: timer,
    default: '60s',
    about: 'A connection that has not logged in by then is ended.',
  }),
  setting({
    key: 'ftp.data-timeout',
    kind: timer,
    default: '30s',
    about: 'How long a transfer waits for its data connection.',
  }),
  setting({
    key: 'ftp.keep-alive',
    kind: timer,
    default: '10s',
    about:
      'A command that computes for longer says so each time this long has passed, so that nobody takes its silence for the end.',
  }),
  setting({
    key: 'ftp.stall-timeout',
    kind: timer,
    default: '300s',
    about: 'A transfer that moves no byte for this long is cut; what has come stays resumable.',
  }),
  setting({
    key: 'ftp.max-login-failures',
    kind: count(1, 1000),
    default: '5',
    about: 'A connection is ended after this many wrong passwords.',
  }),
  setting({
    key: 'ftp.max-line-bytes',
    kind: size('512', '1MiB'),
    default: '8KiB',
    about: 'The longest command line that is read; the longest path takes 3 KiB of it.',
  }),
  ...FTP_LIMITS,
  setting({
    key: 'ftp.show-partials',
    kind: yesOrNo,
    default: 'true',
    about:
      'Whether listings show their owner an unfinished upload under its final name; SIZE and MLST answer either way.',
  }),
  setting({
    key: 'ftp.compression',
    kind: yesOrNo,
    default: 'true',
    about: 'Whether clients may have files and listings compressed on the way (MODE Z).',
  }),
  setting({
    key: 'ftp.compression-level',
    kind: count(0, 9),
    default: '6',
    about:
      'How hard what is sent is compressed if the client does not choose; what cannot be made smaller goes as it is.',
  }),
  setting({
    key: 'ftp.max-compression-ratio',
    kind: count(1, 1100),
    default: '250',
    about:
      'An upload that comes compressed and becomes more than 64 MiB is stopped if that is more than so many times what was sent; zlib cannot do more than 1032.',
  }),
  ...FTP_GRACE,

  setting({
    key: 'tls.policy',
    kind: oneOf('off', 'allowed', 'required'),
    default: 'allowed',
    about:
      'Whether connections may or must be encrypted; with required, nobody logs in or transfers in the clear, unless `carryon account set NAME --tls` says otherwise.',
  }),
  setting({
    key: 'tls.certificate',
    kind: unless('auto', path('FILE')),
    default: 'auto',
    relativeTo: 'source',
    about:
      'The certificate with those that vouch for it, in PEM, read again when the file changes; auto makes one in the data folder that nobody vouches for.',
  }),
  setting({
    key: 'tls.key',
    kind: unless('auto', path('FILE')),
    default: 'auto',
    relativeTo: 'source',
    about: 'The key of the certificate, in PEM; auto looks for it in the file of the certificate.',
  }),
  setting({
    key: 'tls.min-version',
    kind: oneOf('1.2', '1.3'),
    default: '1.2',
    about: 'The oldest version of TLS that is spoken.',
  }),
  setting({
    key: 'tls.max-version',
    kind: oneOf('1.2', '1.3'),
    default: '1.3',
    about: 'The newest version of TLS that is spoken.',
  }),
  setting({
    key: 'tls.session-reuse',
    kind: oneOf('required', 'preferred'),
    default: 'preferred',
    about:
      'Whether a data connection has to resume the TLS session of its control connection, which keeps out others with the same address; some clients cannot, among them Python.',
  }),
  setting({
    key: 'tls.close-notify',
    kind: oneOf('required', 'expected'),
    default: 'expected',
    about:
      'An encrypted upload that ends without close_notify is cut: expected if its sender has said it before on this control connection, required always.',
  }),
  setting({
    key: 'tls.client-ca',
    kind: unless('off', path('FILE')),
    default: 'off',
    relativeTo: 'source',
    about:
      'Whose signature the certificate of a client needs, in PEM; passwords are asked for as before.',
  }),
  setting({
    key: 'tls.client-certificates',
    kind: oneOf('allowed', 'required'),
    default: 'required',
    about:
      'With tls.client-ca, whether every encrypted connection has to show a certificate, or may; one that is not in order is refused either way.',
  }),
  setting({
    key: 'tls.allow-ccc',
    kind: yesOrNo,
    default: 'false',
    about: 'Whether CCC may end the encryption of a control connection after the login.',
  }),
  setting({
    key: 'tls.handshake-timeout',
    kind: timer,
    default: '15s',
    about: 'How long the beginning of TLS may take on a connection.',
  }),

  ...HOSTS,

  ...LIMITS,

  setting({
    key: 'uploads.checkpoint',
    kind: size('4KiB', '1GiB'),
    default: '16MiB',
    about: 'A running upload is made durable each time it has grown by this much.',
  }),
  setting({
    key: 'uploads.expire',
    kind: duration('1s', '3650d'),
    default: '7d',
    about: 'Unfinished uploads that nobody has continued for this long are dropped.',
  }),
  setting({
    key: 'uploads.segments',
    kind: count(2, 10_000),
    default: '256',
    about: 'Into how many pieces one upload may be that comes over several connections at once.',
  }),
  setting({
    key: 'uploads.whole',
    kind: size('0', '1MiB'),
    default: '64KiB',
    about:
      'An upload of at most this size that comes within a tenth of a second is stored in one step, as safely and for a part of the cost; 0 does so with none.',
  }),
  setting({
    key: 'uploads.durability',
    kind: oneOf('full', 'none'),
    default: 'full',
    about:
      'Only for measuring what durability costs: with none the server says that an upload is stored when it is not yet on the disk, and a power cut may take it, older files and the records with it.',
  }),
  setting({
    key: 'uploads.digests',
    kind: yesOrNo,
    default: 'true',
    about:
      'Only for measuring what digests cost: without them nothing is known of the bytes of a file but their number, unless its sender has promised a digest, and what is resumed is not proven.',
  }),

  setting({
    key: 'database.copies',
    kind: count(0, 1000),
    default: '5',
    about:
      'How many copies of the records are kept that are made in the folder copies before a newer version changes their tables; 0 makes none.',
  }),

  setting({
    key: 'hooks.command',
    kind: unless('off', path('FILE')),
    default: 'off',
    relativeTo: 'source',
    about:
      'A program that is started for each event of an upload, with the event as JSON on its standard input; ending with 0 takes the event.',
  }),
  setting({
    key: 'hooks.url',
    kind: unless('off', httpUrl),
    default: 'off',
    about: 'Where each event of an upload is posted as JSON; a 2xx answer takes the event.',
  }),
  setting({
    key: 'hooks.timeout',
    kind: timer,
    default: '30s',
    about: 'How long a hook may take for one event; then it is told again later.',
  }),

  setting({
    key: 'log.level',
    kind: oneOf('debug', 'info', 'warn', 'error'),
    default: 'info',
    about: 'The least important messages that are still logged.',
  }),
  setting({
    key: 'log.format',
    kind: oneOf('auto', 'pretty', 'json'),
    default: 'auto',
    about:
      'Lines for people or JSON for machines, on stderr; auto looks whether stderr is a terminal.',
  }),
  setting({
    key: 'log.transfers',
    kind: unless('off', path('FILE')),
    default: 'log/transfers.ndjson',
    relativeTo: 'data',
    about:
      'The transfer log, one line of JSON for each transfer; a relative path counts from the data folder.',
  }),
  setting({
    key: 'log.xferlog',
    kind: unless('off', path('FILE')),
    default: 'off',
    relativeTo: 'data',
    about:
      'The same as a classic xferlog, for programs that read one; a relative path counts from the data folder.',
  }),

  setting({
    key: 'metrics.listen',
    kind: unless('off', hostPort),
    default: 'off',
    flag: '--metrics',
    about:
      'Where /metrics answers Prometheus and /health answers load balancers; nobody is asked for a password there, so it is best a local address.',
  }),
  setting({
    key: 'shutdown.grace',
    kind: duration('0s', '1h'),
    default: '5s',
    about:
      'How long a stopping server takes at most to let replies finish and to secure running uploads.',
  }),
] as const;

/** The titles of the groups; '' is for the settings above all groups. */
export const GROUPS: Readonly<Record<string, string>> = {
  '': 'The server as a whole',
  ftp: 'FTP',
  tls: 'Encryption',
  hosts: 'Virtual hosts',
  limits: 'Limits for everybody',
  login: 'Login',
  bans: 'Bans',
  uploads: 'Unfinished uploads',
  database: 'Records',
  hooks: 'Hooks',
  log: 'Logs',
  metrics: 'Metrics and health',
  shutdown: 'Stopping',
};
