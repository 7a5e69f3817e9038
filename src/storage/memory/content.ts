/** The bytes of one file, growing as they come. Positions and lengths are in bytes. */
export class Content {
  #bytes = Buffer.alloc(0);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  write(chunks: readonly Uint8Array[], position: number): void {
    let at = position;
    for (const chunk of chunks) {
      this.#makeRoom(at + chunk.length);
      this.#bytes.set(chunk, at);
      at += chunk.length;
      this.#size = Math.max(this.#size, at);
    }
  }

  read(into: Uint8Array, position: number): number {
    const found = this.#bytes.subarray(position, Math.min(this.#size, position + into.length));
    into.set(found);
    return found.length;
  }

  truncate(length: number): void {
    this.#makeRoom(length);
    // What is behind the end reads as zeros if the file grows over it again, as on a disk.
    this.#bytes.fill(0, length);
    this.#size = length;
  }

  copy(length: number): Content {
    const copy = new Content();
    copy.write([this.#bytes.subarray(0, Math.min(length, this.#size))], 0);
    return copy;
  }

  #makeRoom(size: number): void {
    if (size <= this.#bytes.length) return;
    const larger = Buffer.alloc(Math.max(size, this.#bytes.length * 2));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}
