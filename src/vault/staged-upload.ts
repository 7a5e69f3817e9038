import { byteLength, firstBytes } from '../base/chunks.ts';
import { Failure } from '../base/failure.ts';
import type { Path } from '../base/path.ts';
import type { Entry, Soon, StagedFile } from '../storage/store.ts';
import { Checkpoints } from './checkpoints.ts';
import type { Claim } from './claim.ts';
import { CommitInDoubt, commit } from './commit.ts';
import type { HomeParts } from './context.ts';
import { RunningDigest } from './digesting/running-digest.ts';
import type { Hold } from './hold.ts';
import { baseOf, requiredBy, reservedOf, startOf } from './origin.ts';
import { Room } from './room.ts';
import { beginStaging } from './staging.ts';
import { dropUpload, hasLater } from './superseded.ts';
import type { UploadEvent, VaultEvent } from './vault-event.ts';

/** A staged file, who holds it, and its digest as it grows: undefined if nobody wants one. */
interface Growing {
  readonly claim: Claim;
  readonly file: StagedFile;
  readonly digest: RunningDigest | undefined;
}

/** An upload that has its staged file and its record: it takes bytes until it is let go of. */
export class StagedUpload {
  readonly path: Path;
  /** Position of the first byte that came here. */
  readonly start: number;
  readonly #parts: HomeParts;
  readonly #hold: Hold;
  readonly #growing: Growing;
  readonly #room: Room;
  readonly #checkpoints: Checkpoints;
  #received: number;
  #sha256: Promise<string | undefined> = Promise.resolve(undefined);

  private constructor(parts: HomeParts, hold: Hold, growing: Growing) {
    const { origin } = hold;
    this.#parts = parts;
    this.#hold = hold;
    this.#growing = growing;
    this.path = hold.path;
    this.start = this.#received = startOf(origin);
    const reservation = { base: baseOf(origin), reserved: reservedOf(origin) };
    this.#room = new Room(parts, growing.claim, reservation);
    const durable = origin.kind === 'unfinished' ? this.start : 0;
    const { claim, file, digest } = growing;
    const record = (offset: number) => parts.records.checkpoint(claim, offset, parts.clock.now());
    const proving = digest && { claim, digest };
    const growth = { path: hold.path, id: hold.id, file, record, proving };
    this.#checkpoints = new Checkpoints(parts, growth, durable);
  }

  /**
   * Makes or takes up the staged file and its record.
   * @param begun told as soon as they are there
   * @throws Failure `quota-exceeded`, `storage-full`, `storage-failed`, `locked`
   */
  static async begin(
    parts: HomeParts,
    hold: Hold,
    begun: (upload: StagedUpload) => void,
  ): Promise<StagedUpload> {
    const { declared } = hold;
    const { claim, file } = await beginStaging(parts, hold);
    const thread = declared.digest ? parts.hashing : parts.patientHashing;
    const isWanted = parts.options.digests || declared.digest !== undefined;
    const digest = isWanted ? new RunningDigest('sha-256', file, thread) : undefined;
    const upload = new StagedUpload(parts, hold, { claim, file, digest });
    begun(upload);
    await upload.#takeUp();
    return upload;
  }

  /** Bytes that the file has now. */
  get received(): number {
    return this.#received;
  }

  /** What could be continued now. */
  get durable(): number {
    return this.#checkpoints.durable;
  }

  /** The digest of what was committed, in hexadecimal, as soon as it is known. */
  get sha256(): Promise<string | undefined> {
    return this.#sha256;
  }

  /** @throws Failure `quota-exceeded`, `storage-full`, `storage-failed`, `locked` */
  write(chunks: readonly Uint8Array[]): Soon<void> {
    this.#checkpoints.throwIfBroken();
    const bytes = byteLength(chunks);
    if (this.#room.has(this.#received, bytes)) return this.#store(chunks, bytes);
    return this.#storeWhatFits(chunks, bytes);
  }

  /** Makes durable what has come, and goes on. */
  async flush(): Promise<void> {
    await this.#checkpoints.settled();
    if (this.durable < this.#received) await this.#checkpoints.take(this.#received);
  }

  /** Makes durable what has come and lets go of it. Never rejects. */
  async interrupt(reason: string): Promise<void> {
    await this.#checkpoints.settled();
    try {
      await this.#keep(reason);
    } catch (error) {
      this.#warn('That an upload was interrupted could not be recorded', error);
      this.#leave();
    }
    this.#letGo(this.#provePrefix());
  }

  /** Lets go of what has come: it is damaged, and kept only for whoever wants to know why. */
  async reject(reason: string): Promise<void> {
    const event = this.#event({ kind: 'rejected', reason });
    const { records, chronicle, clock } = this.#parts;
    await this.#checkpoints.settled();
    await this.#room.giveBack(this.#received);
    await records.reject(this.#growing.claim, this.#received, reason, (write) =>
      chronicle.note(write, event, clock.now()),
    );
    chronicle.tell(event);
    this.#letGo(Promise.resolve());
  }

  /**
   * Makes sure that it is whole, what was promised, and durable.
   * @throws Failure; after `digest-mismatch` it has been let go of
   */
  async verify(): Promise<void> {
    // What is waited for from here on is not held up by what others send.
    this.#growing.digest?.whole();
    await this.#checkpoints.settled();
    await this.#checkpoints.proven();
    this.#checkLength();
    const { modified } = this.#hold;
    if (modified !== undefined) await this.#growing.file.setModified(modified);
    await this.#checkpoints.sync();
    await this.#checkPromise();
  }

  /** @throws Failure: it has been let go of only after CommitInDoubt */
  async commit(evidence: string | undefined): Promise<Entry> {
    const { origin, authorise, declared } = this.#hold;
    const { claim, digest } = this.#growing;
    const verified = declared.digest?.hex;
    const sha256 = verified ?? (digest?.isReady ? await digest.digest() : undefined);
    const [path, size, base] = [this.path, this.#received, requiredBy(origin)];
    try {
      const complete = { claim, path, size, base, authorise, sha256, verified, evidence };
      const entry = await commit(this.#parts, complete);
      if (digest) this.#sha256 = digest.digest().catch(() => undefined);
      this.#letGo(this.#recordDigest(entry));
      return entry;
    } catch (error) {
      if (error instanceof CommitInDoubt) this.#letGo(Promise.resolve());
      throw error;
    }
  }

  /** Reads back what has come, from {@link start} on. @returns bytes read, never 0 */
  async read(into: Uint8Array, position: number): Promise<number> {
    const got = await this.#growing.file.read(into, position);
    if (got === 0) throw new Failure('storage-failed', 'The staged bytes cannot be read');
    return got;
  }

  /** Forgets it: its bytes are somewhere else now. */
  async drop(): Promise<void> {
    await dropUpload(this.#parts, this.#hold.id).catch(() => this.#leave());
    this.#letGo(Promise.resolve());
  }

  async #storeWhatFits(chunks: readonly Uint8Array[], wanted: number): Promise<void> {
    const { bytes, refusal } = await this.#room.make(this.#received, wanted);
    const fitting = bytes < wanted ? firstBytes(chunks, bytes) : chunks;
    if (bytes > 0) await this.#store(fitting, bytes);
    if (refusal) throw refusal;
  }

  /** Done when it returns, unless the disk is slow or something else cannot keep up. */
  #store(chunks: readonly Uint8Array[], bytes: number): Soon<void> {
    const { file, digest } = this.#growing;
    const stored = (): Soon<void> => {
      digest?.append(chunks, bytes);
      this.#received += bytes;
      const hashed = digest?.keepUp();
      const made = this.#checkpoints.keepUp(this.#received);
      return hashed === undefined ? made : both(hashed, made);
    };
    const soon = file.write(chunks, this.#received);
    return soon instanceof Promise ? soon.then(stored) : stored();
  }

  async #takeUp(): Promise<void> {
    const { length } = this.#hold.declared;
    await this.#checkpoints.catchUp(this.start);
    if (length !== undefined) await this.#room.reserveWhole(length);
    await this.#note(
      this.start > 0 ? { kind: 'resumed', offset: this.start } : { kind: 'started' },
    );
  }

  async #keep(reason: string): Promise<void> {
    const isContinued = this.#hold.origin.kind === 'unfinished';
    const isNews = this.#received > this.start && this.durable < this.#received;
    if (isNews) await this.#takeLast();
    const isWorthIt = isContinued || this.durable > this.start;
    if (!isWorthIt || (await hasLater(this.#parts, this.path, this.#hold.id))) {
      await dropUpload(this.#parts, this.#hold.id);
      return;
    }
    await this.#room.giveBack(this.durable);
    const event = this.#event({ kind: 'interrupted', offset: this.durable, reason });
    const { records, chronicle, clock } = this.#parts;
    await records.release(this.#growing.claim, reason, (write) =>
      chronicle.note(write, event, clock.now()),
    );
    chronicle.tell(event);
  }

  /** If that fails, what the checkpoint before it says still holds. */
  async #takeLast(): Promise<void> {
    try {
      await this.#checkpoints.take(this.#received);
    } catch (error) {
      this.#warn('What came last could not be made durable', error);
    }
  }

  #checkLength(): void {
    const { length } = this.#hold.declared;
    // More than was said is a source that has grown: what is there is still all of one version.
    if (length === undefined || length <= this.#received) return;
    throw new Failure('length-inconsistent', `${this.#received} of ${length} bytes have come`);
  }

  async #checkPromise(): Promise<void> {
    const promised = this.#hold.declared.digest;
    if (!promised) return;
    const hex = await this.#growing.digest?.digest();
    this.#checkpoints.throwIfBroken();
    if (hex === promised.hex) return;
    const sentence = `The bytes that came are not those that were promised (${promised.algorithm})`;
    await this.reject(sentence);
    throw new Failure('digest-mismatch', sentence);
  }

  async #provePrefix(): Promise<void> {
    const { digest } = this.#growing;
    if (this.durable !== this.#received || !digest) return;
    await this.#checkpoints.prove(this.durable, digest.digest());
  }

  async #recordDigest(entry: Entry): Promise<void> {
    const { digest } = this.#growing;
    if (!digest || digest.isReady || this.#hold.declared.digest) return;
    const { digests, homeId } = this.#parts;
    await digests.recordLate(homeId, this.path, entry.version, 'sha-256', digest.digest());
  }

  /** Closes the file when the last piece of work on it is done. */
  #letGo(last: Promise<void>): void {
    const { digest, file } = this.#growing;
    digest?.whole();
    const close = async () => {
      try {
        await last;
      } finally {
        await digest?.close();
        await file[Symbol.asyncDispose]();
      }
    };
    this.#parts.writers.afterwards(close());
  }

  #leave(): void {
    const { leftovers, homeId } = this.#parts;
    leftovers.add({ kind: 'upload', homeId, claim: this.#growing.claim });
  }

  #warn(what: string, error: unknown): void {
    this.#parts.log.warn(what, { upload: this.#hold.id, error });
  }

  /** What happened without a change of the record that it could be a part of. */
  async #note(what: UploadEvent): Promise<void> {
    const { chronicle, database, clock, options } = this.#parts;
    const event = this.#event(what);
    if (options.keepsEvents) {
      await database.write((write) => chronicle.note(write, event, clock.now()));
    }
    chronicle.tell(event);
  }

  #event(what: UploadEvent): VaultEvent {
    const { homeId } = this.#parts;
    return { homeId, uploadId: this.#hold.id, path: this.path, ...what };
  }
}

async function both(one: Soon<void>, other: Soon<void>): Promise<void> {
  await Promise.all([one, other]);
}
