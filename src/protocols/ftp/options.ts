import type { CharsetName } from '../../base/charset.ts';
import { type ForNetwork, Networks } from '../../base/network.ts';
import { KiB, MiB } from '../../base/size.ts';
import type { PassiveAddressOptions } from './data/passive-address.ts';
import type { Place } from './doors.ts';
import type { TlsOptions } from './tls/options.ts';
import { GRACE_DEFAULTS, type GraceOptions } from './transfers/grace.ts';

/** Some consecutive ports, both ends included. */
export interface Ports {
  readonly first: number;
  readonly last: number;
}

/** How passive data connections are offered. */
export interface PassiveOptions extends PassiveAddressOptions {
  /** The ports that may be offered; without them the system picks one. */
  readonly ports?: Ports | undefined;
  /** How long one that has brought a data connection stays open for the next one of its session. */
  readonly keepMs: number;
}

/** All that this room lets people choose. Times are in milliseconds, sizes in bytes. */
export interface FtpOptions {
  /** At least one. */
  readonly listen: readonly Place[];
  readonly passive: PassiveOptions;
  /** Those whose connections have to begin with a header of the PROXY protocol. */
  readonly proxies: Networks;
  /** In which time it has to come, and how long it may be. */
  readonly proxyHeaderTimeoutMs: number;
  readonly maxProxyHeaderBytes: number;
  /** How old clients from some networks write names. */
  readonly charsets: readonly ForNetwork<CharsetName>[];
  /** How connections are encrypted; without it they are not. */
  readonly tls?: TlsOptions | undefined;
  /** Clients can choose one of several hosts. */
  readonly offersHosts: boolean;
  /** The text of the first reply. */
  readonly banner: string;

  /** A session that sends no command for so long gets 421; off while a command or transfer runs. */
  readonly idleTimeoutMs: number;
  /** The longest that SITE IDLE can make of it. */
  readonly maxIdleTimeoutMs: number;
  /** The time from the first reply to a login. */
  readonly loginTimeoutMs: number;
  /** How long a transfer waits for its data connection. */
  readonly dataTimeoutMs: number;
  /** How long a passive port stays open for nobody. */
  readonly passiveTimeoutMs: number;
  /** Milliseconds after which a command that still works says so. */
  readonly keepAliveMs: number;
  /** A data connection on which nothing moves for so long is given up. */
  readonly stallTimeoutMs: number;

  /** A line that has begun has to end within so long. */
  readonly lineTimeoutMs: number;
  /** What an upload has to bring a second, on average over `stallTimeoutMs`; undefined for nothing. */
  readonly minUploadRate: number | undefined;
  /** Commands of one connection, and bytes of them; undefined for as many as come. */
  readonly commandsPerSecond: number | undefined;
  readonly commandBytesPerSecond: number | undefined;

  /** The longest command line. */
  readonly maxLineBytes: number;
  /** Commands that may wait behind a running one; then reading pauses. */
  readonly maxQueuedLines: number;
  /** Wrong passwords on one connection before it is closed. */
  readonly maxLoginFailures: number;
  /** Unknown commands before a login before the connection is closed: whoever this is speaks no FTP. */
  readonly maxUnknownBeforeLogin: number;

  /** Unfinished uploads are shown to their owner in listings; SIZE and MLST always tell. */
  readonly showPartials: boolean;
  /** Entries that one recursive listing or one pattern may show. */
  readonly maxListEntries: number;
  /** Entries of one folder that are put into the order that a client asks for. */
  readonly maxSortedEntries: number;
  /** Entries that DSIZ adds up. */
  readonly maxCountedEntries: number;
  /** Entries that STAT with a path shows on the control connection. */
  readonly maxStatEntries: number;
  /** The longest pattern in LIST, NLST and STAT. */
  readonly maxPatternLength: number;
  /** Up to this size SIZE counts the line ends of a file in TYPE A; beyond it answers 550. */
  readonly maxCountedBytes: number;

  /** The size of each of the two buffers of a transfer while few transfers run. */
  readonly bufferBytes: number;
  /** Read uploads into reused buffers where this Node can do that (data/reused-buffer.ts). */
  readonly readsInPlace: boolean;
  /** MODE Z is offered. */
  readonly offersDeflate: boolean;
  /** How hard it compresses if the client says nothing, 0 to 9. */
  readonly deflateLevel: number;
  /** How many times larger than what was sent a file may become that came compressed. */
  readonly deflateMaxRatio: number;
  /** Bytes between two restart markers in what is sent in MODE B or C. */
  readonly markerBytes: number;
  /** How long a sender whose bytes are refused may go on sending while it reads why. */
  readonly refusalLingerMs: number;
  readonly grace: GraceOptions;
}

export const FTP_DEFAULTS: FtpOptions = {
  listen: [],
  passive: { keepMs: 1000, byNetwork: [], local: new Networks([]), lookupEveryMs: 300_000 },
  proxies: new Networks([]),
  charsets: [],
  proxyHeaderTimeoutMs: 5000,
  maxProxyHeaderBytes: 4 * KiB,
  offersHosts: false,
  banner: 'Carryon ready',
  idleTimeoutMs: 300_000,
  maxIdleTimeoutMs: 7_200_000,
  loginTimeoutMs: 60_000,
  dataTimeoutMs: 30_000,
  passiveTimeoutMs: 60_000,
  stallTimeoutMs: 300_000,
  lineTimeoutMs: 30_000,
  minUploadRate: 1,
  commandsPerSecond: 5000,
  commandBytesPerSecond: MiB,
  keepAliveMs: 10_000,
  maxLineBytes: 8 * KiB,
  maxQueuedLines: 16,
  maxLoginFailures: 5,
  maxUnknownBeforeLogin: 10,
  showPartials: true,
  maxListEntries: 100_000,
  maxSortedEntries: 10_000,
  maxCountedEntries: 1_000_000,
  maxStatEntries: 1000,
  maxPatternLength: 256,
  maxCountedBytes: MiB,
  bufferBytes: MiB,
  readsInPlace: true,
  offersDeflate: true,
  deflateLevel: 6,
  deflateMaxRatio: 250,
  markerBytes: 16 * MiB,
  refusalLingerMs: 5000,
  grace: GRACE_DEFAULTS,
};
