import type { Path } from '../base/path.ts';

/** What stands under a name. `link` leads nowhere inside the home, `other` is no file at all. */
export type EntryKind = 'file' | 'folder' | 'link' | 'other';

/** One name in a home, as it is now. */
export interface Entry {
  /** As it is stored, which may be any text but `/` and NUL: CR and LF too, if a local program made it. */
  readonly name: string;
  readonly kind: EntryKind;
  /**
   * Present if the name is a link, and all else here about what it leads to, inside the home.
   * Removing or moving the name concerns the link alone, and who walks a tree or counts its bytes
   * passes it by: what it leads to is met elsewhere.
   */
  readonly linked?: true;
  /** Bytes; 0 for anything but a file. */
  readonly size: number;
  /** Last change of the content, milliseconds since 1970 (UTC). */
  readonly modified: number;
  /** Permission bits as in chmod(2), for display. */
  readonly mode: number;
  /** The same for as long as this is the same object, whatever it is called (RFC 3659 §7.5.2). */
  readonly unique: string;
  /**
   * Differs whenever the content may differ: what is recorded about one version (a digest) holds
   * exactly as long as this string is the same.
   */
  readonly version: string;
}

/** What a store can do; the vault asks these facts and never the store's name. */
export interface StoreFacts {
  /** Copying a file inside a home shares its blocks, at no cost in time or room. */
  readonly sharesBlocks: boolean;
  /** No race between checking a path and using it can lead out of a home. */
  readonly confinement: 'raced' | 'race-free';
}

/** A number now, or soon: a store answers at once where it can without holding others up. */
export type Soon<T> = T | Promise<T>;

/** Bytes that can be read at any position. To be closed once. */
export interface ReadableFile extends AsyncDisposable {
  readonly entry: Entry;
  /** An open file descriptor of this process, if the store has one: lets a thread read beside us. */
  readonly descriptor: number | undefined;
  /**
   * Reads up to `into.length` bytes at `position`.
   * @returns the number of bytes read, 0 only at the end of the file.
   * @throws Failure `storage-failed`
   */
  read(into: Uint8Array, position: number): Soon<number>;
  /**
   * The same in this turn, where that is sure to be short; undefined where {@link read} is to be
   * asked. Whoever calls it again and again has to let others have their turn.
   */
  readAtOnce?(into: Uint8Array, position: number): number | undefined;
}

/**
 * The bytes of one upload, on the home's own file system and outside of its visible tree.
 * One writer at a time for each place in it; that is the vault's duty. Positions and lengths are in bytes.
 */
export interface StagedFile extends AsyncDisposable {
  readonly descriptor: number | undefined;
  /**
   * Writes all of `chunks` one behind the other from `position` on. Not yet durable.
   * @throws Failure `storage-full`, `storage-failed`; then nothing is known about what was written
   *   at and behind `position`.
   */
  write(chunks: readonly Uint8Array[], position: number): Soon<void>;
  read(into: Uint8Array, position: number): Soon<number>;
  /** Drops what is behind `length`. */
  truncate(length: number): Promise<void>;
  /** Sets the permission bits, those up to 0777, that it will be published with. */
  setMode(mode: number): Promise<void>;
  /** Sets the time of last change, milliseconds since 1970, until more is written. */
  setModified(modified: number): Soon<void>;
  /** Resolves when all that was written before the call survives a power cut. */
  sync(): Promise<void>;
  size(): Promise<number>;
}

/** All of a small file. */
export interface WholeFile {
  readonly content: readonly Uint8Array[];
  /** Its permission bits, those up to 0777; without, those that the system gives it. */
  readonly mode?: number | undefined;
  /** When it was last changed, milliseconds since 1970; without, now. */
  readonly modified?: number | undefined;
}

/**
 * The names of one home and the staged bytes beside them. Every method that takes a Path stays
 * inside the home whatever links it meets, and throws Failure `not-found` (also for what is hidden),
 * `not-a-directory`, `name-refused`, `forbidden`, `storage-full` or `storage-failed`; what else
 * a method throws stands with it. A change of names is durable when its promise resolves.
 */
export interface Tree extends AsyncDisposable {
  readonly facts: StoreFacts;

  /**
   * The entry under this name; the root is a folder without a name. A link that leads outside,
   * nowhere, or in circles is an entry of kind `link` here and in lists, and `not-found` for
   * whoever would follow it.
   */
  stat(path: Path): Promise<Entry>;

  /**
   * The same where there often is nothing, which is then no failure: undefined for `not-found` and
   * `not-a-directory`.
   */
  find?(path: Path): Promise<Entry | undefined>;

  /**
   * The same, where it can be told at once, in microseconds: undefined says nothing, and whoever
   * needs to know asks {@link stat}. Throws nothing.
   */
  glance(path: Path): Entry | undefined;

  /** Bytes that can still be stored here, by whoever comes first; undefined where nobody can tell. */
  freeBytes(): Promise<number | undefined>;

  /** The entries of a folder, unsorted, in slices small enough to be handled in one turn. */
  list(folder: Path): AsyncIterable<readonly Entry[]>;

  /** @throws Failure `is-a-directory`; `forbidden` for what is not a regular file */
  openFile(path: Path): Promise<ReadableFile>;

  /** Makes one folder. @throws Failure `already-exists` */
  makeFolder(path: Path): Promise<void>;

  /**
   * Makes a symbolic link to a file or folder of this home, which leads there wherever the link is
   * moved to.
   * @throws Failure `already-exists`; `forbidden` for a target that is neither; `name-refused` for a
   *   link to a folder that it would be in, and where the store has no links
   */
  makeLink(path: Path, target: Path): Promise<void>;

  /** Removes an empty folder, or a link to a folder itself. @throws Failure `not-empty` */
  removeFolder(path: Path): Promise<void>;

  /** Removes a link itself, and whatever is no folder. @throws Failure `is-a-directory` */
  removeFile(path: Path): Promise<void>;

  /**
   * Renames or moves; a link is moved itself. A file or link at `to` is replaced atomically by
   * anything but a folder.
   * @throws Failure `already-exists` for a folder onto whatever exists, `is-a-directory` for a file
   *   onto a folder, `name-refused` for a folder into itself
   */
  move(from: Path, to: Path): Promise<void>;

  /** Sets the time of last change, milliseconds since 1970. */
  setModified(path: Path, modified: number): Promise<void>;

  /** Sets the permission bits, those up to 0777. */
  setMode(path: Path, mode: number): Promise<void>;

  /** A new, empty staged file. An id is 1 to 64 of `A-Za-z0-9_-`. @throws Failure `already-exists` */
  stage(id: string): Promise<StagedFile>;

  /**
   * A new staged file with all its bytes, durable when it resolves; undefined where it has to be
   * made step by step.
   * @throws Failure `already-exists`; then, as after any other failure, it may be there in part
   */
  stageWhole?(id: string, file: WholeFile): Promise<void> | undefined;

  /**
   * A new staged file that begins with the first `length` bytes of a file, of one version of it.
   * @throws Failure `offset-mismatch` with the file's size if it is shorter, `is-a-directory`,
   *   `already-exists`, `locked` if the file was changed while it was being copied
   */
  stageCopy(id: string, from: Path, length: number): Promise<StagedFile>;

  /**
   * A staged file from before. One that is `shared` has several writers, each at a place of its own:
   * then a disk that is full drops nothing of what is there.
   * @throws Failure `upload-gone`
   */
  openStaged(id: string, use?: 'shared'): Promise<StagedFile>;

  /** The bytes that a staged file has; undefined if there is none with this id. */
  stagedSize(id: string): Promise<number | undefined>;

  /**
   * The ids of all staged files, also those that nobody remembers. Homes may share one staging
   * folder: an id belongs to nobody only if no home's records know it.
   */
  listStaged(): Promise<readonly string[]>;

  /** Removes a staged file; that there is none is no error. A power cut may bring it back. */
  dropStaged(id: string): Promise<void>;

  /**
   * Gives the staged bytes, synced before, their name; what had the name until now is replaced
   * atomically. Durable when it resolves.
   * @param instead what has to have the name until now
   * @returns the entry that the file now is. @throws Failure `upload-gone`, `is-a-directory`,
   *   `forbidden` for the name of what is neither file nor link, `locked` if something else has the
   *   name than `instead` says
   */
  publish(id: string, path: Path, instead?: Instead): Promise<Entry>;
}

/** What is expected to have a name: an entry, or with undefined nothing. */
export interface Instead {
  readonly of: Entry | undefined;
}

/** Where the homes are. */
export interface Store {
  /** Opens the home at this location (for a local store, a folder), making it if need be. */
  openTree(location: string): Promise<Tree>;
}
