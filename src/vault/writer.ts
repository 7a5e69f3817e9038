import { byteLength, firstBytes } from '../base/chunks.ts';
import type { Digest } from '../base/digest.ts';
import { Failure, asFailure, failed } from '../base/failure.ts';
import type { Path } from '../base/path.ts';
import { MiB } from '../base/size.ts';
import type { Entry } from '../storage/store.ts';
import { type Authorise, CommitInDoubt, commit, statOrUndefined } from './commit.ts';
import type { HomeParts } from './context.ts';
import { RunningDigest } from './digesting/running-digest.ts';
import { type Origin, baseOf, requiredBy, reservedOf, startOf } from './origin.ts';
import type { Declared } from './placement.ts';
import { Room } from './room.ts';
import { type Begun, beginStaging } from './staging.ts';
import { dropUpload, hasLater } from './superseded.ts';
import { Turns } from './turns.ts';
import { Checkpoints, type Growing } from './checkpoints.ts';
import { newUploadId, takenOver } from './claim.ts';
import type { UploadEvent, VaultEvent } from './vault-event.ts';

/** The staged file and who holds it, once there is one. */
interface Staged extends Growing {
  readonly room: Room;
  readonly checkpoints: Checkpoints;
}

/** What a writer needs to know of its upload. */
export interface Hold {
  readonly id: string;
  readonly path: Path;
  readonly origin: Origin;
  readonly declared: Declared;
  readonly mode: number | undefined;
  /** Who writes, for the operator to see. */
  readonly holder: string;
  readonly authorise: Authorise;
  /** Files that the home gets more by this. */
  readonly newFiles: 0 | 1;
}

/** How far an upload has come. `ended` is over for this writer, whatever became of the upload. */
type State =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'staging'; readonly staged: Staged }
  | { readonly kind: 'ended'; readonly offset: number };

/**
 * One sender's hold on one upload, from the first byte until it is committed or interrupted.
 * The methods may be called at any time and do their work one after the other.
 */
export class Writer implements AsyncDisposable {
  readonly id: string;
  readonly homeId: number;
  readonly path: Path;
  /** The position in the file of the first byte that is sent here. */
  readonly start: number;
  readonly declared: Declared;
  readonly #parts: HomeParts;
  readonly #hold: Hold;
  readonly #turns = new Turns();
  readonly #abort = new AbortController();
  #state: State = { kind: 'waiting' };
  #received: number;
  #sha256: Promise<string | undefined> = Promise.resolve(undefined);

  constructor(parts: HomeParts, hold: Hold) {
    this.id = hold.id;
    this.path = hold.path;
    this.declared = hold.declared;
    this.homeId = parts.homeId;
    this.#parts = parts;
    this.#hold = hold;
    this.start = startOf(hold.origin);
    this.#received = this.start;
  }

  /** Files that the home gets more by this. */
  get newFiles(): 0 | 1 {
    return this.#hold.newFiles;
  }

  /** Bytes that the file has now. */
  get received(): number {
    return this.#received;
  }

  /** Aborted with a Failure when this sender has to stop. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** @throws Failure `quota-exceeded`, `storage-full`, `storage-failed`, `locked` */
  write(chunks: readonly Uint8Array[]): Promise<void> {
    return this.#turns.run(async () => {
      const staged = await this.#staged();
      staged.checkpoints.throwIfBroken();
      const wanted = byteLength(chunks);
      const taken = await staged.room.make(this.#received, wanted);
      const stored = taken.bytes < wanted ? firstBytes(chunks, taken.bytes) : chunks;
      if (taken.bytes > 0) {
        await staged.file.write(stored, this.#received);
        staged.digest.append(stored, taken.bytes);
        this.#received += taken.bytes;
        await staged.digest.keepUp();
      }
      await staged.checkpoints.keepUp(this.#received);
      if (taken.refusal) throw taken.refusal;
    });
  }

  /** Makes durable what has come, and goes on. */
  flush(): Promise<void> {
    return this.#turns.run(async () => {
      if (this.#state.kind !== 'staging') return;
      const { checkpoints } = this.#state.staged;
      await checkpoints.settled();
      if (checkpoints.durable < this.#received) await checkpoints.take(this.#received);
    });
  }

  /**
   * Makes durable what has come and lets go of it.
   * @returns the offset from which the upload can be continued
   */
  interrupt(reason: string): Promise<number> {
    return this.#turns.run(async () => {
      if (this.#state.kind === 'ended') return this.#state.offset;
      if (this.#state.kind === 'waiting') return this.#end(this.start);
      const { staged } = this.#state;
      await staged.checkpoints.settled();
      try {
        await this.#keep(staged, reason);
      } catch (error) {
        this.#parts.log.warn('That an upload was interrupted could not be recorded', {
          upload: this.id,
          error,
        });
        this.#leave(staged);
      }
      this.#letGo(staged, this.#provePrefix(staged));
      return this.#end(staged.checkpoints.durable);
    });
  }

  /** Lets go of what has come: it is damaged, and kept only for whoever wants to know why. */
  reject(reason: string): Promise<void> {
    return this.#turns.run(async () => {
      if (this.#state.kind === 'waiting') this.#end(this.start);
      if (this.#state.kind === 'staging') await this.#reject(this.#state.staged, reason);
    });
  }

  /** Verifies and commits. @throws Failure: then, but for `digest-mismatch`, it can be continued */
  complete(evidence?: string, confirm?: () => Promise<void>): Promise<Entry> {
    return this.#turns.run(async () => {
      const staged = await this.#staged();
      await staged.checkpoints.settled();
      await staged.checkpoints.proven();
      this.#checkLength();
      await staged.checkpoints.sync();
      await this.#checkPromise(staged);
      await confirm?.();
      try {
        const entry = await this.#commit(staged, evidence);
        this.#end(this.#received);
        return entry;
      } catch (error) {
        if (error instanceof CommitInDoubt) {
          this.#letGo(staged, Promise.resolve());
          this.#end(this.#received);
        }
        throw error;
      }
    });
  }

  /** The digest of what was committed, as soon as it is known; undefined if it cannot be. */
  async digest(): Promise<Digest | undefined> {
    const hex = await this.#sha256;
    return hex === undefined ? undefined : { algorithm: 'sha-256', hex };
  }

  /** Ends this sender's hold from outside, with everything it has sent made durable. */
  async fence(reason: Failure): Promise<void> {
    this.#abort.abort(reason);
    await this.interrupt(reason.message);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.interrupt('The transfer ended without being completed');
  }

  async #staged(): Promise<Staged> {
    if (this.#abort.signal.aborted) throw asFailure(this.#abort.signal.reason);
    switch (this.#state.kind) {
      case 'staging':
        return this.#state.staged;
      case 'ended':
        throw takenOver();
      case 'waiting':
        return this.#begin();
    }
  }

  async #begin(): Promise<Staged> {
    const { claim, file } = await this.#stage();
    const { origin } = this.#hold;
    const room = new Room(this.#parts, claim, {
      base: baseOf(origin),
      reserved: reservedOf(origin),
    });
    const { hashing, patientHashing } = this.#parts;
    const thread = this.declared.digest ? hashing : patientHashing;
    const digest = new RunningDigest('sha-256', file, thread);
    const growing = { path: this.path, claim, file, digest };
    const durable = origin.kind === 'unfinished' ? this.start : 0;
    const checkpoints = new Checkpoints(this.#parts, growing, durable);
    const staged = { ...growing, room, checkpoints };
    this.#state = { kind: 'staging', staged };
    await checkpoints.catchUp(this.start);
    if (this.declared.length !== undefined) await room.reserveWhole(this.declared.length);
    await this.#note(
      this.start > 0 ? { kind: 'resumed', offset: this.start } : { kind: 'started' },
    );
    return staged;
  }

  async #stage(): Promise<Begun> {
    const { writers } = this.#parts;
    // A new upload is known before its record is there: whoever finds the record finds the writer.
    if (this.#hold.origin.kind !== 'unfinished') writers.add(this);
    try {
      const begun = await beginStaging(this.#parts, this.#hold);
      writers.add(this);
      return begun;
    } catch (error) {
      writers.remove(this);
      throw error;
    }
  }

  async #keep(staged: Staged, reason: string): Promise<void> {
    const { checkpoints, room, claim } = staged;
    const isContinued = this.#hold.origin.kind === 'unfinished';
    const isNews = this.#received > this.start && checkpoints.durable < this.#received;
    if (isNews) await this.#takeLast(checkpoints);
    const isWorthIt = isContinued || checkpoints.durable > this.start;
    if (!isWorthIt || (await hasLater(this.#parts, this.path, this.id))) {
      await dropUpload(this.#parts, this.id);
      return;
    }
    await room.giveBack(checkpoints.durable);
    const event = this.#event({ kind: 'interrupted', offset: checkpoints.durable, reason });
    const { records, chronicle, clock } = this.#parts;
    await records.release(claim, reason, (write) => chronicle.note(write, event, clock.now()));
    chronicle.tell(event);
  }

  /** If that fails, what the checkpoint before it says still holds. */
  async #takeLast(checkpoints: Checkpoints): Promise<void> {
    try {
      await checkpoints.take(this.#received);
    } catch (error) {
      this.#parts.log.warn('What came last could not be made durable', { upload: this.id, error });
    }
  }

  async #commit(staged: Staged, evidence: string | undefined): Promise<Entry> {
    const { origin, authorise } = this.#hold;
    const base = requiredBy(origin);
    const verified = this.declared.digest?.hex;
    const sha256 = verified ?? (staged.digest.isReady ? await staged.digest.digest() : undefined);
    const { claim } = staged;
    const complete = {
      claim,
      path: this.path,
      size: this.#received,
      base,
      authorise,
      sha256,
      verified,
      evidence,
    };
    try {
      const entry = await commit(this.#parts, complete);
      this.#sha256 = staged.digest.digest().catch(() => undefined);
      this.#letGo(staged, this.#recordDigest(staged, entry));
      return entry;
    } catch (error) {
      if (!failed(error, 'locked') || !base?.append) throw error;
      return this.#appendAnew(staged, evidence);
    }
  }

  /** The file has changed since this began: the same bytes go to the end of what is there now. */
  async #appendAnew(staged: Staged, evidence: string | undefined): Promise<Entry> {
    const now = await statOrUndefined(this.#parts, this.path);
    const origin: Origin =
      now?.kind === 'file'
        ? { kind: 'version', entry: now, length: now.size, append: true }
        : { kind: 'fresh', append: true };
    const hold = { ...this.#hold, id: newUploadId(), origin, declared: {} };
    await using again = new Writer(this.#parts, hold);
    const buffer = Buffer.allocUnsafe(MiB);
    for (let position = this.start; position < this.#received;) {
      const wanted = buffer.subarray(0, Math.min(buffer.length, this.#received - position));
      const got = await staged.file.read(wanted, position);
      if (got === 0) throw new Failure('storage-failed', 'The staged bytes cannot be read');
      await again.write([wanted.subarray(0, got)]);
      position += got;
    }
    const entry = await again.complete(evidence);
    this.#sha256 = again.digest().then((digest) => digest?.hex);
    await dropUpload(this.#parts, this.id).catch(() => this.#leave(staged));
    this.#letGo(staged, Promise.resolve());
    return entry;
  }

  #leave({ claim }: Staged): void {
    this.#parts.leftovers.add({ kind: 'upload', homeId: this.homeId, claim });
  }

  #checkLength(): void {
    const { length } = this.declared;
    // More than was said is a source that has grown: what is there is still all of one version.
    if (length === undefined || length <= this.#received) return;
    throw new Failure('length-inconsistent', `${this.#received} of ${length} bytes have come`);
  }

  async #checkPromise(staged: Staged): Promise<void> {
    const promised = this.declared.digest;
    if (!promised) return;
    const hex = await staged.digest.digest();
    staged.checkpoints.throwIfBroken();
    if (hex === promised.hex) return;
    const sentence = `The bytes that came are not those that were promised (${promised.algorithm})`;
    await this.#reject(staged, sentence);
    throw new Failure('digest-mismatch', sentence);
  }

  async #reject(staged: Staged, reason: string): Promise<void> {
    const event = this.#event({ kind: 'rejected', reason });
    const { records, chronicle, clock } = this.#parts;
    await staged.checkpoints.settled();
    await staged.room.giveBack(this.#received);
    await records.reject(staged.claim, this.#received, reason, (write) =>
      chronicle.note(write, event, clock.now()),
    );
    chronicle.tell(event);
    this.#end(this.#received);
    this.#letGo(staged, Promise.resolve());
  }

  async #provePrefix({ checkpoints, digest }: Staged): Promise<void> {
    if (checkpoints.durable !== this.#received) return;
    await checkpoints.prove(checkpoints.durable, digest.digest());
  }

  async #recordDigest(staged: Staged, entry: Entry): Promise<void> {
    if (staged.digest.isReady || this.declared.digest) return;
    const { digests, homeId } = this.#parts;
    await digests.recordLate(homeId, this.path, entry.version, 'sha-256', staged.digest.digest());
  }

  /** Closes the file when the last piece of work on it is done. */
  #letGo(staged: Staged, last: Promise<void>): void {
    const close = async () => {
      try {
        await last;
      } finally {
        await staged.digest.close();
        await staged.file[Symbol.asyncDispose]();
      }
    };
    this.#parts.writers.afterwards(close());
  }

  #end(offset: number): number {
    this.#state = { kind: 'ended', offset };
    this.#parts.writers.remove(this);
    return offset;
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
    return { homeId: this.homeId, uploadId: this.id, path: this.path, ...what };
  }
}
