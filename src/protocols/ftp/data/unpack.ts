import { Failure } from '../../../base/failure.ts';
import { MiB } from '../../../base/size.ts';
import type { Soon } from '../../../storage/store.ts';
import { Decoder, type Representation } from '../../../wire/ftp/coding/coding.ts';
import type { EndMark, Unit } from '../../../wire/ftp/coding/unit.ts';

export interface UnpackOptions {
  readonly write: (chunks: readonly Uint8Array[]) => Soon<void>;
  /** Told of a restart marker when all that came before it is written. */
  readonly onMarker: (text: string) => Soon<void>;
  /** Told once, when the data itself has said that it was all. */
  readonly onWhole: () => void;
  /** Bytes that are written at once. */
  readonly gatherBytes: number;
  /** How many times larger than what came the file may be, beyond {@link UNPACK_FREE_BYTES}. */
  readonly maxRatio: number;
  /** Bytes that the sender said would come of it, if it did. */
  readonly announced: number | undefined;
}

/** Up to here nobody asks how well something was compressed. */
export const UNPACK_FREE_BYTES = 64 * MiB;

/** Takes what comes over a data connection and writes what of a file it holds. */
export class Unpacking implements Disposable {
  readonly #decoder: Decoder;
  readonly #options: UnpackOptions;
  readonly #isCompressed: boolean;
  #came = 0;
  #made = 0;
  #batch: Uint8Array[] = [];
  #gathered = 0;
  #isWhole = false;

  constructor(representation: Representation, options: UnpackOptions) {
    this.#decoder = new Decoder(representation);
    this.#options = options;
    this.#isCompressed = representation.mode === 'Z';
  }

  get mark(): EndMark {
    return this.#decoder.mark;
  }

  /**
   * @throws WireError if it is not in this coding; Failure `quota-exceeded` if it becomes more than
   *   it may, and what writing throws
   */
  async write(chunks: readonly Uint8Array[]): Promise<void> {
    for (const chunk of chunks) {
      this.#came += chunk.length;
      for await (const unit of this.#decoder.push(chunk)) await this.#take(unit);
      // The chunks are ours only until this ends, and the next may be one too many.
      await this.#flush();
    }
    if (this.mark !== 'seen' || this.#isWhole) return;
    this.#isWhole = true;
    this.#options.onWhole();
  }

  /** The connection has ended in order: writes what was held back. */
  async end(): Promise<void> {
    for await (const unit of this.#decoder.end()) await this.#take(unit);
    await this.#flush();
  }

  [Symbol.dispose](): void {
    this.#decoder[Symbol.dispose]();
  }

  async #take(unit: Unit): Promise<void> {
    if (unit.kind === 'marker') {
      await this.#flush();
      await this.#options.onMarker(unit.text);
    }
    if (unit.kind !== 'bytes' || unit.bytes.length === 0) return;
    this.#batch.push(unit.bytes);
    this.#gathered += unit.bytes.length;
    this.#made += unit.bytes.length;
    if (this.#isCompressed) this.#guard();
    if (this.#gathered >= this.#options.gatherBytes) await this.#flush();
  }

  async #flush(): Promise<void> {
    if (this.#gathered === 0) return;
    const batch = this.#batch;
    this.#batch = [];
    this.#gathered = 0;
    await this.#options.write(batch);
  }

  /** A few bytes that become very many are an attack more often than a file. */
  #guard(): void {
    const { maxRatio, announced } = this.#options;
    if (announced !== undefined && this.#made > announced) {
      throw new Failure('quota-exceeded', `More than the ${announced} bytes that ALLO said`);
    }
    if (this.#made <= UNPACK_FREE_BYTES || this.#made <= this.#came * maxRatio) return;
    throw new Failure(
      'quota-exceeded',
      `This becomes more than ${maxRatio} times as much as was sent; MODE S takes it`,
    );
  }
}
