import { PIECE_BYTES, type PartFile } from './part-file.ts';

/** Gathers bytes that come in order into pieces of a part file that end at multiples of the piece size. */
export class PieceWriter {
  readonly #part: PartFile;
  #gathered: Buffer[] = [];
  #start: number;
  #at: number;

  /** @param at where in the file the first byte belongs */
  constructor(part: PartFile, at: number) {
    this.#part = part;
    this.#start = at;
    this.#at = at;
  }

  /** Where the next byte belongs. */
  get at(): number {
    return this.#at;
  }

  async write(chunk: Buffer): Promise<void> {
    let rest = chunk;
    while (rest.length > 0) {
      const room = PIECE_BYTES - (this.#at % PIECE_BYTES);
      const fitting = rest.subarray(0, room);
      this.#gathered.push(fitting);
      this.#at += fitting.length;
      rest = rest.subarray(room);
      if (this.#at % PIECE_BYTES === 0) await this.flush();
    }
  }

  /** Writes what is gathered, be it less than a whole piece. */
  async flush(): Promise<void> {
    const chunks = this.#gathered;
    if (chunks.length === 0) return;
    const start = this.#start;
    this.#gathered = [];
    this.#start = this.#at;
    await this.#part.write(start, chunks);
  }
}
