/** The kind of a record that holds encrypted bytes (RFC 8446 §5.1); in TLS 1.3 nearly all do. */
export const APPLICATION_DATA = 23;

const HEADER_BYTES = 5;

/** Follows a stream of TLS records by their headers, however it is cut into pieces. */
export class RecordScanner {
  readonly #header = Buffer.alloc(HEADER_BYTES);
  /** Bytes of the current header that have come. */
  #headerBytes = 0;
  /** Bytes of the current record's content that are still to come. */
  #missing = 0;

  /**
   * Takes the next piece, at most to the end of the current record.
   * @param begins told the kind of a record when its header is whole
   * @returns how many bytes of the piece were taken
   */
  next(piece: Uint8Array, begins?: (kind: number) => void): number {
    let at = 0;
    while (this.#headerBytes < HEADER_BYTES && at < piece.length) {
      this.#header[this.#headerBytes] = piece[at] ?? 0;
      this.#headerBytes += 1;
      at += 1;
      if (this.#headerBytes < HEADER_BYTES) continue;
      this.#missing = this.#header.readUInt16BE(3);
      begins?.(this.#header[0] ?? 0);
    }
    const taken = Math.min(this.#missing, piece.length - at);
    this.#missing -= taken;
    if (this.#headerBytes === HEADER_BYTES && this.#missing === 0) this.#headerBytes = 0;
    return at + taken;
  }

  /** Takes a whole piece. @returns true if a record of this kind begins in it */
  begins(kind: number, piece: Uint8Array): boolean {
    let found = false;
    for (let at = 0; at < piece.length;) {
      at += this.next(piece.subarray(at), (begun) => (found ||= begun === kind));
    }
    return found;
  }
}
