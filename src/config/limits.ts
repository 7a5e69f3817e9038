import { count, duration, networks, size, unless, yesOrNo } from './kinds.ts';
import { setting } from './setting.ts';

/** No timer runs longer: beyond 2^31 − 1 ms, setTimeout fires at once. */
const LONGEST_TIMER = '24d';

export const timer = duration('100ms', LONGEST_TIMER);

const rate = unless('unlimited', size('1KiB', '1TiB'));

/** What anybody may take of the server, by whatever protocol, and who is kept out. */
export const LIMITS = [
  setting({
    key: 'limits.max-connections',
    taken: 'reload',
    kind: count(1, 1_000_000),
    default: '2000',
    about:
      'Connections at the same time, logged in or not. One more takes the place of one that has not logged in, from the address that has most of those; if there is none, it is told to come back later.',
  }),
  setting({
    key: 'limits.max-connections-per-address',
    taken: 'reload',
    kind: count(1, 1_000_000),
    default: '200',
    about:
      'Connections at the same time from one address (of IPv6, from one /64), except trusted ones; more are told to come back later.',
  }),
  setting({
    key: 'limits.max-sessions-per-account',
    taken: 'reload',
    kind: count(1, 1_000_000),
    default: '50',
    about:
      'Sessions of one account at the same time, by whatever protocol; more are refused at login. `account set --max-sessions` says otherwise for one.',
  }),
  setting({
    key: 'limits.upload-rate',
    taken: 'reload',
    kind: rate,
    default: 'unlimited',
    about: 'Bytes a second that all visitors together may send; each transfer gets the same share.',
  }),
  setting({
    key: 'limits.download-rate',
    taken: 'reload',
    kind: rate,
    default: 'unlimited',
    about:
      'Bytes a second that all visitors together may fetch; each transfer gets the same share.',
  }),
  setting({
    key: 'limits.session-upload-rate',
    taken: 'reload',
    kind: rate,
    default: 'unlimited',
    about:
      'Bytes a second that one session may send; `account set --upload-rate` limits all sessions of an account together.',
  }),
  setting({
    key: 'limits.session-download-rate',
    taken: 'reload',
    kind: rate,
    default: 'unlimited',
    about:
      'Bytes a second that one session may fetch; `account set --download-rate` limits all sessions of an account together.',
  }),

  setting({
    key: 'login.hash-concurrency',
    kind: count(1, 64),
    default: '2',
    about:
      'Passwords checked at the same time; each takes one processor and some 20 MiB of memory while it lasts.',
  }),
  setting({
    key: 'login.cache',
    kind: yesOrNo,
    default: 'true',
    about:
      'Whether a password that was right is remembered in memory, under a keyed hash, until the account changes.',
  }),
  setting({
    key: 'login.free-failures',
    kind: count(0, 1000),
    default: '2',
    about: 'Failed logins of an address or account that cost no delay yet.',
  }),
  setting({
    key: 'login.max-delay',
    kind: duration('0s', '1h'),
    default: '30s',
    about: 'The longest delay that failures bring; each further one doubles it up to this.',
  }),

  setting({
    key: 'login.max-account-delay',
    kind: duration('0s', '1h'),
    default: '5s',
    about:
      'The longest delay that an account has to bear for what others try; short, so that nobody can keep its owner out.',
  }),
  setting({
    key: 'login.forget-after',
    kind: timer,
    default: '15m',
    about: 'How long after the last of them failed logins bring no delay any more.',
  }),
  setting({
    key: 'login.max-waiting-per-address',
    kind: count(1, 10_000),
    default: '8',
    about: 'Logins of one address that may wait out a delay at the same time; more are refused.',
  }),
  setting({
    key: 'login.max-waiting',
    kind: count(1, 100_000),
    default: '1000',
    about:
      'Passwords that may wait to be checked; addresses take turns, and in a full queue one more takes the place of the last one of the address that has most of them.',
  }),

  setting({
    key: 'bans.threshold',
    kind: unless('off', count(1, 1_000_000)),
    default: '30',
    about:
      'From so many points on an address (of IPv6, its /64) is banned: 1 for a refused login, the same wrong password counting once, or for a connection without one; 5 for what is not the protocol.',
  }),
  setting({
    key: 'bans.window',
    kind: timer,
    default: '10m',
    about:
      'In this time as many points as that are forgotten, little by little: many people behind one address make a few mistakes all the time.',
  }),
  setting({
    key: 'bans.duration',
    kind: duration('1s', '3650d'),
    default: '1h',
    about: 'How long such a ban lasts; it survives a restart. `carryon ban` lists and lifts.',
  }),
  setting({
    key: 'bans.trusted',
    kind: networks,
    default: '127.0.0.0/8, ::1/128',
    about:
      'Addresses and networks that are never banned, nor limited by address: a proxy, an office, a monitor.',
  }),
  setting({
    key: 'bans.max',
    kind: count(1, 1_000_000),
    default: '100000',
    about: 'The most bans that the server keeps by itself; those that end soonest go first.',
  }),
] as const;
