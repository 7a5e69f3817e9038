import type { Offence } from '../accounts/misconduct.ts';
import type { CharsetName } from '../base/charset.ts';
import type { Checksum } from '../base/digest.ts';
import type { EncryptionPolicy } from '../base/encryption-policy.ts';
import type { Notice } from '../base/notice.ts';
import type { ByteRange } from '../base/range.ts';
import type { Path } from '../base/path.ts';
import type { Permission } from '../base/permission.ts';
import type { TransferOutcome } from '../base/transfer-event.ts';
import type { Entry, Soon } from '../storage/store.ts';
import type { Digested, KnownDigest } from '../vault/digested.ts';
import type { Seen } from '../vault/seen.ts';
import type { Declared, Placement, Wishes } from '../vault/placement.ts';
import type { Unfinished } from '../vault/unfinished.ts';

export type { Digested, KnownDigest, Seen, Unfinished };

/** Who is at the door and through which one; for logs and limits. */
export interface Visitor {
  readonly protocol: string;
  /** The peer's IP address, IPv4-mapped IPv6 already unmapped. */
  readonly address: string;
}

/** Room used and allowed; an absent limit means unlimited. */
export interface QuotaView {
  readonly bytes: { readonly used: number; readonly limit: number | undefined };
  readonly files: { readonly used: number; readonly limit: number | undefined };
  readonly maxFileBytes: number | undefined;
}

/** A file on its way out. Read from `start` to the end, then `finish` once. */
export interface Download extends AsyncDisposable {
  readonly entry: Entry;
  /** The position of the first byte to send. */
  readonly start: number;
  /** Behind the last byte to send, unless that is the end of the file. */
  readonly end: number | undefined;
  /** Aborted with a Failure when the transfer has to stop (account gone, server shutting down). */
  readonly signal: AbortSignal;
  /**
   * Fills `into`, or the beginning of it, with the bytes that follow the last ones, when they may
   * go; resolves to 0 at the end.
   * @param signal ends the waiting for that, with its reason; by default the download's own
   * @param beside it is to be read while the caller does something else, if the store can do that
   */
  read(into: Uint8Array, signal?: AbortSignal, beside?: boolean): Soon<number>;
  /** Closes it and writes the line in the transfer log; `bytes` is what the peer took. */
  finish(outcome: TransferOutcome, bytes: number): Promise<void>;
}

/** A file on its way in. Exactly one of `complete`, `interrupt` and `reject` ends it; disposing interrupts. */
export interface Upload extends AsyncDisposable {
  readonly path: Path;
  /** The position in the file where the first byte sent lands. */
  readonly start: number;
  /** The final size, if anybody said it. */
  readonly length: number | undefined;
  /** Bytes that the file has now: `start` plus what was written here. */
  readonly received: number;
  /**
   * Aborted with a Failure when this sender has to stop: a newer session has taken over
   * (`locked`), the account is gone (`forbidden`), the server stops (`shutting-down`).
   */
  readonly signal: AbortSignal;
  /** How many bytes are best written at a time, at the rate that holds now; infinite without one. */
  readonly stepBytes: number;
  /**
   * Takes the next bytes; the chunks belong to the upload until the promise resolves, which is not
   * before more may come.
   * @param signal ends the waiting for that; the bytes are taken all the same
   * @throws Failure `quota-exceeded`, `storage-full`, `locked`, …; what was taken before stays,
   *   and the caller then calls `interrupt`.
   */
  write(chunks: readonly Uint8Array[], signal?: AbortSignal): Soon<void>;
  /**
   * Everything has come: verifies, commits and makes durable.
   * @param evidence why the sender is believed to have sent everything, for records and logs
   * @param confirm asked when all else has been done; what it throws ends the upload unpublished
   * @returns the size of what is stored now
   * @throws Failure `digest-mismatch`, `length-inconsistent` ("n of m bytes"; stays staged), …
   */
  complete(evidence?: string, confirm?: () => Promise<void>): Promise<Pick<Entry, 'size'>>;
  /** Makes durable what has come, and goes on. @returns the durable offset */
  flush(): Promise<number>;
  /** Ends it because what has come is damaged: none of it is told or continued any more. */
  reject(reason: string): Promise<void>;
  /** Keeps what has come, durable and resumable. @returns the durable offset */
  interrupt(reason: string): Promise<number>;
}

/**
 * One authenticated visitor at work: an already authorised view of one home. Every method checks
 * the account's permission as it is now and throws Failure `forbidden` if it is missing.
 */
export interface Session extends AsyncDisposable {
  readonly id: string;
  readonly accountName: string;
  readonly visitor: Visitor;
  /** Given when the session has to end: account changed, removed or expired, or shutdown. */
  readonly ending: Notice;
  /** The same as a signal. */
  readonly signal: AbortSignal;
  /** Whether connections of this account are encrypted; undefined: as for everybody. */
  readonly encryption: EncryptionPolicy | undefined;
  /** How clients of this account write names; undefined: as where they come from. */
  readonly charset: CharsetName | undefined;
  /** True if an upload whose end nothing confirms is to be published all the same. */
  readonly publishesUnconfirmed: boolean;

  may(permission: Permission): boolean;
  stat(path: Path): Promise<Seen>;
  /** The same, where it can be told at once; undefined says nothing. @throws Failure `forbidden` */
  glance(path: Path): Seen | undefined;
  /** Throws as stat does; slices, unsorted. */
  list(folder: Path): AsyncIterable<readonly Seen[]>;
  /** @throws Failure `not-found`, `is-a-directory`, `unfinished`, `offset-mismatch` beyond the end */
  download(path: Path, offset: number, end?: number): Promise<Download>;
  /**
   * Nothing in the home changes, and nothing is created, before the first `write` or `complete`.
   * @throws Failure `not-found` (no such folder), `is-a-directory`, `offset-mismatch` with the
   *   offset that would do, `quota-exceeded`, `forbidden`, …
   */
  upload(path: Path, placement: Placement, wishes?: Wishes): Promise<Upload>;
  /**
   * Stores all of a small file that has come with what it is to be, in the place of whatever is there.
   * @param evidence why it is believed to be whole
   * @throws Failure as an upload of it would
   */
  store(
    path: Path,
    content: Uint8Array,
    wishes: Required<Declared> & Wishes,
    evidence: string,
    signal: AbortSignal,
  ): Promise<Pick<Entry, 'size'>>;
  /** Promises a whole file beforehand. @returns how many of its bytes are here already */
  expect(path: Path, promise: Required<Declared>): Promise<number>;
  /**
   * The same for one that is to come in segments. What has come whole is verified, and published.
   * @param mode the permission bits that it will have, unless those that the system gives
   * @returns what of it has not come; nothing only if the file is there
   */
  missing(
    path: Path,
    promise: Required<Declared>,
    mode: number | undefined,
  ): Promise<readonly ByteRange[]>;
  /**
   * Takes a part of a file that {@link missing} was asked for in this session, while others send
   * other parts. Completing it makes it durable, and no more.
   * @throws Failure `offset-mismatch` for what is not a part of such a file
   */
  segment(path: Path, range: ByteRange): Promise<Upload>;
  makeFolder(path: Path): Promise<void>;
  /** Makes a symbolic link at `path`. @throws Failure `not-found`, `already-exists`, `name-refused` */
  makeLink(path: Path, target: Path): Promise<void>;
  removeFolder(path: Path): Promise<void>;
  removeTree(path: Path): Promise<void>;
  /** Also drops an unfinished upload where there is no file. */
  removeFile(path: Path): Promise<void>;
  move(from: Path, to: Path): Promise<void>;
  setModified(path: Path, modified: number): Promise<void>;
  /** @param mode permission bits up to 0777 */
  setMode(path: Path, mode: number): Promise<void>;
  /** Copies a file. @throws Failure as `upload` does, `name-refused` for a file onto itself */
  copy(from: Path, to: Path): Promise<Entry>;
  /**
   * Puts the bytes of files behind those of `target`, if there is one, in one step for whoever
   * reads; then removes the files.
   */
  join(target: Path, sources: readonly Path[], signal?: AbortSignal): Promise<Entry>;
  /** From the record where there is one, else by reading; stops when `signal` is aborted. */
  digest(
    path: Path,
    algorithm: Checksum,
    range?: ByteRange,
    signal?: AbortSignal,
  ): Promise<Digested>;
  /** What is recorded of files in a folder as they are now, by name; nothing is computed. */
  recordedDigests(
    folder: Path,
    files: readonly Pick<Seen, 'name' | 'version'>[],
    algorithms: readonly Checksum[],
  ): Promise<ReadonlyMap<string, readonly KnownDigest[]>>;
  quota(): Promise<QuotaView>;
  /** Bytes that can be stored now, by the quota and by what is free; Infinity if nothing bounds it. */
  room(): Promise<number>;
  /** The uploads of this account that have not been committed, the oldest first. */
  uploads(): Promise<readonly Unfinished[]>;
}

/** A connection that may stay until its signal says otherwise. Disposing says that it is gone. */
export interface Admission extends Disposable {
  /** Given when it has to go: banned, or somebody else needs its place. */
  readonly leave: Notice;
  /** Somebody has logged in on it, or out. */
  settle(isInside: boolean): void;
  /** Something has happened on it that nobody does by mistake all the time. */
  offend(offence: Offence): void;
}

/** The way in. */
export interface Reception {
  /**
   * Decides whether somebody may connect at all.
   * @throws Failure `forbidden` for an address that is banned, `locked` if there are too many
   */
  admit(address: string): Admission;
  /** What an account of that name says of encryption; undefined if it, or there being none, says nothing. */
  encryptionOf(name: string): Promise<EncryptionPolicy | undefined>;
  /**
   * Waits out the delay that earlier failures have earned, checks, and opens a session.
   * @throws Failure `forbidden` with one and the same text, after the same work, for an unknown
   *   name, a wrong password and a disabled or expired account; `shutting-down`; `locked` when
   *   there are too many sessions.
   */
  login(name: string, password: string, visitor: Visitor, signal?: AbortSignal): Promise<Session>;
}
