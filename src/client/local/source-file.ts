import { open, type FileHandle } from 'node:fs/promises';
import type { ByteRange } from '../../base/range.ts';
import { TransferFailure } from '../transfer-failure.ts';
import { osPath } from './os-path.ts';
import { readRange } from './read.ts';

/** What is the same as long as nobody has touched a file. Never a proof, only a sign of change. */
interface Identity {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

/** A local file that is sent: one version of it, as it was when it was opened. */
export class SourceFile implements AsyncDisposable {
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
  readonly #handle: FileHandle;
  readonly #identity: Identity;

  private constructor(handle: FileHandle, identity: Identity) {
    this.#handle = handle;
    this.#identity = identity;
    this.size = Number(identity.size);
    this.modified = Number(identity.mtimeNs / 1_000_000n);
  }

  /** @throws TransferFailure `local-failed` for what is no regular file; errors of the system */
  static async open(path: string): Promise<SourceFile> {
    const handle = await open(osPath(path), 'r');
    try {
      const stat = await handle.stat({ bigint: true });
      if (!stat.isFile()) throw new TransferFailure('local-failed', `${path} is not a file`);
      return new SourceFile(handle, stat);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Tells this version from others. */
  get version(): string {
    return describe(this.#identity);
  }

  read(range: ByteRange, signal: AbortSignal): AsyncIterable<Buffer> {
    return readRange(this.#handle, range, signal);
  }

  /** False if the file has been written to since it was opened: what was read may be a mixture. */
  async isUnchanged(): Promise<boolean> {
    return describe(await this.#handle.stat({ bigint: true })) === this.version;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}

function describe({ dev, ino, size, mtimeNs, ctimeNs }: Identity): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join('.');
}
