import { count, size, unless } from './kinds.ts';
import { timer } from './limits.ts';
import { setting } from './setting.ts';

/** What one FTP connection may do, so that none costs more than it is worth. */
export const FTP_LIMITS = [
  setting({
    key: 'ftp.line-timeout',
    kind: timer,
    default: '30s',
    about: 'A connection on which a command line has begun and not ended for this long is ended.',
  }),
  setting({
    key: 'ftp.passive-timeout',
    kind: timer,
    default: '60s',
    about: 'How long a passive port stays open for a data connection that does not come.',
  }),
  setting({
    key: 'ftp.min-upload-rate',
    kind: unless('off', size('1', '1MiB')),
    default: '1',
    about:
      'Bytes a second that an upload has to bring on average, looked at every stall-timeout; a slower one is cut and stays resumable.',
  }),
  setting({
    key: 'ftp.commands-per-second',
    kind: unless('off', count(1, 1_000_000)),
    default: '5000',
    about: 'Commands a second of one connection, after as many at once; more have to wait.',
  }),
  setting({
    key: 'ftp.command-bytes-per-second',
    kind: unless('off', size('1KiB', '1GiB')),
    default: '1MiB',
    about:
      'Bytes a second that are read of one control connection, after as many at once; more have to wait.',
  }),
  setting({
    key: 'ftp.max-queued-commands',
    kind: count(1, 10_000),
    default: '16',
    about: 'Commands that may wait behind a running one; then no more is read.',
  }),
  setting({
    key: 'ftp.max-unknown-commands',
    kind: count(1, 10_000),
    default: '10',
    about: 'A connection without a login is ended after this many words that are no commands.',
  }),
  setting({
    key: 'ftp.max-list-entries',
    kind: count(1, 100_000_000),
    default: '100000',
    about: 'Entries that one recursive listing or one pattern may show.',
  }),
  setting({
    key: 'ftp.max-sorted-entries',
    kind: count(1, 10_000_000),
    default: '10000',
    about:
      'Entries of one folder that LIST -t, -S and -r put in order; a larger folder comes as the disk gives it.',
  }),
  setting({
    key: 'ftp.max-counted-entries',
    kind: count(1, 100_000_000),
    default: '1000000',
    about: 'Entries that DSIZ adds up; with more below a folder it says that there are too many.',
  }),
  setting({
    key: 'ftp.max-stat-entries',
    kind: count(1, 1_000_000),
    default: '1000',
    about: 'Entries that STAT with a path shows, all of them on the control connection.',
  }),
  setting({
    key: 'ftp.max-pattern-length',
    kind: count(1, 4096),
    default: '256',
    about: 'The longest pattern in LIST, NLST and STAT.',
  }),
  setting({
    key: 'ftp.proxy-header-timeout',
    kind: timer,
    default: '5s',
    about: 'How long the PROXY header of a connection from one of ftp.proxies may take.',
  }),
  setting({
    key: 'ftp.max-proxy-header-bytes',
    kind: size('536', '64KiB'),
    default: '4KiB',
    about: 'The longest PROXY header, with all that a proxy adds to the addresses.',
  }),
] as const;
