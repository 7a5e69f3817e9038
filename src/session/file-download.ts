import type { Path } from '../base/path.ts';
import type { TransferOutcome } from '../base/transfer-event.ts';
import type { Entry, ReadableFile, Soon } from '../storage/store.ts';
import type { Lane } from './bandwidth.ts';
import type { SessionParts } from './home-session.ts';
import type { Download } from './session.ts';

/** A committed file on its way to a visitor. */
export class FileDownload implements Download {
  readonly entry: Entry;
  readonly start: number;
  readonly signal: AbortSignal;
  readonly #parts: SessionParts;
  readonly #account: string;
  readonly #path: Path;
  readonly #file: ReadableFile;
  readonly #began: number;
  #position: number;
  #isFinished = false;

  constructor(
    parts: SessionParts,
    account: string,
    signal: AbortSignal,
    path: Path,
    file: ReadableFile,
    start: number,
  ) {
    this.#parts = parts;
    this.#account = account;
    this.signal = signal;
    this.#path = path;
    this.#file = file;
    this.entry = file.entry;
    this.start = start;
    this.#position = start;
    this.#began = parts.clock.monotonic();
  }

  read(into: Uint8Array, signal = this.signal): Soon<number> {
    const { down } = this.#parts.bandwidth;
    return down.isFree ? this.#readNext(into) : this.#readInTime(into, down, signal);
  }

  #readNext(into: Uint8Array): Soon<number> {
    const got = this.#file.read(into, this.#position);
    return typeof got === 'number' ? this.#advance(got) : got.then((bytes) => this.#advance(bytes));
  }

  async finish(outcome: TransferOutcome, bytes: number): Promise<void> {
    if (this.#isFinished) return;
    this.#isFinished = true;
    await this.#file[Symbol.asyncDispose]();
    const { clock, transfers, visitor, id } = this.#parts;
    transfers.emit({
      time: clock.now(),
      account: this.#account,
      address: visitor.address,
      protocol: visitor.protocol,
      session: id,
      direction: 'out',
      path: this.#path,
      bytes,
      resumedFrom: this.start,
      size: this.entry.size,
      durationMs: Math.round(clock.monotonic() - this.#began),
      digest: undefined,
      outcome,
      reason: undefined,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // One of which nothing was read was opened to look at it: no transfer has taken place.
    if (this.#position === this.start) this.#isFinished = true;
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
