import { systemClock, type Clock } from '../../../base/clock.ts';
import { MiB } from '../../../base/size.ts';
import type { SeenCertificate } from '../../credentials/certificates.ts';
import type { Pace } from '../../../base/token-bucket.ts';
import type { Trace } from './trace.ts';

/**
 * How connections are protected: not at all, after AUTH TLS, from the first byte, or after
 * AUTH TLS only if the server knows it, which keeps no attacker out.
 */
export type FtpSecurity = 'none' | 'explicit' | 'implicit' | 'explicit-if-offered';

/** Which certificates are believed. */
export type Trust =
  /** Those that an authority vouches for, and that name the host. */
  | {
      readonly kind: 'authorities';
      /** PEM, instead of those that Node knows. */ readonly pem?: string;
    }
  /** These and no others, whoever has signed them: SHA-256, 64 hexadecimal digits in lower case. */
  | { readonly kind: 'pinned'; readonly fingerprints: readonly string[] }
  /** Whoever knows more decides, before anything is said. Gives the reason to refuse, or undefined. */
  | { readonly kind: 'judged'; readonly judge: (seen: SeenCertificate) => string | undefined }
  /** Any: nothing is proven then. */
  | { readonly kind: 'insecure' };

export interface FtpOptions {
  /** A name or an IP address, without brackets. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** For servers that ask for one beyond the password (ACCT). */
  readonly account?: string;
  readonly security?: FtpSecurity;
  readonly trust?: Trust;
  /** Who listens for data connections: the server (passive) or this side (active). */
  readonly dataMode?: 'passive' | 'active';
  /** Only addresses of IPv4 or of IPv6; either unless said. */
  readonly family?: 4 | 6;
  /** Until a connection stands and a TLS handshake is done, in milliseconds. */
  readonly connectTimeoutMs?: number;
  /** After so long without a sign of the server, `onStall` is told, in milliseconds. */
  readonly stallWarningMs?: number;
  /** After so long the connection is given up, in milliseconds. */
  readonly stallTimeoutMs?: number;
  readonly onStall?: (milliseconds: number) => void;
  /** TCP's own keep-alive on the control connection, in milliseconds; 0 for none. */
  readonly keepAliveMs?: number;
  /**
   * How often NOOP is sent while data flows, once a control connection to this server was lost
   * meanwhile, in milliseconds; 0 for never.
   */
  readonly noopMs?: number;
  readonly maxReplyBytes?: number;
  readonly maxListingBytes?: number;
  readonly maxEntries?: number;
  readonly pace?: Pace;
  readonly trace?: Trace;
  readonly clock?: Clock;
}

const TRUST: Trust = { kind: 'authorities' };

const DEFAULTS = {
  account: undefined,
  security: 'none',
  trust: TRUST,
  dataMode: 'passive',
  family: undefined,
  connectTimeoutMs: 30_000,
  stallWarningMs: 30_000,
  stallTimeoutMs: 90_000,
  onStall: () => {},
  keepAliveMs: 30_000,
  noopMs: 60_000,
  maxReplyBytes: MiB,
  maxListingBytes: 64 * MiB,
  maxEntries: 1_000_000,
  pace: { take: () => Promise.resolve() },
  trace: undefined,
  clock: systemClock,
} as const satisfies Partial<Record<keyof FtpOptions, unknown>>;

type Optional = keyof typeof DEFAULTS;

/** The options with everything decided that was left open. */
export type Settled = Required<Omit<FtpOptions, Optional>> & {
  readonly [Name in Optional]: Exclude<FtpOptions[Name], undefined> | (typeof DEFAULTS)[Name];
};

export function settle(options: FtpOptions): Settled {
  return { ...DEFAULTS, ...options };
}
