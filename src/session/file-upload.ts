import { failed, type Failure } from '../base/failure.ts';
import type { Path } from '../base/path.ts';
import type { TransferEvent, TransferOutcome } from '../base/transfer-event.ts';
import type { Entry, Soon } from '../storage/store.ts';
import type { SegmentWriter } from '../vault/segments/segment-writer.ts';
import type { Writer } from '../vault/writer.ts';
import { ended } from './ended.ts';
import type { TransferParts } from './home-session.ts';
import type { Running } from './running.ts';
import type { Upload } from './session.ts';

/** What a visitor sends, on its way into the vault. */
export class FileUpload implements Upload, Running {
  readonly id: string;
  readonly direction = 'in';
  readonly beganAt: number;
  readonly signal: AbortSignal;
  readonly #parts: TransferParts;
  readonly #stop = new AbortController();
  readonly #writer: Writer | SegmentWriter;
  readonly #began: number;
  #isOver = false;

  constructor(parts: TransferParts, writer: Writer | SegmentWriter) {
    this.#parts = parts;
    this.id = parts.running.nextId();
    this.#writer = writer;
    this.signal = AbortSignal.any([parts.signal, writer.signal, this.#stop.signal]);
    this.#began = parts.clock.monotonic();
    this.beganAt = parts.clock.now();
    parts.running.add(this);
  }

  get path(): Path {
    return this.#writer.path;
  }

  get start(): number {
    return this.#writer.start;
  }

  get length(): number | undefined {
    return this.#writer.declared.length;
  }

  get received(): number {
    return this.#writer.received;
  }

  get moved(): number {
    return this.received - this.start;
  }

  get size(): number | undefined {
    return this.length;
  }

  stop(reason: Failure): void {
    this.#stop.abort(reason);
  }

  get stepBytes(): number {
    return this.#parts.bandwidth.up.stepBytes;
  }

  write(chunks: readonly Uint8Array[], signal = this.signal): Soon<void> {
    if (this.#parts.bandwidth.up.isFree) return this.#writer.write(chunks);
    return this.#writeInTime(chunks, signal);
  }

  async complete(evidence?: string, confirm?: () => Promise<void>): Promise<Pick<Entry, 'size'>> {
    try {
      const entry = await this.#writer.complete(evidence, confirm);
      if (this.#writer.isPart) {
        // For whoever waits for files this is none.
        this.#tell({ ...this.#over('interrupted'), reason: 'A segment has come whole' });
        return entry;
      }
      const event = this.#over('complete', entry.size);
      // The digest of a large file follows; the line in the transfer log waits for it.
      void this.#writer.digest().then((digest) => this.#tell({ ...event, digest, evidence }));
      return entry;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      await this.#writer.interrupt(reason);
      this.#tell({
        ...this.#over(failed(error, 'interrupted') ? 'interrupted' : 'failed'),
        reason,
      });
      throw error;
    }
  }

  async flush(): Promise<number> {
    await this.#writer.flush();
    return this.received;
  }

  async reject(reason: string): Promise<void> {
    await this.#writer.reject(reason);
    this.#tell({ ...this.#over('failed'), reason });
  }

  async interrupt(reason: string): Promise<number> {
    const offset = await this.#writer.interrupt(reason);
    if (!this.#isOver) this.#tell({ ...this.#over('interrupted'), reason });
    return offset;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isOver) await this.interrupt('The transfer ended without being completed');
  }

  async #writeInTime(chunks: readonly Uint8Array[], signal: AbortSignal): Promise<void> {
    const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    await this.#parts.bandwidth.up.charge(bytes, signal);
    await this.#writer.write(chunks);
  }

  /** What the transfer log will say; from now on nothing more can happen here. */
  #over(outcome: TransferOutcome, size = this.length): TransferEvent {
    this.#isOver = true;
    this.#parts.running.remove(this);
    const bytes = this.moved;
    return {
      ...ended(this.#parts, this.#began),
      direction: 'in',
      path: this.path,
      bytes,
      // What is appended goes to the end that the file has when it is committed.
      resumedFrom: outcome === 'complete' && size !== undefined ? size - bytes : this.start,
      size,
      digest: undefined,
      outcome,
      reason: undefined,
    };
  }

  #tell(event: TransferEvent): void {
    this.#parts.transfers.emit(event);
  }
}
