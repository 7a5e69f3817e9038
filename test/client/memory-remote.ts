import { createHash } from 'node:crypto';
import { ALGORITHMS, type Algorithm, type Digest } from '../../src/base/digest.ts';
import { type Path, ROOT, child, nameOf, parentOf } from '../../src/base/path.ts';
import type { ByteRange } from '../../src/base/range.ts';
import { KiB } from '../../src/base/size.ts';
import type {
  Asides,
  Remote,
  RemoteConnection,
  RemoteEntry,
  RemoteFacts,
  RemoteReader,
  RemoteWriter,
  WriteFrom,
} from '../../src/client/remote.ts';
import { TransferFailure } from '../../src/client/transfer-failure.ts';
import { MemoryFiles } from './memory-files.ts';

/** How a server may be that says one thing and does another. */
export interface Oddities {
  /** Sends the file from its beginning whatever the offset. */
  readonly ignoresOffset?: boolean;
  /** Does not tell sizes. */
  readonly hidesSizes?: boolean;
  /** Refuses to move a file over another. */
  readonly keepsTargets?: boolean;
  /** Refuses to read, as for an account that may only write. */
  readonly isDropBox?: boolean;
}

/** What meets the next transfer. */
export type Fault =
  /** The connection is lost when so many bytes have passed. */
  | { readonly kind: 'cut'; readonly after: number }
  /** All is done, and the connection is lost before that is said. */
  | { readonly kind: 'reply-lost' }
  | { readonly kind: 'none' };

export const STAGED: RemoteFacts = {
  uploads: 'staged',
  takesPromises: true,
  takesSegments: false,
  digests: ['sha-256', 'md5'],
  digestsRanges: true,
  readsFromOffset: true,
  setsTimes: true,
  listsExactly: true,
};

export const PLAIN: RemoteFacts = {
  uploads: 'in-place',
  takesPromises: false,
  takesSegments: false,
  digests: [],
  digestsRanges: false,
  readsFromOffset: true,
  setsTimes: true,
  listsExactly: false,
};

/** Bytes that go over the wire at once; odd, so that nothing fits by chance. */
const CHUNK = 40 * KiB + 7;

/** A server in memory, with every behaviour of the contract. */
export class MemoryRemote implements Remote {
  readonly label: string = 'memory://test/';
  readonly facts: RemoteFacts;
  readonly oddities: Oddities;
  readonly files: MemoryFiles;
  /** Taken one by one by each transfer that begins. */
  readonly faults: Fault[] = [];
  /** Connections opened until now. */
  logins = 0;
  /** Bytes that have gone over the wire until now. */
  moved = 0;
  /** Called before each request; may throw, or change what is here, or never end. */
  onRequest: (request: string, path: Path) => void | Promise<void> = () => {};
  /** May spoil bytes on their way to or from here. */
  corrupt: (bytes: Buffer) => void = () => {};
  /** Called when bytes have passed. */
  onMoved: (bytes: number) => void = () => {};

  constructor(facts: RemoteFacts, oddities: Oddities = {}) {
    this.facts = facts;
    this.oddities = oddities;
    this.files = new MemoryFiles(facts.uploads);
  }

  async connect(): Promise<RemoteConnection> {
    await this.onRequest('connect', ROOT);
    this.logins += 1;
    return new MemoryConnection(this);
  }
}

function lost(): TransferFailure {
  return new TransferFailure('connection-lost', 'The connection was lost, as a test wanted');
}

class MemoryConnection implements RemoteConnection {
  readonly #remote: MemoryRemote;
  readonly startFolder = ROOT;
  readonly asides: Asides = {
    entry: (path, signal) => this.#ask('entry', path, signal, () => this.#entry(path)),
    digest: (path, algorithm, signal) => this.digest(path, algorithm, undefined, signal),
    move: (from, to, signal) => this.move(from, to, signal),
    setModified: (path, time, signal) => this.setModified(path, time, signal),
  };
  isUsable = true;

  constructor(remote: MemoryRemote) {
    this.#remote = remote;
  }

  get facts(): RemoteFacts {
    return this.#remote.facts;
  }

  async stat(path: Path, signal: AbortSignal): Promise<RemoteEntry | undefined> {
    return this.#ask('stat', path, signal, () => this.#entry(path));
  }

  async list(folder: Path, signal: AbortSignal): Promise<readonly RemoteEntry[]> {
    return this.#ask('list', folder, signal, () =>
      this.#remote.files
        .paths()
        .filter((path) => parentOf(path) === folder)
        .map((path) => this.#entry(path) as RemoteEntry),
    );
  }

  async read(path: Path, offset: number, signal: AbortSignal): Promise<RemoteReader> {
    const { files, oddities } = this.#remote;
    const bytes = await this.#ask('read', path, signal, () => {
      if (oddities.isDropBox) throw new TransferFailure('refused', 'Not to be read');
      const file = files.committed(path);
      if (!file) throw new TransferFailure('not-found', `${path} is not there`);
      if (offset > 0 && !this.facts.readsFromOffset) {
        throw new TransferFailure('unsupported', 'No offsets here');
      }
      if (offset > file.bytes.length) throw new TransferFailure('offset-refused', 'Too far');
      return file.bytes.subarray(oddities.ignoresOffset ? 0 : offset);
    });
    const fault = this.#remote.faults.shift() ?? { kind: 'none' };
    const iterator = this.#send(bytes, fault, signal);
    return {
      [Symbol.asyncIterator]: () => iterator,
      [Symbol.asyncDispose]: async () => void (await iterator.return(undefined)),
    };
  }

  async write(
    path: Path,
    from: WriteFrom,
    _length: number | undefined,
    signal: AbortSignal,
  ): Promise<RemoteWriter> {
    const receive = await this.#ask('write', path, signal, () =>
      this.#remote.files.write(path, from),
    );
    const fault = this.#remote.faults.shift() ?? { kind: 'none' };
    let passed = 0;
    const pass = (bytes: number): void => {
      passed += bytes;
      this.#remote.moved += bytes;
      this.#remote.onMoved(bytes);
    };
    return {
      write: async (chunk) => {
        await this.#turn(signal);
        const left = fault.kind === 'cut' ? fault.after - passed : chunk.length;
        const fitting = Buffer.from(chunk.subarray(0, left));
        this.#remote.corrupt(fitting);
        receive.append(fitting);
        pass(fitting.length);
        if (fault.kind === 'cut' && chunk.length >= left) this.#lose();
      },
      complete: async () => {
        await this.#turn(signal);
        if (fault.kind === 'cut') this.#lose();
        receive.complete();
        if (fault.kind === 'reply-lost') this.#lose();
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }

  async digest(
    path: Path,
    algorithm: Algorithm,
    range: ByteRange | undefined,
    signal: AbortSignal,
  ): Promise<Digest | undefined> {
    const { facts, files, oddities } = this.#remote;
    return this.#ask('digest', path, signal, () => {
      if (!facts.digests.includes(algorithm) || (range && !facts.digestsRanges)) return undefined;
      if (oddities.isDropBox) throw new TransferFailure('refused', 'Not to be read');
      const bytes = files.committed(path)?.bytes ?? files.unfinished(path);
      const { start = 0, end } = range ?? {};
      return bytes && digestOf(algorithm, bytes.subarray(start, end));
    });
  }

  async promise(path: Path, whole: Digest, length: number, signal: AbortSignal): Promise<number> {
    return this.#ask('promise', path, signal, () => {
      if (!this.facts.takesPromises) throw new TransferFailure('unsupported', 'No promises');
      return this.#remote.files.promise(path, whole, length);
    });
  }

  async move(from: Path, to: Path, signal: AbortSignal): Promise<void> {
    return this.#ask('move', from, signal, () => {
      const { files, oddities } = this.#remote;
      if (oddities.keepsTargets && files.committed(to)) {
        throw new TransferFailure('refused', 'Something is there', { replyCode: 553 });
      }
      files.move(from, to);
    });
  }

  async remove(path: Path, signal: AbortSignal): Promise<void> {
    return this.#ask('remove', path, signal, () => this.#remote.files.remove(path));
  }

  async makeFolder(path: Path, signal: AbortSignal): Promise<void> {
    return this.#ask('makeFolder', path, signal, () => {});
  }

  async removeFolder(path: Path, signal: AbortSignal): Promise<void> {
    return this.#ask('removeFolder', path, signal, () => {});
  }

  async setModified(path: Path, milliseconds: number, signal: AbortSignal): Promise<boolean> {
    return this.#ask('setModified', path, signal, () => {
      const file = this.#remote.files.committed(path);
      if (!file || !this.facts.setsTimes) return false;
      file.modified = milliseconds;
      return true;
    });
  }

  say(): Promise<readonly string[]> {
    return Promise.reject(new TransferFailure('unsupported', 'Nothing is spoken here'));
  }

  async keepAlive(signal: AbortSignal): Promise<void> {
    return this.#ask('keepAlive', ROOT, signal, () => {});
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.isUsable = false;
    return Promise.resolve();
  }

  async #ask<T>(request: string, path: Path, signal: AbortSignal, answer: () => T): Promise<T> {
    await this.#turn(signal);
    try {
      await this.#remote.onRequest(request, path);
    } catch (error) {
      if (error instanceof TransferFailure && error.code === 'connection-lost') this.#lose();
      throw error;
    }
    return answer();
  }

  /** As any network would, everything takes at least a turn. */
  async #turn(signal: AbortSignal): Promise<void> {
    await new Promise(setImmediate);
    if (!this.isUsable) throw lost();
    if (!signal.aborted) return;
    this.isUsable = false;
    throw new TransferFailure('interrupted', 'Interrupted');
  }

  #lose(): never {
    this.isUsable = false;
    throw lost();
  }

  async *#send(bytes: Buffer, fault: Fault, signal: AbortSignal): AsyncGenerator<Buffer> {
    const end = fault.kind === 'cut' ? Math.min(fault.after, bytes.length) : bytes.length;
    for (let at = 0; at < end; at += CHUNK) {
      await this.#turn(signal);
      const chunk = Buffer.from(bytes.subarray(at, Math.min(end, at + CHUNK)));
      this.#remote.corrupt(chunk);
      this.#remote.moved += chunk.length;
      this.#remote.onMoved(chunk.length);
      yield chunk;
    }
    if (fault.kind !== 'none') this.#lose();
  }

  #entry(path: Path): RemoteEntry | undefined {
    const { files, oddities } = this.#remote;
    const committed = files.committed(path);
    const unfinished = files.unfinished(path);
    if (!committed && !unfinished) return undefined;
    const size = committed?.bytes.length ?? Math.max(0, (unfinished?.length ?? 0) - 1);
    return {
      name: nameOf(path),
      kind: 'file',
      size: oddities.hidesSizes ? undefined : size,
      modified: committed?.modified ?? 0,
      isUnfinished: !committed,
      identity: this.facts.listsExactly && committed ? committed.identity : undefined,
    };
  }
}

export function digestOf(algorithm: Algorithm, bytes: Uint8Array): Digest {
  const hex = createHash(ALGORITHMS[algorithm].openssl).update(bytes).digest('hex');
  return { algorithm, hex };
}

/** The path of a file in the root. */
export function at(name: string): Path {
  return child(ROOT, name);
}
