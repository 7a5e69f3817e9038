import type { Chance } from './chance.ts';

/** What a disk writes whole or not at all, in bytes. */
const SECTOR = 512;

/** The state of a file when a sync began: what the sync makes durable. */
export interface SyncPoint {
  readonly image: Buffer;
  /** Sectors written since the sync before. */
  readonly sectors: ReadonlySet<number>;
}

/**
 * The bytes of a file on a disk that forgets: behind what was last synced, a power cut leaves any
 * mixture of old sectors, new sectors and zeros, and any size the file has had. Positions in bytes.
 */
export class ForgetfulFile {
  #bytes: Buffer;
  #durable: Buffer;
  #dirty = new Set<number>();
  /** The smallest size since the last sync. */
  #least: number;

  constructor(bytes: Buffer = Buffer.alloc(0), durable: Buffer = Buffer.alloc(0)) {
    this.#bytes = bytes;
    this.#durable = durable;
    this.#least = durable.length;
    if (bytes !== durable) this.#touch(0, bytes.length);
  }

  get size(): number {
    return this.#bytes.length;
  }

  read(into: Uint8Array, position: number): number {
    const found = this.#bytes.subarray(position, position + into.length);
    into.set(found);
    return found.length;
  }

  write(chunks: readonly Uint8Array[], position: number): void {
    const added = Buffer.concat(chunks);
    const end = position + added.length;
    this.#resize(Math.max(this.size, end));
    added.copy(this.#bytes, position);
    this.#touch(position, end);
  }

  truncate(length: number): void {
    this.#touch(Math.min(length, this.size), Math.max(length, this.size));
    this.#resize(length);
  }

  /** A copy of the first `length` bytes, nothing of it durable. */
  copy(length: number): ForgetfulFile {
    return new ForgetfulFile(Buffer.from(this.#bytes.subarray(0, length)));
  }

  beginSync(): SyncPoint {
    const sectors = this.#dirty;
    // What is written while the sync runs is not covered by it, but may come through as well.
    this.#dirty = new Set(sectors);
    return { image: Buffer.from(this.#bytes), sectors };
  }

  endSync({ image, sectors }: SyncPoint): void {
    this.#durable = image;
    this.#least = Math.min(image.length, this.size);
    for (const sector of sectors) {
      if (sameSector(sector, image, this.#bytes)) this.#dirty.delete(sector);
    }
  }

  /** What a power cut leaves of it. */
  left(chance: Chance): ForgetfulFile {
    const sizes = [this.#least, this.#durable.length, this.size];
    const size = chance.yes(0.7)
      ? chance.pick(sizes)
      : chance.between(Math.min(...sizes), Math.max(...sizes));
    const left = Buffer.alloc(size);
    this.#durable.copy(left, 0, 0, size);
    for (const sector of this.#dirty) {
      const begin = sector * SECTOR;
      const end = Math.min(size, begin + SECTOR);
      const from = chance.pick(['old', 'new', 'new', 'zeros']);
      if (from === 'old' || begin >= size) continue;
      const isThere = begin < this.size;
      // What was never cut off since the last sync does not become zeros.
      left.fill(0, from === 'new' ? begin : Math.min(end, Math.max(begin, this.#least)), end);
      if (from === 'new' && isThere) this.#bytes.copy(left, begin, begin, end);
    }
    return new ForgetfulFile(left, left);
  }

  #resize(size: number): void {
    if (size === this.size) return;
    const resized = Buffer.alloc(size);
    this.#bytes.copy(resized, 0, 0, size);
    this.#bytes = resized;
    this.#least = Math.min(this.#least, size);
  }

  #touch(from: number, to: number): void {
    for (let sector = Math.floor(from / SECTOR); sector * SECTOR < to; sector += 1) {
      this.#dirty.add(sector);
    }
  }
}

function sameSector(sector: number, one: Buffer, other: Buffer): boolean {
  const [from, to] = [sector * SECTOR, (sector + 1) * SECTOR];
  return one.subarray(from, to).equals(other.subarray(from, to));
}
