import { createHash, hash } from 'node:crypto';
import { byteLength } from '../base/chunks.ts';
import type { Digest } from '../base/digest.ts';
import { type Failure, asFailure, failed } from '../base/failure.ts';
import type { Path } from '../base/path.ts';
import type { Entry, Soon } from '../storage/store.ts';
import { appendAnew } from './append-anew.ts';
import { takenOver } from './claim.ts';
import { CommitInDoubt } from './commit.ts';
import type { HomeParts } from './context.ts';
import type { Hold } from './hold.ts';
import { requiredBy, startOf } from './origin.ts';
import type { Declared } from './placement.ts';
import { StagedUpload } from './staged-upload.ts';
import { Turns } from './turns.ts';
import { storeWhole } from './whole-upload.ts';

/** The first bytes of an upload of which nothing is stored yet. */
interface Held {
  readonly chunks: readonly Uint8Array[];
  readonly bytes: number;
}

/** How far an upload has come. `ended` is over for this writer, whatever became of the upload. */
type State =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'held'; readonly held: Held }
  | { readonly kind: 'staging'; readonly staged: StagedUpload }
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
  /** That it is whole says that the file is. */
  readonly isPart = false;
  readonly #parts: HomeParts;
  readonly #hold: Hold;
  readonly #turns = new Turns();
  readonly #abort = new AbortController();
  #state: State = { kind: 'waiting' };
  #received: number;
  /** Why what was held could not be stored; told to whoever wants more. */
  #broken: { readonly reason: unknown } | undefined;
  #sha256: Promise<string | undefined> = Promise.resolve(undefined);

  constructor(parts: HomeParts, hold: Hold) {
    this.id = hold.id;
    this.path = hold.path;
    this.declared = hold.declared;
    this.homeId = parts.homeId;
    this.#parts = parts;
    this.#hold = hold;
    this.start = this.#received = startOf(hold.origin);
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
  write(chunks: readonly Uint8Array[]): Soon<void> {
    return this.#turns.runSoon(() => {
      this.#checkStopped();
      if (this.#keepInMemory(chunks)) return undefined;
      if (this.#state.kind === 'staging') return this.#append(this.#state.staged, chunks);
      return this.#staged().then((staged) => this.#append(staged, chunks));
    });
  }

  /** Makes durable what has come, and goes on. */
  flush(): Promise<void> {
    return this.#turns.run(async () => {
      await this.#storeHeld();
      if (this.#state.kind === 'staging') await this.#state.staged.flush();
    });
  }

  /**
   * Makes durable what has come and lets go of it.
   * @returns the offset from which the upload can be continued
   */
  interrupt(reason: string): Promise<number> {
    return this.#turns.run(async () => {
      await this.#storeHeld();
      if (this.#state.kind === 'ended') return this.#state.offset;
      if (this.#state.kind !== 'staging') return this.#end(this.start);
      const { staged } = this.#state;
      await staged.interrupt(reason);
      return this.#end(staged.durable);
    });
  }

  /** Lets go of what has come: it is damaged, and kept only for whoever wants to know why. */
  reject(reason: string): Promise<void> {
    return this.#turns.run(async () => {
      await this.#storeHeld();
      if (this.#state.kind === 'ended') return;
      if (this.#state.kind === 'staging') await this.#state.staged.reject(reason);
      this.#end(this.#received);
    });
  }

  /** Verifies and commits. @throws Failure: then, but for `digest-mismatch`, it can be continued */
  complete(evidence?: string, confirm?: () => Promise<void>): Promise<Entry> {
    return this.#turns.run(async () => {
      this.#checkStopped();
      const entry = await this.#completeWhole(evidence, confirm);
      if (entry) return entry;
      const staged = await this.#staged();
      try {
        await staged.verify();
        await confirm?.();
        const entry = await this.#commit(staged, evidence);
        this.#end(this.#received);
        return entry;
      } catch (error) {
        const isOver = error instanceof CommitInDoubt || failed(error, 'digest-mismatch');
        if (isOver) this.#end(this.#received);
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

  #checkStopped(): void {
    if (this.#broken) throw this.#broken.reason;
    if (this.#abort.signal.aborted) throw asFailure(this.#abort.signal.reason);
  }

  /** @returns false if they are too many, or if something is stored already */
  #keepInMemory(chunks: readonly Uint8Array[]): boolean {
    const { options, writers } = this.#parts;
    const held = this.#heldSoFar();
    const bytes = byteLength(chunks) + (held?.bytes ?? 0);
    if (!held || bytes > options.wholeBytes) return false;
    // Near a limit the sender has to be told with the very byte that is too much.
    if (this.#hold.room < options.wholeBytes) return false;
    // They are the caller's again when this returns.
    const copy = Buffer.concat(chunks);
    this.#state = { kind: 'held', held: { chunks: [...held.chunks, copy], bytes } };
    this.#received = bytes;
    if (held.bytes > 0) return true;
    // Whoever asks for this name has to find it, though there is no record.
    writers.add(this);
    void this.#waitForEnd();
    return true;
  }

  /** What is held, if nothing is stored and nothing has to be there before. */
  #heldSoFar(): Held | undefined {
    if (this.#state.kind === 'held') return this.#state.held;
    if (this.#state.kind !== 'waiting' || this.#hold.origin.kind !== 'fresh') return undefined;
    return { chunks: [], bytes: 0 };
  }

  async #waitForEnd(): Promise<void> {
    await this.#parts.writers.heldForLong();
    if (this.#state.kind === 'held') await this.#turns.run(() => this.#storeHeld());
  }

  /** In one step, if all of it is held. @returns undefined if it has to go step by step */
  async #completeWhole(
    evidence: string | undefined,
    confirm: (() => Promise<void>) | undefined,
  ): Promise<Entry | undefined> {
    const held = this.#heldSoFar();
    if (!held || this.#parts.options.wholeBytes === 0) return undefined;
    const { chunks: content, bytes: size } = held;
    const isWanted = this.#parts.options.digests || this.declared.digest !== undefined;
    const sha256 = isWanted ? sha256Of(content) : undefined;
    this.#parts.writers.add(this);
    try {
      const whole = { content, size, sha256, evidence };
      const entry = await storeWhole(this.#parts, this.#hold, whole, confirm);
      if (!entry) return undefined;
      this.#sha256 = Promise.resolve(sha256);
      this.#end(size);
      return entry;
    } catch (error) {
      this.#end(size);
      throw error;
    }
  }

  /** What was held goes the usual way. Never rejects: what goes wrong meets the sender. */
  async #storeHeld(): Promise<void> {
    if (this.#state.kind !== 'held') return;
    const { chunks } = this.#state.held;
    try {
      await this.#append(await this.#begin(), chunks);
    } catch (error) {
      this.#broken = { reason: error };
      // Its sender may be waiting for a word.
      this.#abort.abort(asFailure(error));
    }
  }

  #append(staged: StagedUpload, chunks: readonly Uint8Array[]): Soon<void> {
    const count = (): void => {
      this.#received = staged.received;
    };
    try {
      const soon = staged.write(chunks);
      return soon instanceof Promise ? soon.finally(count) : soon;
    } finally {
      count();
    }
  }

  async #staged(): Promise<StagedUpload> {
    await this.#storeHeld();
    this.#checkStopped();
    switch (this.#state.kind) {
      case 'staging':
        return this.#state.staged;
      case 'ended':
        throw takenOver();
      case 'held':
      case 'waiting':
        return this.#begin();
    }
  }

  async #begin(): Promise<StagedUpload> {
    const { writers } = this.#parts;
    // A new upload is known before its record is there: whoever finds the record finds the writer.
    if (this.#hold.origin.kind !== 'unfinished') writers.add(this);
    try {
      return await StagedUpload.begin(this.#parts, this.#hold, (staged) => {
        this.#state = { kind: 'staging', staged };
        writers.add(this);
      });
    } catch (error) {
      if (this.#state.kind !== 'staging') {
        this.#state = { kind: 'waiting' };
        this.#received = this.start;
        writers.remove(this);
      }
      throw error;
    }
  }

  async #commit(staged: StagedUpload, evidence: string | undefined): Promise<Entry> {
    try {
      const entry = await staged.commit(evidence);
      this.#sha256 = staged.sha256;
      return entry;
    } catch (error) {
      if (!failed(error, 'locked') || !requiredBy(this.#hold.origin)?.append) throw error;
      const begin = (hold: Hold) => new Writer(this.#parts, hold);
      const again = await appendAnew(this.#parts, this.#hold, staged, evidence, begin);
      this.#sha256 = again.writer.digest().then((digest) => digest?.hex);
      return again.entry;
    }
  }

  #end(offset: number): number {
    this.#state = { kind: 'ended', offset };
    this.#parts.writers.remove(this);
    return offset;
  }
}

function sha256Of(content: readonly Uint8Array[]): string {
  const [only = Buffer.of()] = content;
  if (content.length < 2) return hash('sha256', only);
  const made = createHash('sha256');
  for (const chunk of content) made.update(chunk);
  return made.digest('hex');
}
