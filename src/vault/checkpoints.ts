import { Failure, asFailure } from '../base/failure.ts';
import type { Path } from '../base/path.ts';
import type { Soon, StagedFile } from '../storage/store.ts';
import type { Claim } from './claim.ts';
import type { HomeParts } from './context.ts';
import type { RunningDigest } from './digesting/running-digest.ts';
import { dropEarlier } from './superseded.ts';

/** How many checkpoint distances the durable offset may be behind before the sender has to wait. */
const MAX_BEHIND = 4;

/** What one sender writes of an upload. */
export interface Growing {
  readonly path: Path;
  /** That of the upload. */
  readonly id: string;
  readonly file: StagedFile;
  /** Records, durably, that all it has written before this offset is durable. @throws Failure `locked` */
  readonly record: (offset: number) => Promise<void>;
  /** What proves a beginning: its digest as it grows, and who records it. Undefined if nobody wants one. */
  readonly proving: { readonly claim: Claim; readonly digest: RunningDigest } | undefined;
}

/**
 * The checkpoints of one upload: what has been written is made durable and recorded, while more is
 * being written. Offsets in bytes.
 */
export class Checkpoints {
  readonly #parts: HomeParts;
  readonly #growing: Growing;
  #durable: number;
  #running: Promise<void> | undefined;
  #broken: Failure | undefined;
  /** Why the bytes behind the last checkpoint are not to be trusted. */
  #lost: Failure | undefined;
  /** Settles when what was there before has been compared with its record. */
  #proof: Promise<void> = Promise.resolve();
  #isDisproven = false;

  /** @param durable what the record says already */
  constructor(parts: HomeParts, growing: Growing, durable: number) {
    this.#parts = parts;
    this.#growing = growing;
    this.#durable = durable;
  }

  /** The last recorded checkpoint: from there the upload can be continued. */
  get durable(): number {
    return this.#durable;
  }

  /** @throws Failure what went wrong since the last time that somebody asked */
  throwIfBroken(): void {
    if (this.#broken) throw this.#broken;
  }

  /** Hashes what is there already and, beside the transfer, proves that it is what was staged. */
  async catchUp(length: number): Promise<void> {
    const { id, proving } = this.#growing;
    if (!proving) return;
    const { claim, digest } = proving;
    const known = await this.#parts.records.provenPrefix(id, length);
    const found = digest.catchUp(length, known?.offset);
    const compare = async () => {
      if (known && (await found) !== known.sha256) await this.#disprove(claim, known.offset);
    };
    this.#proof = compare();
    this.#parts.writers.afterwards(this.#proof);
  }

  /** Resolves when what was there before is known to be what was staged. @throws Failure if it is not */
  async proven(): Promise<void> {
    await this.#proof;
    this.throwIfBroken();
  }

  /** Begins a checkpoint if one is due; waits only if the disk has fallen far behind. */
  keepUp(received: number): Soon<void> {
    const { checkpointBytes } = this.#parts.options;
    const behind = received - this.#durable;
    if (behind >= checkpointBytes && !this.#running) {
      this.#running = this.#takeBeside(received).finally(() => {
        this.#running = undefined;
      });
    }
    return behind >= checkpointBytes * MAX_BEHIND ? this.#running : undefined;
  }

  /** Resolves when no checkpoint is being taken. */
  async settled(): Promise<void> {
    await this.#running;
  }

  /**
   * Makes durable what has been written. What a disk once failed to write it may afterwards call
   * synced, although it is lost: from then on nothing behind the last checkpoint is believed.
   */
  async sync(): Promise<void> {
    if (this.#lost) throw this.#lost;
    try {
      await this.#growing.file.sync();
    } catch (error) {
      this.#lost = asFailure(error);
      throw error;
    }
  }

  /** Makes everything before `offset` durable and records it. */
  async take(offset: number): Promise<void> {
    const { id, path } = this.#growing;
    const isFirst = this.#durable === 0;
    await this.sync();
    await this.#growing.record(offset);
    this.#durable = offset;
    if (isFirst) await dropEarlier(this.#parts, path, id);
  }

  /** Records the digest of everything before `offset`, as soon as it is known. */
  async prove(offset: number, digest: Promise<string>): Promise<void> {
    const [sha256] = await Promise.all([digest, this.#proof]);
    // A digest of changed bytes would make them look right the next time.
    const { proving } = this.#growing;
    if (this.#isDisproven || !proving) return;
    await this.#parts.records.provePrefix(proving.claim, offset, sha256);
  }

  /** What is staged is not what was staged: nobody is to continue it. */
  async #disprove(claim: Claim, offset: number): Promise<void> {
    const { path } = this.#growing;
    const { records, chronicle, clock, log, homeId } = this.#parts;
    const reason =
      'The bytes stored earlier have changed on the disk: this upload has to start again';
    this.#isDisproven = true;
    this.#lost = this.#broken = new Failure('storage-failed', reason);
    log.error('Staged bytes have changed', { upload: claim.id, offset });
    const event = { homeId, uploadId: claim.id, path, kind: 'rejected', reason } as const;
    await records.reject(claim, this.#durable, reason, (write) =>
      chronicle.note(write, event, clock.now()),
    );
    chronicle.tell(event);
  }

  /** Never rejects: what goes wrong meets the sender at the next write. */
  async #takeBeside(offset: number): Promise<void> {
    const sha256 = this.#growing.proving?.digest.digest();
    // It may fail before the checkpoint has been taken, and nobody listens until then.
    sha256?.catch(() => {});
    try {
      await this.take(offset);
    } catch (error) {
      this.#broken ??= asFailure(error);
      return;
    }
    if (sha256) this.#parts.writers.afterwards(this.prove(offset, sha256));
  }
}
