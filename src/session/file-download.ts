import type { Failure } from '../base/failure.ts';
import { Notice } from '../base/notice.ts';
import type { Path } from '../base/path.ts';
import type { TransferOutcome } from '../base/transfer-event.ts';
import type { Entry, ReadableFile, Soon } from '../storage/store.ts';
import type { Lane } from './bandwidth.ts';
import { ended } from './ended.ts';
import type { TransferParts } from './home-session.ts';
import type { Running } from './running.ts';
import type { Download } from './session.ts';

/** A committed file on its way to a visitor. */
export class FileDownload implements Download, Running {
  readonly id: string;
  readonly direction = 'out';
  readonly path: Path;
  readonly beganAt: number;
  readonly entry: Entry;
  readonly start: number;
  readonly end: number | undefined;
  readonly #parts: TransferParts;
  readonly #stop = new Notice();
  #signal: AbortSignal | undefined;
  readonly #file: ReadableFile;
  readonly #began: number;
  #position: number;
  #isFinished = false;

  constructor(parts: TransferParts, path: Path, file: ReadableFile, start: number, end?: number) {
    this.#parts = parts;
    this.id = parts.running.nextId();
    this.path = path;
    this.#file = file;
    this.entry = file.entry;
    this.start = start;
    this.end = end;
    this.#position = start;
    this.#began = parts.clock.monotonic();
    this.beganAt = parts.clock.now();
    parts.running.add(this);
  }

  /** Made when somebody listens: nobody does to a small file that goes in one turn. */
  get signal(): AbortSignal {
    return (this.#signal ??= AbortSignal.any([this.#parts.signal, this.#stop.signal]));
  }

  get moved(): number {
    return this.#position - this.start;
  }

  get size(): number {
    return this.entry.size;
  }

  stop(reason: Failure): void {
    this.#stop.give(reason);
  }

  read(into: Uint8Array, signal?: AbortSignal, beside = false): Soon<number> {
    const { down } = this.#parts.bandwidth;
    if (down.isFree) return this.#readNext(into, beside);
    return this.#readInTime(into, down, signal ?? this.signal);
  }

  #readNext(into: Uint8Array, beside = false): Soon<number> {
    if (this.end !== undefined && into.length > this.end - this.#position) {
      return this.#readLast(into.subarray(0, this.end - this.#position));
    }
    const atOnce = beside ? undefined : this.#file.readAtOnce?.(into, this.#position);
    const got = atOnce ?? this.#file.read(into, this.#position);
    return typeof got === 'number' ? this.#advance(got) : got.then((bytes) => this.#advance(bytes));
  }

  #readLast(into: Uint8Array): Soon<number> {
    return into.length === 0 ? 0 : this.#readNext(into);
  }

  async finish(outcome: TransferOutcome, bytes: number): Promise<void> {
    if (this.#isFinished) return;
    this.#isFinished = true;
    await this.#file[Symbol.asyncDispose]();
    this.#parts.running.remove(this);
    this.#parts.transfers.emit({
      ...ended(this.#parts, this.#began),
      direction: 'out',
      path: this.path,
      bytes,
      resumedFrom: this.start,
      size: this.entry.size,
      digest: undefined,
      outcome,
      reason: undefined,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // One of which nothing was read was opened to look at it: no transfer has taken place.
    if (this.#position === this.start) this.#isFinished = true;
    this.#parts.running.remove(this);
    await this.#file[Symbol.asyncDispose]();
    await this.finish('interrupted', 0);
  }

  async #readInTime(into: Uint8Array, lane: Lane, signal: AbortSignal): Promise<number> {
    const bytes = await this.#readNext(into.subarray(0, lane.stepBytes));
    await lane.take(bytes, signal);
    return bytes;
  }

  #advance(bytes: number): number {
    this.#position += bytes;
    return bytes;
  }
}
