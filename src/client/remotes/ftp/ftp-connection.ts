import type { Algorithm, Digest } from '../../../base/digest.ts';
import type { Path } from '../../../base/path.ts';
import type { ByteRange } from '../../../base/range.ts';
import type {
  Asides,
  Bundles,
  RemoteConnection,
  RemoteEntry,
  RemoteFacts,
  RemoteReader,
  RemoteWriter,
  Segments,
  WriteFrom,
} from '../../remote.ts';
import { asidesOf } from './asides.ts';
import { type Begun, fetchBundle, mostBundled, storeBundle } from './bundles.ts';
import { change, move } from './changes.ts';
import { digestOf, mayDigestRanges } from './digests.ts';
import { explained, type Expectation } from './explain.ts';
import { digestsOf } from './features.ts';
import { ask, type Link } from './link.ts';
import { listFolder } from './listing.ts';
import { canPipeline } from './pipelined/conversation.ts';
import { fetchPipelined } from './pipelined/fetch.ts';
import { storePipelined } from './pipelined/store.ts';
import { promise, takesPromises } from './promises.ts';
import { failureOf, isPositive } from './reply-failures.ts';
import { findMissing, storeRange, takesSegments } from './segments.ts';
import { say } from './spoken.ts';
import { statPath } from './stat.ts';
import { maySetTimes, setModified } from './times.ts';
import { fetchFile, storeFile } from './transfers.ts';

/** A transfer that was begun. */
interface Running extends AsyncDisposable {
  readonly isOver: boolean;
}

/** One logged-in FTP connection. */
export class FtpConnection implements RemoteConnection {
  readonly asides: Asides;
  readonly segments: Segments | undefined;
  readonly #link: Link;
  readonly #digests: readonly Algorithm[];
  #running: Running | undefined;

  constructor(link: Link) {
    this.#link = link;
    this.asides = asidesOf(link);
    this.#digests = digestsOf(link.features);
    this.segments = takesSegments(link.features) ? this.#segments() : undefined;
  }

  get facts(): RemoteFacts {
    const { features } = this.#link;
    const isOurs = takesPromises(features);
    return {
      uploads: isOurs ? 'staged' : 'in-place',
      takesPromises: isOurs,
      takesSegments: this.segments !== undefined,
      digests: this.#digests,
      digestsRanges: mayDigestRanges(this.#link),
      readsFromOffset: this.#link.restarts,
      setsTimes: maySetTimes(this.#link),
      listsExactly: features.has('MLST'),
    };
  }

  get bundles(): Bundles | undefined {
    if (mostBundled(this.#link.features) > 0) return this.#inBundles();
    return canPipeline(this.#link) ? this.#pipelined() : undefined;
  }

  get isUsable(): boolean {
    return this.#link.control.isUsable;
  }

  get startFolder(): Path {
    return this.#link.startFolder;
  }

  stat(path: Path, signal: AbortSignal): Promise<RemoteEntry | undefined> {
    return statPath(this.#idle(), path, signal);
  }

  list(folder: Path, signal: AbortSignal): Promise<readonly RemoteEntry[]> {
    const link = this.#idle();
    return this.#explaining(listFolder(link, folder, signal), folder, 'folder', signal);
  }

  async read(
    path: Path,
    offset: number,
    signal: AbortSignal,
    until?: number,
  ): Promise<RemoteReader> {
    const begun = fetchFile(this.#idle(), path, { offset, until }, signal);
    const reader = await this.#explaining(begun, path, 'something', signal);
    this.#running = reader;
    return reader;
  }

  async write(
    path: Path,
    from: WriteFrom,
    length: number | undefined,
    signal: AbortSignal,
  ): Promise<RemoteWriter> {
    const begun = storeFile(this.#idle(), path, from, length, signal);
    const writer = await this.#explaining(begun, path, 'parent', signal);
    this.#running = writer;
    return writer;
  }

  digest(
    path: Path,
    algorithm: Algorithm,
    range: ByteRange | undefined,
    signal: AbortSignal,
  ): Promise<Digest | undefined> {
    return digestOf(this.#idle(), path, algorithm, range, signal);
  }

  promise(path: Path, whole: Digest, length: number, signal: AbortSignal): Promise<number> {
    return promise(this.#idle(), path, whole, length, signal);
  }

  move(from: Path, to: Path, signal: AbortSignal): Promise<void> {
    return move(this.#idle(), from, to, signal);
  }

  remove(path: Path, signal: AbortSignal): Promise<void> {
    return change(this.#idle(), 'remove', path, signal);
  }

  makeFolder(path: Path, signal: AbortSignal): Promise<void> {
    return change(this.#idle(), 'makeFolder', path, signal);
  }

  removeFolder(path: Path, signal: AbortSignal): Promise<void> {
    return change(this.#idle(), 'removeFolder', path, signal);
  }

  setModified(path: Path, milliseconds: number, signal: AbortSignal): Promise<boolean> {
    return setModified(this.#idle(), path, milliseconds, signal);
  }

  say(command: string, signal: AbortSignal): Promise<readonly string[]> {
    return say(this.#idle(), command, signal);
  }

  async keepAlive(signal: AbortSignal): Promise<void> {
    const reply = await ask(this.#idle(), 'NOOP', signal);
    // A server that does not know it has heard from us all the same.
    if (!isPositive(reply) && reply.code < 500) throw failureOf(reply, 'keep the connection');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#running && !this.#running.isOver) {
      this.#link.control.break(new Error('closed in the middle of a transfer'));
      await this.#running[Symbol.asyncDispose]();
    }
    await this.#link.control[Symbol.asyncDispose]();
  }

  /** Our own server takes them so; with others commands go ahead of the replies. */
  #inBundles(): Bundles {
    const begun: Begun = (running) => (this.#running = running);
    return {
      store: (supply, signal) => storeBundle(this.#idle(), supply, signal, begun),
      fetch: (supply, signal) => fetchBundle(this.#idle(), supply, signal, begun),
    };
  }

  #pipelined(): Bundles {
    const [algorithm] = this.#digests;
    return {
      store: (supply, signal) => storePipelined(this.#idle(), supply, algorithm, signal),
      fetch: (supply, signal) => fetchPipelined(this.#idle(), supply, algorithm, signal),
    };
  }

  #segments(): Segments {
    return {
      missing: (path, whole, length, signal) =>
        findMissing(this.#idle(), path, whole, length, signal),
      write: async (path, range, signal) => {
        const begun = storeRange(this.#idle(), path, range, signal);
        const writer = await this.#explaining(begun, path, 'parent', signal);
        this.#running = writer;
        return writer;
      },
    };
  }

  /** The link, while no transfer uses it: replies would be taken for those of others. */
  #idle(): Link {
    if (this.#running?.isOver === false) throw new Error('A transfer is running here');
    return this.#link;
  }

  async #explaining<T>(
    work: Promise<T>,
    path: Path,
    expected: Expectation,
    signal: AbortSignal,
  ): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw await explained(this.#link, error, path, expected, signal);
    }
  }
}
