import type { Algorithm, Digest } from '../base/digest.ts';
import type { Path } from '../base/path.ts';
import type { ByteRange } from '../base/range.ts';
import type { Proof } from './transfer/outcome.ts';

/**
 * The client's view of a server, whatever it speaks. Every kind of remote is a folder in
 * `remotes/` that implements this; what remotes differ in is a declared fact, never a name.
 */
export interface Remote {
  /** For people: without a password. */
  readonly label: string;
  /** Opens one connection and logs in. @throws TransferFailure */
  connect(signal: AbortSignal): Promise<RemoteConnection>;
}

/** What a server has been seen or heard to be able to do. */
export interface RemoteFacts {
  /**
   * `staged`: a file shows its old version until the new one is complete, and what was received is
   * continued under its own name. `in-place`: a transfer begins by destroying what was there.
   */
  readonly uploads: 'staged' | 'in-place';
  /** True if it can be told the digest and length beforehand, and then says what may be skipped. */
  readonly takesPromises: boolean;
  /** True if one large file may come over several connections at once. */
  readonly takesSegments: boolean;
  /** The digests that it can tell of its files, the one to prefer first. */
  readonly digests: readonly Algorithm[];
  /**
   * True if it can tell the digest of a part of a file: hoped for where it says so, until the first
   * one that is asked for shows by a trial whether it is true.
   */
  readonly digestsRanges: boolean;
  /** True if a download may begin in the middle. */
  readonly readsFromOffset: boolean;
  /** True if it sets the time of a file when asked. */
  readonly setsTimes: boolean;
  /** True if the times and sizes it lists are exact; else times may be off by a zone or a minute. */
  readonly listsExactly: boolean;
}

/** What has a name on the server. */
export interface RemoteEntry {
  /** A plain name: never a path, never `.` or `..`. */
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'other';
  /** Bytes; undefined where the server does not tell. */
  readonly size: number | undefined;
  /** Milliseconds since 1970 (UTC). */
  readonly modified: number | undefined;
  /** An upload of our own that is not complete; `size` is then not the file's. */
  readonly isUnfinished: boolean;
  /** What stays the same as long as it is the same version, where the server tells one. */
  readonly identity: string | undefined;
}

/** How a small file is to be proven: by its digest, by that where the server tells one, by its size. */
export type Proving = 'digest' | 'best' | 'size';

/** All of a small file that is to be stored. */
export interface FileToStore {
  readonly path: Path;
  readonly bytes: Uint8Array;
  /** Milliseconds since 1970 (UTC); undefined if it needs no time. */
  readonly modified: number | undefined;
  /** A listing has just shown that nothing is there. */
  readonly isNew: boolean;
  readonly proving: Proving;
}

/** What has been stored: whole, under its name. */
export interface StoredFile {
  readonly proof: Proof;
  /** True if it has its time, or needs none. */
  readonly isTimed: boolean;
}

/** A small file that is to be fetched, as a listing has just told of it. */
export interface FileToFetch {
  readonly path: Path;
  readonly size: number;
  /** Milliseconds since 1970 (UTC). */
  readonly modified: number | undefined;
  readonly proving: Proving;
}

/** All of a small file as it has come: of the size that was listed. */
export interface FetchedFile {
  readonly bytes: Uint8Array;
  /** Milliseconds since 1970 (UTC); undefined where nobody tells. */
  readonly modified: number | undefined;
  /** What the server says of it, if it has been asked and says anything. */
  readonly digest: Digest | undefined;
}

/** One of many, and who hears what has become of it. */
export interface Wanted<I, O> {
  readonly item: I;
  /** To be told once; undefined if it has to go or come alone. */
  readonly settle: (outcome: O | undefined) => void;
}

/** Gives those that wait, at most so many; none if nobody waits at the moment. */
export type Supply<I, O> = (most: number) => readonly Wanted<I, O>[];

/**
 * Many small files in one go. Those that were taken and not settled when it has ended have to go or
 * come alone; if it has failed, they have failed alike.
 */
export interface Bundles {
  store(supply: Supply<FileToStore, StoredFile>, signal: AbortSignal): Promise<void>;
  fetch(supply: Supply<FileToFetch, FetchedFile>, signal: AbortSignal): Promise<void>;
}

/** One large file that comes in parts, over several connections at once. */
export interface Segments {
  /**
   * Promises the whole; to be asked on each connection before its first `write`. What has come
   * whole is compared with the promise, and published.
   * @returns what the server lacks of it, in order: nothing only if the file is there, and proven
   */
  missing(
    path: Path,
    whole: Digest,
    length: number,
    signal: AbortSignal,
  ): Promise<readonly ByteRange[]>;
  /** Begins to send one part of it; when it is completed, that is durable. */
  write(path: Path, range: ByteRange, signal: AbortSignal): Promise<RemoteWriter>;
}

/** Where an upload begins. */
export type WriteFrom =
  | { readonly kind: 'start' }
  /** After so many bytes of what is there; the server drops what is behind them. */
  | { readonly kind: 'offset'; readonly offset: number }
  /** Wherever the file ends now, as the server knows it. */
  | { readonly kind: 'end' };

/**
 * Questions and small changes that are sent in one go. Whoever makes one need not wait for the
 * answer before the connection is used for something else: it comes in its turn.
 */
export interface Asides {
  /** Undefined if there is no file, or nothing is told of it in one go. */
  entry(path: Path, signal: AbortSignal): Promise<RemoteEntry | undefined>;
  /** Undefined if it is not told in one go. */
  digest(path: Path, algorithm: Algorithm, signal: AbortSignal): Promise<Digest | undefined>;
  /** Replaces a file at `to` only where the server does so. */
  move(from: Path, to: Path, signal: AbortSignal): Promise<void>;
  /** @returns false if it is not certain that the server did it */
  setModified(path: Path, milliseconds: number, signal: AbortSignal): Promise<boolean>;
}

/**
 * One logged-in connection. It does one thing at a time, but for {@link Asides}. All methods throw a
 * TransferFailure; one with `retry: 'same'` that says the connection is lost leaves it unusable
 * (`isUsable` false), any other leaves it ready for the next request.
 */
export interface RemoteConnection extends AsyncDisposable {
  readonly facts: RemoteFacts;
  readonly isUsable: boolean;
  /** The folder that relative names begin in: where the login led to. */
  readonly startFolder: Path;
  readonly asides: Asides;
  /** Undefined where each file has to come and go alone, as far as is known now. */
  readonly bundles?: Bundles | undefined;
  /** Undefined where a file has to come in one stream. */
  readonly segments?: Segments | undefined;
  /** Undefined if there is nothing. */
  stat(path: Path, signal: AbortSignal): Promise<RemoteEntry | undefined>;
  list(folder: Path, signal: AbortSignal): Promise<readonly RemoteEntry[]>;
  /** @param until where no more is wanted: a server that can be told so stops there, others go on */
  read(path: Path, offset: number, signal: AbortSignal, until?: number): Promise<RemoteReader>;
  /** @param length the bytes that the whole file will have, where known */
  write(
    path: Path,
    from: WriteFrom,
    length: number | undefined,
    signal: AbortSignal,
  ): Promise<RemoteWriter>;
  /** Of what is there, an unfinished upload of our own included. Undefined if it cannot be told. */
  digest(
    path: Path,
    algorithm: Algorithm,
    range: ByteRange | undefined,
    signal: AbortSignal,
  ): Promise<Digest | undefined>;
  /** The bytes of it that the server has already and may be skipped. Needs `takesPromises`. */
  promise(path: Path, whole: Digest, length: number, signal: AbortSignal): Promise<number>;
  /** Replaces a file at `to` only where the server does so. */
  move(from: Path, to: Path, signal: AbortSignal): Promise<void>;
  remove(path: Path, signal: AbortSignal): Promise<void>;
  makeFolder(path: Path, signal: AbortSignal): Promise<void>;
  removeFolder(path: Path, signal: AbortSignal): Promise<void>;
  /** @returns false if the server did not do it */
  setModified(path: Path, milliseconds: number, signal: AbortSignal): Promise<boolean>;
  /**
   * Says something in the words of its protocol, for people who know them.
   * @returns the lines of the answer
   */
  say(command: string, signal: AbortSignal): Promise<readonly string[]>;
  /** Keeps the connection from being closed for silence. */
  keepAlive(signal: AbortSignal): Promise<void>;
}

/** Bytes that come. Iterated to its end it has been confirmed by the server, or has thrown. */
export interface RemoteReader extends AsyncIterable<Buffer>, AsyncDisposable {}

/** Bytes that go. */
export interface RemoteWriter extends AsyncDisposable {
  /** Resolves when more may be given; the chunk must not be changed before the transfer is over. */
  write(chunk: Buffer): Promise<void>;
  /** Says that this is all. Resolves with the server's confirmation, which is not yet a proof. */
  complete(): Promise<void>;
}
