import { sameDigest } from '../../../base/digest.ts';
import type { Path } from '../../../base/path.ts';
import type { ByteRange } from '../../../base/range.ts';
import { RunningDigest } from '../../local/running-digest.ts';
import type { ConnectionPool } from '../../pool.ts';
import type { RemoteConnection } from '../../remote.ts';
import { throwIfInterrupted, type Reached } from '../../retry.ts';
import { TransferFailure } from '../../transfer-failure.ts';
import { askDigest, strongest } from '../digests.ts';
import type { DownloadOptions, Settled } from '../options.ts';
import type { Outcome, Proof } from '../outcome.ts';
import type { Progress } from '../progress.ts';
import { askVersion, sameVersion, type RemoteVersion } from '../version.ts';
import { OVERLAP_BYTES, readAfter } from './read-after.ts';

/** What takes the bytes of a download in order. */
export interface Sink {
  /** Resolves when more may come. */
  write(chunk: Buffer): Promise<void>;
}

export interface ToSinkParts {
  readonly pool: ConnectionPool;
  readonly path: Path;
  readonly sink: Sink;
  readonly options: Settled<DownloadOptions>;
  readonly progress: Progress;
}

/**
 * One remote file on its way to something that takes every byte once. What was given away cannot
 * be taken back: a file that changes meanwhile, or proves to be wrong, is a failure.
 */
export class ToSink implements AsyncDisposable {
  readonly #parts: ToSinkParts;
  readonly #head = new Window('first');
  readonly #tail = new Window('last');
  #version: RemoteVersion | undefined;
  #digest: RunningDigest | undefined;
  #at = 0;

  constructor(parts: ToSinkParts) {
    this.#parts = parts;
  }

  async attempt(connection: RemoteConnection, reached: Reached): Promise<Outcome> {
    const { path, options, progress } = this.#parts;
    progress.phase('checking');
    const version = await askVersion(connection, path, options.signal);
    if (version.size !== undefined) progress.size(version.size);
    this.#version ??= version;
    // Also what is skipped of a file that comes from its beginning again is known by it.
    this.#digest ??= new RunningDigest(strongest(connection) ?? 'sha-256');
    if (!sameVersion(this.#version, version, connection.facts)) throw changed(path);
    progress.resumed(this.#at);
    progress.phase('transferring');
    await this.#receive(connection, this.#digest, reached);
    progress.phase('verifying');
    const proof = await this.#prove(connection, this.#digest, version);
    if (options.requireVerify && proof.kind === 'size') {
      throw new TransferFailure('proof-missing', `Nothing proves that ${path} came as it is`);
    }
    return progress.outcome(this.#at, proof);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  async #receive(
    connection: RemoteConnection,
    digest: RunningDigest,
    reached: Reached,
  ): Promise<void> {
    const { path, sink, options, progress } = this.#parts;
    const { signal } = options;
    const { size = Number.MAX_SAFE_INTEGER } = this.#version ?? {};
    if (this.#at === size) return;
    await using opened = await this.#open(connection);
    if (opened.kind === 'differs' || opened.kind === 'refused') throw changed(path);
    const again = opened.kind === 'from-start' ? new RunningDigest(digest.algorithm) : undefined;
    const until = this.#at;
    for await (const chunk of opened.chunks) {
      throwIfInterrupted(signal);
      const fresh = again ? skip(chunk, again, until, digest, path) : chunk;
      if (this.#at + fresh.length > size) throw changed(path);
      progress.compared(chunk.length - fresh.length);
      if (fresh.length === 0) continue;
      digest.feed(this.#at, fresh);
      this.#head.add(fresh);
      this.#tail.add(fresh);
      this.#at += fresh.length;
      await sink.write(fresh);
      progress.moved(fresh.length);
      reached(this.#at);
    }
    if (this.#version?.size === undefined || this.#at === size) return;
    const sentence = `The server ended it after ${this.#at} of ${size} bytes`;
    throw new TransferFailure('connection-lost', sentence);
  }

  async #open(connection: RemoteConnection) {
    const { path, options, progress } = this.#parts;
    const { signal } = options;
    if (this.#at > 0 && !connection.facts.readsFromOffset) {
      const reader = await connection.read(path, 0, signal);
      const dispose = () => reader[Symbol.asyncDispose]();
      return { kind: 'from-start', chunks: reader, [Symbol.asyncDispose]: dispose } as const;
    }
    return readAfter({
      until: undefined,
      connection,
      path,
      offset: this.#at,
      overlap: OVERLAP_BYTES,
      known: (range) => Promise.resolve(this.#known(range)),
      onCompared: (bytes) => progress.compared(bytes),
      signal,
    });
  }

  #known({ start, end }: ByteRange): Buffer {
    return start === 0 ? this.#head.bytes(end) : this.#tail.bytes(end - start);
  }

  async #prove(
    connection: RemoteConnection,
    digest: RunningDigest,
    version: RemoteVersion,
  ): Promise<Proof> {
    const { path, options } = this.#parts;
    const { signal, verify } = options;
    const algorithm = verify === 'size' ? undefined : digest.algorithm;
    const isTold = algorithm && connection.facts.digests.includes(algorithm);
    const theirs = isTold && (await askDigest(connection, path, algorithm, undefined, signal));
    if (theirs && sameDigest(theirs, digest.now())) return { kind: 'digest', algorithm };
    const now = await askVersion(connection, path, signal);
    if (!sameVersion(now, version, connection.facts)) throw changed(path);
    if (!theirs) return { kind: 'size' };
    throw new TransferFailure('verification-failed', `${path} did not come as it is on the server`);
  }
}

/** What of a chunk is new, where a file comes from its beginning again. @throws if it is another */
function skip(
  chunk: Buffer,
  again: RunningDigest,
  until: number,
  given: RunningDigest,
  path: Path,
): Buffer {
  const old = chunk.subarray(0, Math.max(0, until - again.at));
  if (old.length === 0) return chunk;
  again.feed(again.at, old);
  if (again.at === until && !sameDigest(again.now(), given.now())) throw changed(path);
  return chunk.subarray(old.length);
}

function changed(path: Path): TransferFailure {
  return new TransferFailure(
    'source-changed',
    `${path} has become another file, and its beginning was given away already`,
  );
}

/** The first or last bytes of a stream, as many as an overlap needs. */
class Window {
  readonly #which: 'first' | 'last';
  #bytes = Buffer.alloc(0);

  constructor(which: 'first' | 'last') {
    this.#which = which;
  }

  add(chunk: Buffer): void {
    if (this.#which === 'first') {
      if (this.#bytes.length === OVERLAP_BYTES) return;
      this.#bytes = Buffer.concat([this.#bytes, chunk]).subarray(0, OVERLAP_BYTES);
    } else if (chunk.length >= OVERLAP_BYTES) {
      this.#bytes = Buffer.from(chunk.subarray(-OVERLAP_BYTES));
    } else {
      this.#bytes = Buffer.concat([this.#bytes, chunk]).subarray(-OVERLAP_BYTES);
    }
  }

  /** The first or last so many. */
  bytes(length: number): Buffer {
    return this.#which === 'first'
      ? this.#bytes.subarray(0, length)
      : this.#bytes.subarray(this.#bytes.length - length);
  }
}
