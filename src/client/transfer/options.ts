import { systemClock, type Clock } from '../../base/clock.ts';
import { MiB } from '../../base/size.ts';
import type { PublishGroup } from '../local/publish-group.ts';
import type { Listings } from './listings.ts';
import type { Proving, RemoteEntry } from '../remote.ts';
import type { Bundling } from './bundling.ts';
import { DEFAULT_RETRIES } from '../retry.ts';
import type { TransferListener } from './outcome.ts';

/** What the user of a transfer may choose. */
export interface TransferOptions {
  /**
   * `auto` continues what is proven to be the beginning of the same file, `trust` also what cannot
   * be proven, `never` begins anew, and goes on only with what it has done itself.
   */
  readonly resume?: 'auto' | 'never' | 'trust';
  /**
   * `auto` proves the whole by a digest where the other side tells one; `full` reads it back where
   * it does not, and reads local files once more; `size` only counts bytes.
   */
  readonly verify?: 'auto' | 'full' | 'size';
  /** Fails with `proof-missing`, before anything is replaced where possible, without such a proof. */
  readonly requireVerify?: boolean;
  /** Whether a file that is there may be replaced; `refuse` fails with `already-exists`. */
  readonly overwrite?: 'replace' | 'refuse';
  /** Gives the copy the time of the original; true unless said. */
  readonly setTimes?: boolean;
  /** Failures in a row without durable progress that are made good. */
  readonly retries?: number;
  readonly signal?: AbortSignal;
  /** Hears of what happens; must not throw. */
  readonly listener?: TransferListener;
  readonly clock?: Clock;
  /** Between 0 and 1, for waits that are not the same for everybody. */
  readonly random?: () => number;
  /**
   * Told when the connection has been given back before the transfer has ended: somebody else can
   * begin. Not told by transfers that need theirs to the end.
   */
  readonly onReleased?: () => void;
  /** Small files that go together, where the server can take that; each by itself unless said. */
  readonly bundling?: Bundling;
}

export interface DownloadOptions extends TransferOptions {
  /** What a listing has just told of the file: a small one is then fetched without asking again. */
  readonly listed?: Pick<RemoteEntry, 'size' | 'modified'>;
  /** Small files that are published together; each by itself unless said. */
  readonly group?: PublishGroup;
  /** Connections at once for one large file, where the server can begin in the middle; 1 unless said. */
  readonly segments?: number;
}

export interface UploadOptions extends TransferOptions {
  /**
   * Writes under the final name at once on a server that does not stage uploads: for servers that
   * cannot rename. What was there is destroyed with the first byte.
   */
  readonly inPlace?: boolean;
  /** Tell what is there where many files are sent: a small one that is not, is sent without asking. */
  readonly listings?: Listings;
  /** A listing has just shown that nothing is there: a small file is then sent without asking again. */
  readonly isNew?: boolean;
  /** Connections at once for one large file, where the server takes segments; 1 unless said. */
  readonly segments?: number;
  /** Where, and how much of, a source without a length is kept before it is sent. */
  readonly spool?: { readonly folder?: string; readonly maxBytes?: number };
}

/** The options with everything that was not said. */
export type Settled<O extends TransferOptions> = O &
  Required<Omit<TransferOptions, 'listener' | 'onReleased' | 'bundling'>>;

/** The smallest file that is worth several connections, in bytes. */
export const SEGMENTED_FROM = 32 * MiB;

const NEVER = new AbortController().signal;

export function settle<O extends TransferOptions>(options: O): Settled<O> {
  return {
    ...options,
    resume: options.resume ?? 'auto',
    verify: options.verify ?? 'auto',
    requireVerify: options.requireVerify ?? false,
    overwrite: options.overwrite ?? 'replace',
    setTimes: options.setTimes ?? true,
    retries: options.retries ?? DEFAULT_RETRIES,
    signal: options.signal ?? NEVER,
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  };
}

/** The same once the transfer has begun: what is there now is its own. */
export function onceBegun<O extends TransferOptions>(options: Settled<O>): Settled<O> {
  return options.resume === 'never' ? { ...options, resume: 'auto' } : options;
}

/** How a small file that goes or comes with others is to be proven. */
export function provingFor({ verify, requireVerify }: Settled<TransferOptions>): Proving {
  if (requireVerify) return 'digest';
  return verify === 'size' ? 'size' : 'best';
}
