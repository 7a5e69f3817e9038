import { createHash } from 'node:crypto';
import { type Digest, sameDigest } from '../../src/base/digest.ts';
import type { Path } from '../../src/base/path.ts';
import type { WriteFrom } from '../../src/client/remote.ts';
import { TransferFailure } from '../../src/client/transfer-failure.ts';

export interface MemoryFile {
  readonly bytes: Buffer;
  modified: number;
  /** Another for each version. */
  identity: string;
}

interface Promised {
  readonly whole: Digest;
  readonly length: number;
}

interface Unfinished {
  readonly content: Content;
  readonly promised: Promised | undefined;
}

/** Bytes that grow; joined only when somebody looks. */
class Content {
  #chunks: Buffer[];

  constructor(bytes: Buffer) {
    this.#chunks = [Buffer.from(bytes)];
  }

  append(bytes: Buffer): void {
    this.#chunks.push(bytes);
  }

  get bytes(): Buffer {
    const whole = this.#chunks.length === 1 ? this.#chunks[0] : undefined;
    const bytes = whole ?? Buffer.concat(this.#chunks);
    this.#chunks = [bytes];
    return bytes;
  }
}

/** An upload as the server sees it. */
interface Receiving {
  append(bytes: Buffer): void;
  complete(): void;
}

/** What a server keeps: whole files, and where it stages uploads, those that are not complete. */
export class MemoryFiles {
  readonly #uploads: 'staged' | 'in-place';
  readonly #files = new Map<Path, MemoryFile>();
  readonly #unfinished = new Map<Path, Unfinished>();
  readonly #promises = new Map<Path, Promised>();
  #versions = 0;

  constructor(uploads: 'staged' | 'in-place') {
    this.#uploads = uploads;
  }

  paths(): Path[] {
    return [...new Set([...this.#files.keys(), ...this.#unfinished.keys()])];
  }

  committed(path: Path): MemoryFile | undefined {
    return this.#files.get(path);
  }

  /** What has come of an upload that is not complete. */
  unfinished(path: Path): Buffer | undefined {
    return this.#unfinished.get(path)?.content.bytes;
  }

  /** Puts a new version there, as if somebody else had done it. */
  put(path: Path, bytes: Buffer, modified = 1_700_000_000_000): void {
    this.#versions += 1;
    this.#files.set(path, { bytes: Buffer.from(bytes), modified, identity: `v${this.#versions}` });
  }

  /** Leaves an upload there that somebody has not completed. */
  leave(path: Path, bytes: Buffer): void {
    this.#unfinished.set(path, { content: new Content(bytes), promised: undefined });
  }

  promise(path: Path, whole: Digest, length: number): number {
    const promised = { whole, length };
    this.#promises.set(path, promised);
    for (const { bytes } of this.#files.values()) {
      if (bytes.length !== length || !sameDigest(sha256(bytes), whole)) continue;
      if (this.#files.get(path)?.bytes !== bytes) this.put(path, bytes);
      return length;
    }
    for (const [old, upload] of this.#unfinished) {
      if (!upload.promised || !sameDigest(upload.promised.whole, whole)) continue;
      this.#unfinished.delete(old);
      this.#unfinished.set(path, upload);
      return upload.content.bytes.length;
    }
    return 0;
  }

  write(path: Path, from: WriteFrom): Receiving {
    return this.#uploads === 'staged' ? this.#stage(path, from) : this.#inPlace(path, from);
  }

  move(from: Path, to: Path): void {
    const file = this.#files.get(from);
    if (!file) throw new TransferFailure('not-found', `${from} is not there`);
    this.#files.delete(from);
    this.#files.set(to, file);
  }

  remove(path: Path): void {
    if (this.#files.delete(path) || this.#unfinished.delete(path)) return;
    throw new TransferFailure('not-found', `${path} is not there`);
  }

  #stage(path: Path, from: WriteFrom): Receiving {
    const promised = this.#promises.get(path);
    this.#promises.delete(path);
    const content = new Content(this.#begin(path, from));
    this.#unfinished.set(path, { content, promised });
    return {
      append: (bytes) => content.append(bytes),
      complete: () => {
        this.#unfinished.delete(path);
        if (promised && !sameDigest(sha256(content.bytes), promised.whole)) {
          throw new TransferFailure('refused', 'Not what was promised', { replyCode: 550 });
        }
        this.put(path, content.bytes);
      },
    };
  }

  /** What the new bytes come after. */
  #begin(path: Path, from: WriteFrom): Buffer {
    if (from.kind === 'start') return Buffer.alloc(0);
    const there = this.unfinished(path) ?? this.#files.get(path)?.bytes;
    const length = there?.length ?? 0;
    const offset = from.kind === 'end' ? length : from.offset;
    if (offset > length) {
      throw new TransferFailure('offset-refused', 'Too far', { offset: length, replyCode: 554 });
    }
    return Buffer.from(there?.subarray(0, offset) ?? []);
  }

  /** The old version is gone with the first word, and what comes is seen at once. */
  #inPlace(path: Path, from: WriteFrom): Receiving {
    const old = from.kind === 'start' ? undefined : this.#files.get(path)?.bytes;
    const offset = from.kind === 'offset' ? from.offset : (old?.length ?? 0);
    this.#versions += 1;
    const content = new Content(old?.subarray(0, offset) ?? Buffer.alloc(0));
    this.#files.set(path, fileOf(content, `v${this.#versions}`));
    return { append: (bytes) => content.append(bytes), complete: () => {} };
  }
}

function fileOf(content: Content, identity: string): MemoryFile {
  return {
    get bytes() {
      return content.bytes;
    },
    modified: 0,
    identity,
  };
}

function sha256(bytes: Buffer): Digest {
  return { algorithm: 'sha-256', hex: createHash('sha256').update(bytes).digest('hex') };
}
