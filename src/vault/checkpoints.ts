import { Failure, asFailure } from '../base/failure.ts';
import type { Path } from '../base/path.ts';
import type { StagedFile } from '../storage/store.ts';
import type { Claim } from './claim.ts';
import type { HomeParts } from './context.ts';
import type { RunningDigest } from './digesting/running-digest.ts';
import { dropEarlier } from './superseded.ts';

/** How many checkpoint distances the durable offset may be behind before the sender has to wait. */
const MAX_BEHIND = 4;

/** A staged file, who holds it, and its digest as it grows. */
export interface Growing {
  readonly path: Path;
  readonly claim: Claim;
  readonly file: StagedFile;
  readonly digest: RunningDigest;
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
    const { claim, digest } = this.#growing;
    const known = await this.#parts.records.provenPrefix(claim.id, length);
    const found = digest.catchUp(length, known?.offset);
    const compare = async () => {
      if (!known || (await found) === known.sha256) return;
      this.#broken = new Failure(
        'storage-failed',
        'The bytes stored earlier have changed on the disk: this upload has to start again',
      );
      this.#parts.log.error('Staged bytes have changed', {
        upload: claim.id,
        offset: known.offset,
      });
    };
    this.#parts.writers.afterwards(compare());
  }

  /** Begins a checkpoint if one is due; waits only if the disk has fallen far behind. */
  async keepUp(received: number): Promise<void> {
    const { checkpointBytes } = this.#parts.options;
    const behind = received - this.#durable;
    if (behind >= checkpointBytes && !this.#running) {
      this.#running = this.#takeBeside(received).finally(() => {
        this.#running = undefined;
      });
    }
    if (behind >= checkpointBytes * MAX_BEHIND) await this.#running;
  }

  /** Resolves when no checkpoint is being taken. */
  async settled(): Promise<void> {
    await this.#running;
  }

  /** Makes everything before `offset` durable and records it. */
  async take(offset: number): Promise<void> {
    const { claim, file, path } = this.#growing;
    const isFirst = this.#durable === 0;
    await file.sync();
    await this.#parts.records.checkpoint(claim, offset, this.#parts.clock.now());
    this.#durable = offset;
    if (isFirst) await dropEarlier(this.#parts, path, claim.id);
  }

  /** Records the digest of everything before `offset`, as soon as it is known. */
  async prove(offset: number, digest: Promise<string>): Promise<void> {
    await this.#parts.records.provePrefix(this.#growing.claim, offset, await digest);
  }

  /** Never rejects: what goes wrong meets the sender at the next write. */
  async #takeBeside(offset: number): Promise<void> {
    const sha256 = this.#growing.digest.digest();
    try {
      await this.take(offset);
    } catch (error) {
      sha256.catch(() => {});
      this.#broken ??= asFailure(error);
      return;
    }
    this.#parts.writers.afterwards(this.prove(offset, sha256));
  }
}
