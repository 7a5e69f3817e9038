import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, rm, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ByteRange } from '../../base/range.ts';
import { MiB } from '../../base/size.ts';
import { throwIfInterrupted } from '../retry.ts';
import { TransferFailure } from '../transfer-failure.ts';
import { isThere, publish } from './durable.ts';
import { Journal, removeJournal, type PartOrigin, type Piece } from './journal.ts';
import { failedWith, osPath } from './os-path.ts';
import { lockPart } from './part-lock.ts';
import { partName } from './part-name.ts';
import { Ranges } from '../../base/ranges.ts';
import { readExactly, readRange } from './read.ts';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_RDWR } = constants;

/** A piece never spans more than this and never a multiple of it, in bytes. */
export const PIECE_BYTES = MiB;

/** So much is written between two times that it is made durable, in bytes. */
const CHECKPOINT_BYTES = 16 * MiB;

/** What was left by an earlier attempt. */
export type Left =
  /** Nothing that is of use. */
  | { readonly kind: 'nothing' }
  /** Pieces of this very version, as far as the journal says. */
  | { readonly kind: 'pieces'; readonly pieces: readonly Piece[] }
  /** Bytes that nothing is known of: another tool's, perhaps. */
  | { readonly kind: 'unknown'; readonly bytes: number };

export interface PartOptions {
  /** The final file. */
  readonly target: string;
  /** Told how many bytes of the file are on the disk and recorded. */
  readonly onDurable: (bytes: number) => void;
}

/**
 * The part file of one download, beside its target, with its journal; held by one transfer at a
 * time. Whatever happens, what the journal says of it was on the disk before it was said.
 */
export class PartFile implements AsyncDisposable {
  readonly #target: string;
  readonly #path: string;
  readonly #journalPath: string;
  #handle: FileHandle;
  readonly #isNew: boolean;
  readonly #lock: AsyncDisposable;
  readonly #onDurable: (bytes: number) => void;
  #journal: Journal | undefined;
  #have = new Ranges();
  #durable = new Ranges();
  /** Written, and not yet made durable. */
  #pending: Piece[] = [];
  #checkpoint: Promise<void> = Promise.resolve();
  #isCheckpointing = false;
  #life: 'found' | 'begun' | 'gone' = 'found';

  private constructor(opened: Opened, lock: AsyncDisposable, options: PartOptions) {
    this.#target = options.target;
    this.#path = partPath(options.target, '.part');
    this.#journalPath = partPath(options.target, '.part.journal');
    this.#handle = opened.handle;
    this.#isNew = opened.isNew;
    this.#lock = lock;
    this.#onDurable = options.onDurable;
  }

  /** Opens or makes it. @throws TransferFailure `target-busy`; errors of the system */
  static async open(options: PartOptions): Promise<PartFile> {
    const lock = await lockPart(partPath(options.target, '.part.lock'));
    try {
      return new PartFile(await openPart(partPath(options.target, '.part')), lock, options);
    } catch (error) {
      await lock[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** What it has: recorded and found right, or written since. */
  get have(): Ranges {
    return this.#have;
  }

  /** What an earlier transfer has left; `isSame` knows whether it is of the version wanted now. */
  async find(isSame: (origin: PartOrigin) => boolean): Promise<Left> {
    const { size } = await this.#handle.stat();
    const found = size === 0 ? undefined : await Journal.open(this.#journalPath);
    if (!found && size < PIECE_BYTES && !this.#isNew) await this.#copy(size);
    if (!found) return size === 0 ? { kind: 'nothing' } : { kind: 'unknown', bytes: size };
    if (!isSame(found.journal.origin)) {
      await found.journal[Symbol.asyncDispose]();
      return { kind: 'nothing' };
    }
    await this.#journal?.[Symbol.asyncDispose]();
    this.#journal = found.journal;
    return { kind: 'pieces', pieces: found.pieces };
  }

  /** Drops what there is and begins anew; the journal comes before the first byte. */
  async begin(origin: PartOrigin): Promise<void> {
    await this.#checkpoint.catch(() => {});
    await this.#journal?.[Symbol.asyncDispose]();
    this.#journal = undefined;
    if (origin.size === undefined || origin.size > PIECE_BYTES) {
      this.#journal = await Journal.create(this.#journalPath, origin);
    } else {
      // Nothing of so small a file is worth being continued.
      await removeJournal(this.#journalPath);
    }
    this.#life = 'begun';
    await this.#handle.truncate(0);
    this.#have = new Ranges();
    this.#durable = new Ranges();
    this.#pending = [];
  }

  /**
   * Takes up the pieces whose bytes are what was recorded.
   * @param onRead hears of each piece that is right, in the order of the file
   */
  async takeUp(
    pieces: readonly Piece[],
    onRead: (at: number, bytes: Buffer) => void,
  ): Promise<void> {
    for (const piece of pieces.toSorted((one, other) => one.at - other.at)) {
      const range = { start: piece.at, end: piece.at + piece.bytes };
      const bytes = await readExactly(this.#handle, range);
      if (bytes.length < piece.bytes || sha256([bytes]) !== piece.sha256) continue;
      this.#have.add(range);
      this.#durable.add(range);
      onRead(piece.at, bytes);
    }
    await this.#cutTail();
  }

  /** Takes up bytes that nothing is recorded of, since something else speaks for them. */
  async adopt(origin: PartOrigin, length: number, signal: AbortSignal): Promise<void> {
    await this.#handle.truncate(length);
    await this.#handle.datasync();
    this.#journal = await Journal.create(this.#journalPath, origin);
    const pieces: Piece[] = [];
    for (let start = 0; start < length; start += PIECE_BYTES) {
      throwIfInterrupted(signal);
      const range = { start, end: Math.min(length, start + PIECE_BYTES) };
      const bytes = await readExactly(this.#handle, range);
      pieces.push({ at: start, bytes: bytes.length, sha256: sha256([bytes]) });
    }
    await this.#journal.append(pieces);
    this.#have.add({ start: 0, end: length });
    this.#durable.add({ start: 0, end: length });
  }

  /** Writes one piece; makes what was written durable now and then, while more comes. */
  async write(at: number, chunks: readonly Buffer[]): Promise<void> {
    const bytes = await this.#writeAll(at, chunks);
    this.#pending.push({ at, bytes, sha256: sha256(chunks) });
    this.#have.add({ start: at, end: at + bytes });
    const waiting = this.#pending.reduce((sum, piece) => sum + piece.bytes, 0);
    if (waiting < CHECKPOINT_BYTES) return;
    // A disk that is slower than the network holds the transfer back.
    if (this.#isCheckpointing) await this.#checkpoint;
    else void this.checkpoint().catch(() => {});
  }

  /** Makes all that was written durable, and records it. */
  async checkpoint(): Promise<void> {
    this.#checkpoint = this.#checkpoint.then(() => this.#record());
    return this.#checkpoint;
  }

  read(range: ByteRange, signal: AbortSignal): AsyncIterable<Buffer> {
    return readRange(this.#handle, range, signal);
  }

  readExactly(range: ByteRange): Promise<Buffer> {
    return readExactly(this.#handle, range);
  }

  /**
   * Gives it the final name: synced before, the folder synced after; then the journal goes.
   * @param modified milliseconds since 1970, if the file is to have that time
   * @throws TransferFailure `already-exists` if nothing may be replaced
   */
  async publish(replace: boolean, modified: number | undefined): Promise<void> {
    await this.#checkpoint;
    const old = await stat(osPath(this.#target)).catch(() => undefined);
    if (old?.isFile()) await this.#handle.chmod(old.mode & 0o777);
    if (modified !== undefined) await this.#handle.utimes(modified / 1000, modified / 1000);
    await this.#handle.sync();
    await publish(this.#path, this.#target, replace);
    this.#life = 'gone';
    await removeJournal(this.#journalPath);
  }

  /** Removes part and journal. */
  async discard(): Promise<void> {
    await this.#checkpoint.catch(() => {});
    await removeJournal(this.#journalPath);
    await rm(osPath(this.#path), { force: true });
    this.#life = 'gone';
  }

  /** Lets go of it; what it has stays for the next attempt. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#checkpoint.catch(() => {});
    const { size } = await this.#handle.stat();
    await this.#journal?.[Symbol.asyncDispose]();
    await this.#handle.close();
    // Without a journal, what this transfer has written is of no use to the next one.
    const isUseless = size === 0 || (this.#life === 'begun' && !this.#journal);
    if (this.#life !== 'gone' && isUseless) await this.discard();
    await this.#lock[Symbol.asyncDispose]();
  }

  /** What is so small may be a draft that another process is about to publish: a copy is nobody's. */
  async #copy(size: number): Promise<void> {
    const bytes = await readExactly(this.#handle, { start: 0, end: size });
    await this.#handle.close();
    await rm(osPath(this.#path), { force: true });
    this.#handle = (await openPart(this.#path)).handle;
    if (bytes.length > 0) await this.#writeAll(0, [bytes]);
  }

  async #record(): Promise<void> {
    this.#isCheckpointing = true;
    const pieces = this.#pending;
    this.#pending = [];
    try {
      if (pieces.length === 0 || !this.#journal) return;
      await this.#handle.datasync();
      await this.#journal.append(pieces);
      for (const { at, bytes } of pieces) this.#durable.add({ start: at, end: at + bytes });
      this.#onDurable(this.#durable.bytes);
    } finally {
      this.#isCheckpointing = false;
    }
  }

  async #writeAll(at: number, chunks: readonly Buffer[]): Promise<number> {
    const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    const { bytesWritten } = await this.#handle.writev([...chunks], at);
    if (bytesWritten === bytes) return bytes;
    // A disk that is nearly full takes a part; the next call then says what is wrong.
    const rest = Buffer.concat(chunks).subarray(bytesWritten);
    return bytesWritten + (await this.#writeAll(at + bytesWritten, [rest]));
  }

  /** Bytes behind the last one that is known: nothing says that they are right. */
  async #cutTail(): Promise<void> {
    const { size } = await this.#handle.stat();
    const known = this.#have.end;
    if (size > known) await this.#handle.truncate(known);
  }
}

interface Opened {
  readonly handle: FileHandle;
  /** False if somebody has made it before. */
  readonly isNew: boolean;
}

async function openPart(path: string): Promise<Opened> {
  try {
    return { handle: await open(osPath(path), O_RDWR | O_CREAT | O_EXCL, 0o666), isNew: true };
  } catch (error) {
    if (!failedWith(error, 'EEXIST')) throw error;
  }
  const handle = await open(osPath(path), O_RDWR | O_CREAT | O_NOFOLLOW, 0o666);
  return { handle, isNew: false };
}

/** Where the final name leads, before anything is fetched. @throws TransferFailure `local-failed` */
export async function checkTarget(target: string): Promise<{ readonly exists: boolean }> {
  try {
    const found = await stat(osPath(target));
    if (found.isFile()) return { exists: true };
  } catch (error) {
    if (!failedWith(error, 'ENOENT')) throw error;
    return { exists: await isThere(target) };
  }
  throw new TransferFailure('local-failed', `${target} is there and is not a file`);
}

/** The longest name beside a target ends so: the draft of a journal. All have the same beginning. */
const LONGEST_SUFFIX = '.part.journal.new';

export function partPath(target: string, suffix: string): string {
  const stem = partName('', basename(target), LONGEST_SUFFIX).slice(0, -LONGEST_SUFFIX.length);
  return join(dirname(target), stem + suffix);
}

function sha256(chunks: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}
