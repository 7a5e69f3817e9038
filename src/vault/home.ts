import type { Checksum } from '../base/digest.ts';
import { Failure, failed } from '../base/failure.ts';
import { type Path, ROOT, child } from '../base/path.ts';
import type { ByteRange } from '../base/range.ts';
import type { Entry, ReadableFile, StoreFacts } from '../storage/store.ts';
import { setMode, setModified } from './attributes.ts';
import type { Held } from './by-content.ts';
import { newUploadId, takenOver } from './claim.ts';
import { type Authorise, statOrUndefined } from './target.ts';
import type { HomeParts } from './context.ts';
import { expectWhole, type Promising } from './expect-whole.ts';
import { joinFiles } from './join.ts';
import { type Usage, checkBeginning, roomIn } from './ledger.ts';
import { listFolder } from './listing.ts';
import { moveEntry, removeFile } from './name-changes.ts';
import { type Origin, originOf, startOf } from './origin.ts';
import { checkPlace, refuseIllFormed } from './place.ts';
import type { Digested, KnownDigest } from './digested.ts';
import type { Declared, Placement, Wishes } from './placement.ts';
import { holderOf } from './presence.ts';
import { digestOfFile, digestOfStaged } from './proof.ts';
import { resumable } from './resumable.ts';
import { beginSegmented } from './segments/begin-segmented.ts';
import { findMissing, type Missing } from './segments/find-missing.ts';
import { SegmentWriter } from './segments/segment-writer.ts';
import { type Seen, asSeen } from './seen.ts';
import { type SmallFile, storeFile } from './store-file.ts';
import { dropUpload } from './superseded.ts';
import { takeOver } from './takeover.ts';
import { type Unfinished, unfinishedIn } from './unfinished.ts';
import { Writer } from './writer.ts';

/** One home with everything in it, unfinished uploads included. Asks nobody for permission. */
export class Home {
  readonly id: number;
  readonly #parts: HomeParts;

  constructor(parts: HomeParts) {
    this.id = parts.homeId;
    this.#parts = parts;
  }

  get facts(): StoreFacts {
    return this.#parts.tree.facts;
  }

  /**
   * What is committed under this name, else the unfinished upload, with what has come of it by now.
   * @throws Failure `not-found`
   */
  async stat(path: Path): Promise<Seen> {
    try {
      return await this.#parts.tree.stat(path);
    } catch (error) {
      if (!failed(error, 'not-found')) throw error;
      await this.#parts.writers.writing(this.id, path)?.flush();
      const unfinished = await resumable(this.#parts, path);
      if (unfinished && unfinished.offset > 0) return asSeen(unfinished);
      // It may have been published while we looked.
      return await this.#parts.tree.stat(path);
    }
  }

  /** What is committed under this name, where the store can tell it at once; undefined says nothing. */
  glance(path: Path): Seen | undefined {
    return this.#parts.tree.glance(path);
  }

  /** Unsorted slices; unfinished uploads stand in the last one. */
  list(folder: Path): AsyncIterable<readonly Seen[]> {
    return listFolder(this.#parts, folder);
  }

  /** @throws Failure `not-found`, `is-a-directory`, `unfinished` */
  async open(path: Path): Promise<ReadableFile> {
    try {
      return await this.#parts.tree.openFile(path);
    } catch (error) {
      if (!failed(error, 'not-found')) throw error;
      await this.#refuseUnfinished(path);
      // It may have been published while we looked.
      return this.#parts.tree.openFile(path);
    }
  }

  /**
   * Prepares an upload; nothing is made before its first byte. Whoever writes the same unfinished
   * upload now is ended and made durable first.
   * @throws Failure `not-found`, `is-a-directory`, `offset-mismatch`, `quota-exceeded`, `forbidden`
   */
  async upload(
    path: Path,
    placement: Placement,
    declared: Wishes,
    session: string,
    authorise: Authorise,
  ): Promise<Writer> {
    if (declared.digest && declared.digest.algorithm !== 'sha-256') {
      throw new Failure('digest-mismatch', 'Only a SHA-256 digest can be promised');
    }
    const committed = await checkPlace(this.#parts, path);
    if (placement.kind !== 'replace') await this.#endOthers(path);
    // What replaces everything continues nothing.
    const unfinished =
      placement.kind === 'replace' ? undefined : await resumable(this.#parts, path);
    const origin = originOf(placement, committed, unfinished);
    if (!committed) authorise('write');
    else authorise(origin.kind === 'version' && origin.append ? 'append' : 'overwrite');
    const own = await this.#own(origin);
    return this.#begin(path, own, declared, session, authorise, committed);
  }

  /** As {@link storeFile} does. @throws Failure also `name-refused` */
  async store(
    path: Path,
    file: SmallFile,
    session: string,
    authorise: Authorise,
  ): Promise<Entry | undefined> {
    refuseIllFormed(path);
    return storeFile(this.#parts, path, file, session, authorise);
  }

  async makeFolder(path: Path): Promise<void> {
    refuseIllFormed(path);
    if (path === ROOT) throw new Failure('already-exists', 'The root exists');
    await this.#parts.tree.makeFolder(path);
  }

  /** @throws Failure as Tree.makeLink does */
  async makeLink(path: Path, target: Path): Promise<void> {
    refuseIllFormed(path);
    await this.#parts.tree.makeLink(path, target);
  }

  /** @throws Failure `not-empty`, also for a folder in which an upload is unfinished */
  async removeFolder(path: Path): Promise<void> {
    const records = await this.#parts.records.inFolder(this.id, path);
    if (records.length > 0) {
      throw new Failure('not-empty', 'An upload into this folder is unfinished');
    }
    await this.#parts.tree.removeFolder(path);
  }

  /** Removes a folder with everything in it, links themselves and never what they lead to. */
  async removeTree(path: Path): Promise<void> {
    if (path === ROOT) throw new Failure('forbidden', 'The root cannot be removed');
    for await (const slice of this.list(path)) {
      for (const entry of slice) {
        const inside = child(path, entry.name);
        if (entry.kind === 'folder' && !entry.linked) await this.removeTree(inside);
        else await this.removeFile(inside);
      }
    }
    await this.removeFolder(path);
  }

  /** Removes a file; where there is none, the unfinished upload of this name. */
  async removeFile(path: Path): Promise<void> {
    try {
      await removeFile(this.#parts, path);
    } catch (error) {
      if (!failed(error, 'not-found')) throw error;
      const unfinished = await this.#parts.records.unfinished(this.id, path);
      if (!unfinished) throw error;
      await takeOver(this.#parts, unfinished.id);
      await dropUpload(this.#parts, unfinished.id);
    }
  }

  async move(from: Path, to: Path, authorise: Authorise): Promise<void> {
    refuseIllFormed(to);
    try {
      await moveEntry(this.#parts, from, to, authorise);
    } catch (error) {
      if (failed(error, 'not-found')) await this.#refuseUnfinished(from);
      throw error;
    }
  }

  /** @param modified milliseconds since 1970 */
  setModified(path: Path, modified: number): Promise<void> {
    return setModified(this.#parts, path, modified);
  }

  /** @param mode permission bits up to 0777 @throws Failure `forbidden` for the root */
  setMode(path: Path, mode: number): Promise<void> {
    return setMode(this.#parts, path, mode);
  }

  /**
   * Of a file, or of a range of it; of an unfinished upload, of a range that is durable.
   * @throws Failure `not-found`, `is-a-directory`, `unfinished`, `offset-mismatch`
   */
  async digest(
    path: Path,
    algorithm: Checksum,
    range: ByteRange | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Digested> {
    try {
      await using file = await this.open(path);
      return await digestOfFile(this.#parts, path, file, algorithm, range, signal);
    } catch (error) {
      const isStaged = range !== undefined && failed(error, 'unfinished');
      const record = isStaged ? await resumable(this.#parts, path) : undefined;
      if (!record || range === undefined) throw error;
      return await digestOfStaged(this.#parts, record, algorithm, range, signal);
    }
  }

  /** What is recorded of the files that a listing of this folder shows; nothing is computed. */
  recordedDigests(
    folder: Path,
    files: readonly Pick<Entry, 'name' | 'version'>[],
    algorithms: readonly Checksum[],
  ): Promise<ReadonlyMap<string, readonly KnownDigest[]>> {
    return this.#parts.digests.among(this.id, folder, files, algorithms);
  }

  /**
   * Makes use of what is here already of a promised whole, under whatever name it came: a file with
   * these bytes is copied to `path` at once, an unfinished upload with the same promise is moved
   * there, and committed if it has all its bytes.
   */
  async expect(
    path: Path,
    promise: Required<Declared>,
    session: string,
    authorise: Authorise,
  ): Promise<Held> {
    return expectWhole(
      this.#parts,
      path,
      promise,
      this.#promising(path, promise, session, authorise),
    );
  }

  /**
   * The same for a whole that is to come in segments: what of it has not come, by anybody. Those
   * who send some of it go on, and what has come whole is verified and published.
   * @param mode the permission bits that it will have, unless those that the system gives
   * @throws Failure as `expect` and `upload` do
   */
  missing(
    path: Path,
    promise: Required<Declared>,
    mode: number | undefined,
    session: string,
    authorise: Authorise,
  ): Promise<Missing> {
    return findMissing(this.#parts, path, promise, {
      expect: () => this.expect(path, promise, session, authorise),
      begin: async () => {
        const committed = await checkPlace(this.#parts, path);
        authorise(committed ? 'overwrite' : 'write');
        return beginSegmented(this.#parts, { path, declared: promise, mode, session, committed });
      },
    });
  }

  /** Prepares to take a part of an upload; whoever sends some of it now is ended first. */
  segment(uploadId: string, path: Path, range: ByteRange, session: string): SegmentWriter {
    return new SegmentWriter(this.#parts, { uploadId, path, range, session });
  }

  /**
   * Makes a file of the same bytes under another name, without moving them where the store can.
   * @throws Failure as `upload` does, `name-refused` for a file onto itself
   */
  async copy(from: Path, to: Path, session: string, authorise: Authorise): Promise<Entry> {
    await using file = await this.open(from);
    const { size: length, unique } = file.entry;
    const committed = await checkPlace(this.#parts, to);
    if (committed?.unique === unique) throw new Failure('name-refused', 'This is the same file');
    authorise(committed ? 'overwrite' : 'write');
    const origin: Origin = { kind: 'copy', from, length };
    await using writer = await this.#begin(to, origin, { length }, session, authorise, committed);
    return await writer.complete('copied on the server');
  }

  /**
   * Puts the bytes of files behind those of `target`, if there is one, and removes the files.
   * @throws Failure as `upload` and `joinFiles` do, and then nothing has changed; as `removeFile`
   *   does, when the target is complete
   */
  async join(
    target: Path,
    sources: readonly Path[],
    session: string,
    authorise: Authorise,
    signal: AbortSignal,
  ): Promise<Entry> {
    await this.#refuseUnfinished(target);
    const begin = async (bytes: number): Promise<Writer> => {
      const length = bytes + ((await statOrUndefined(this.#parts, target))?.size ?? 0);
      return this.upload(target, { kind: 'append' }, { length }, session, authorise);
    };
    const open = (source: Path) => this.open(source);
    return joinFiles(this.#parts, { target, sources, open, begin, signal });
  }

  /** The uploads into this home that have not been committed, the oldest first. */
  uploads(): Promise<readonly Unfinished[]> {
    return unfinishedIn(this.#parts);
  }

  usage(): Promise<Usage> {
    return this.#parts.ledger.usage(this.id);
  }

  /** Bytes that can be stored now, by the quota and by what is free; Infinity if nothing bounds it. */
  async room(): Promise<number> {
    const free = await this.#parts.tree.freeBytes();
    return Math.min(roomIn(await this.usage()), free ?? Number.POSITIVE_INFINITY);
  }

  /** Whoever writes the upload that is going to be continued is made to let go of it. */
  async #endOthers(path: Path): Promise<void> {
    await this.#parts.writers.writing(this.id, path)?.fence(takenOver());
    const unfinished = await this.#parts.records.unfinished(this.id, path);
    if (unfinished) await takeOver(this.#parts, unfinished.id);
  }

  #promising(
    path: Path,
    promise: Required<Declared>,
    session: string,
    authorise: Authorise,
  ): Promising {
    return {
      check: () => checkPlace(this.#parts, path),
      begin: (origin, committed) => {
        authorise(committed ? 'overwrite' : 'write');
        return this.#begin(path, origin, promise, session, authorise, committed);
      },
    };
  }

  /** Whoever was about to continue the same upload, and has not begun, comes too late now. */
  async #own(origin: Origin): Promise<Origin> {
    if (origin.kind !== 'unfinished') return origin;
    return { ...origin, record: await this.#parts.records.renew(origin.record) };
  }

  /** @throws Failure `quota-exceeded` if it can never fit */
  async #begin(
    path: Path,
    origin: Origin,
    { mode, modified, ...declared }: Wishes,
    session: string,
    authorise: Authorise,
    committed: Entry | undefined,
  ): Promise<Writer> {
    const isContinued = origin.kind === 'unfinished';
    const newFiles = committed || isContinued ? 0 : 1;
    const usage = await this.usage();
    const start = origin.kind === 'copy' ? 0 : startOf(origin);
    checkBeginning(
      usage,
      start,
      declared,
      newFiles,
      isContinued ? origin.record.offset : undefined,
    );
    return new Writer(this.#parts, {
      id: isContinued ? origin.record.id : newUploadId(this.#parts.presence),
      path,
      origin,
      mode,
      modified,
      declared: isContinued ? { ...origin.record.declared, ...declared } : declared,
      holder: holderOf(this.#parts.presence, session),
      authorise,
      newFiles,
      room: Math.min(roomIn(usage), usage.limits.fileBytes ?? Number.POSITIVE_INFINITY),
    });
  }

  async #refuseUnfinished(path: Path): Promise<void> {
    const unfinished = await resumable(this.#parts, path);
    if (!unfinished || unfinished.offset === 0) return;
    throw new Failure('unfinished', `Only ${unfinished.offset} bytes of this upload are here`, {
      offset: unfinished.offset,
    });
  }
}
