import type { Algorithm, Digest } from '../../../base/digest.ts';
import { RunningDigest } from '../../local/running-digest.ts';
import { SourceFile } from '../../local/source-file.ts';
import type { Progress } from '../progress.ts';
import { catchUp } from '../local-digest.ts';

/** The local side of an upload over all its attempts: a path, and what is known of its content. */
export class UploadSource {
  readonly path: string;
  readonly #progress: Progress;
  readonly #signal: AbortSignal;
  #version = '';
  #digests = new Map<Algorithm, RunningDigest>();

  constructor(path: string, progress: Progress, signal: AbortSignal) {
    this.path = path;
    this.#progress = progress;
    this.#signal = signal;
  }

  /** The file as it is now; what is known of it is forgotten when it has become another. */
  async open(): Promise<SourceFile> {
    const file = await SourceFile.open(this.path);
    if (file.version !== this.#version) {
      this.#version = file.version;
      this.#digests = new Map();
    }
    return file;
  }

  /** True if the digest of the whole is known without reading. */
  knows(file: SourceFile, algorithm: Algorithm): boolean {
    return file.size > 0 && this.#digests.get(algorithm)?.at === file.size;
  }

  /** The running digest of the file that was opened last. */
  running(algorithm: Algorithm): RunningDigest {
    const digest = this.#digests.get(algorithm) ?? new RunningDigest(algorithm);
    this.#digests.set(algorithm, digest);
    return digest;
  }

  /** The digest of the first `length` bytes: only what has not been hashed yet is read. */
  async digest(file: SourceFile, algorithm: Algorithm, length: number): Promise<Digest> {
    const running = this.running(algorithm);
    running.goBackTo(length);
    await catchUp(running, file, length, this.#progress, this.#signal);
    return running.now();
  }
}
