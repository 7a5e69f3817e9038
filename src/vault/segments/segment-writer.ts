import { byteLength } from '../../base/chunks.ts';
import { Failure, asFailure } from '../../base/failure.ts';
import type { Path } from '../../base/path.ts';
import type { ByteRange } from '../../base/range.ts';
import type { Soon, StagedFile } from '../../storage/store.ts';
import { Checkpoints } from '../checkpoints.ts';
import { newUploadId, takenOver } from '../claim.ts';
import type { HomeParts } from '../context.ts';
import type { Declared } from '../placement.ts';
import { holderOf } from '../presence.ts';
import { Turns } from '../turns.ts';
import { takeOverSegments } from './take-over-segments.ts';

/** Of which upload a part is sent, and by whom. */
export interface SegmentHold {
  readonly uploadId: string;
  readonly path: Path;
  readonly range: ByteRange;
  readonly session: string;
}

/** How far it has come. `ended` is over for this sender. */
type State =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'sending'; readonly file: StagedFile; readonly checkpoints: Checkpoints }
  | { readonly kind: 'ended' };

/**
 * One sender's hold on a part of an upload, which others send other parts of: written at its place
 * in the staged file of the whole, and made durable and recorded by itself. The methods may be
 * called at any time and do their work one after the other.
 */
export class SegmentWriter implements AsyncDisposable {
  /** Another for each sender; it tells the process that has made it. */
  readonly id: string;
  readonly uploadId: string;
  readonly path: Path;
  readonly range: ByteRange;
  /** All that is known of how it ends is where. */
  readonly declared: Declared;
  /** That it is whole says nothing about the file. */
  readonly isPart = true;
  readonly #parts: HomeParts;
  readonly #holder: string;
  readonly #turns = new Turns();
  readonly #abort = new AbortController();
  #state: State = { kind: 'waiting' };
  #received: number;

  constructor(parts: HomeParts, { uploadId, path, range, session }: SegmentHold) {
    this.id = newUploadId(parts.presence);
    this.uploadId = uploadId;
    this.path = path;
    this.range = range;
    this.declared = { length: range.end };
    this.#parts = parts;
    this.#holder = holderOf(parts.presence, session);
    this.#received = range.start;
  }

  get start(): number {
    return this.range.start;
  }

  /** The position in the file behind the last byte that came here. */
  get received(): number {
    return this.#received;
  }

  /** Aborted with a Failure when this sender has to stop. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** @throws Failure `quota-exceeded`, `storage-full`, `storage-failed`, `locked`, `upload-gone` */
  write(chunks: readonly Uint8Array[]): Soon<void> {
    return this.#turns.runSoon(() => {
      this.#checkStopped();
      const bytes = byteLength(chunks);
      if (this.#received + bytes > this.range.end) {
        throw new Failure('length-inconsistent', 'More has come than the range has bytes');
      }
      return this.#state.kind === 'waiting'
        ? this.#begin().then(() => this.#store(chunks, bytes))
        : this.#store(chunks, bytes);
    });
  }

  /** Makes durable what has come, and goes on. */
  flush(): Promise<void> {
    return this.#turns.run(() => this.#secure());
  }

  /** Makes durable what has come and lets go of it. @returns up to where it is durable */
  interrupt(_reason: string): Promise<number> {
    return this.#turns.run(async () => {
      if (this.#state.kind !== 'sending') {
        this.#state = { kind: 'ended' };
        return this.#received;
      }
      const { checkpoints } = this.#state;
      try {
        await this.#secure();
      } catch (error) {
        this.#warn('What came last of a segment could not be made durable', error);
      }
      await this.#letGo();
      return checkpoints.durable;
    });
  }

  /** What has come is damaged: whoever proves the whole finds that out. */
  async reject(reason: string): Promise<void> {
    await this.interrupt(reason);
  }

  /**
   * All of it has come: makes it durable.
   * @returns its size in bytes @throws Failure `length-inconsistent` if something is missing
   */
  complete(_evidence?: string, confirm?: () => Promise<void>): Promise<{ readonly size: number }> {
    return this.#turns.run(async () => {
      this.#checkStopped();
      const { start, end } = this.range;
      if (this.#received < end) {
        const sentence = `${this.#received - start} of ${end - start} bytes have come`;
        throw new Failure('length-inconsistent', sentence);
      }
      await this.#secure();
      await confirm?.();
      await this.#letGo();
      return { size: end - start };
    });
  }

  /** Of a part nobody wants one. */
  digest(): Promise<undefined> {
    return Promise.resolve(undefined);
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
    if (this.#abort.signal.aborted) throw asFailure(this.#abort.signal.reason);
    if (this.#state.kind === 'ended') throw takenOver();
  }

  async #begin(): Promise<void> {
    const { id, uploadId, range, path } = this;
    const { segments, tree, options, clock, writers } = this.#parts;
    await takeOverSegments(this.#parts, uploadId, range);
    // Whoever finds the record finds the sender.
    writers.addSegment(this);
    try {
      await segments.begin({ id, uploadId, range, holder: this.#holder }, options.mostSegments);
      const file = await tree.openStaged(uploadId, 'shared');
      const record = (offset: number) => segments.advance(id, offset, clock.now());
      const growing = { path, id: uploadId, file, record, proving: undefined };
      const checkpoints = new Checkpoints(this.#parts, growing, range.start);
      this.#state = { kind: 'sending', file, checkpoints };
    } catch (error) {
      await this.#forget();
      throw error;
    }
  }

  #store(chunks: readonly Uint8Array[], bytes: number): Soon<void> {
    if (this.#state.kind !== 'sending') throw takenOver();
    const { file, checkpoints } = this.#state;
    checkpoints.throwIfBroken();
    const stored = (): Soon<void> => {
      this.#received += bytes;
      return checkpoints.keepUp(this.#received);
    };
    const soon = file.write(chunks, this.#received);
    return soon instanceof Promise ? soon.then(stored) : stored();
  }

  async #secure(): Promise<void> {
    if (this.#state.kind !== 'sending') return;
    const { checkpoints } = this.#state;
    await checkpoints.settled();
    if (checkpoints.durable < this.#received) await checkpoints.take(this.#received);
  }

  async #letGo(): Promise<void> {
    if (this.#state.kind !== 'sending') return;
    const { file } = this.#state;
    this.#state = { kind: 'ended' };
    await file[Symbol.asyncDispose]();
    await this.#forget();
  }

  /** One whose record cannot be told so is let go of by whoever wants its bytes next. */
  async #forget(): Promise<void> {
    try {
      await this.#parts.segments.release(this.id);
    } catch (error) {
      this.#warn('That nobody sends a segment any more could not be recorded', error);
    }
    this.#parts.writers.removeSegment(this);
  }

  #warn(what: string, error: unknown): void {
    this.#parts.log.warn(what, { upload: this.uploadId, error });
  }
}
