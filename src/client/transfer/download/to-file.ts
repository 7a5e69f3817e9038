import type { Path } from '../../../base/path.ts';
import type { ByteRange } from '../../../base/range.ts';
import type { PartOrigin } from '../../local/journal.ts';
import { PartFile } from '../../local/part-file.ts';
import { RunningDigest } from '../../local/running-digest.ts';
import type { ConnectionPool } from '../../pool.ts';
import type { RemoteConnection } from '../../remote.ts';
import { throwIfInterrupted, type Reached } from '../../retry.ts';
import { TransferFailure } from '../../transfer-failure.ts';
import { strongest } from '../digests.ts';
import { SEGMENTED_FROM, type DownloadOptions, type Settled } from '../options.ts';
import type { Outcome } from '../outcome.ts';
import type { Progress } from '../progress.ts';
import { planSegments } from '../plan-segments.ts';
import { Rounds, type Anew } from '../rounds.ts';
import { askVersion, sameVersion, type RemoteVersion } from '../version.ts';
import { fetchRange, type Fetched, type Fetching } from './fetch-range.ts';
import { prove } from './prove.ts';
import { fetchSegments } from './segments.ts';
import { takeUp } from './take-up.ts';
import { thereAlready } from './there-already.ts';

export interface ToFileParts {
  readonly pool: ConnectionPool;
  readonly path: Path;
  readonly target: string;
  readonly options: Settled<DownloadOptions>;
  readonly progress: Progress;
}

/** What is in the part file. */
interface Held {
  readonly version: RemoteVersion;
  readonly digest: RunningDigest | undefined;
  /** Where it was put together without a look at what is before. */
  readonly seams: Set<number>;
}

/** One remote file on its way to a local one, over as many attempts as it takes. */
export class ToFile implements AsyncDisposable {
  readonly #parts: ToFileParts;
  readonly #rounds = new Rounds();
  #part: PartFile | undefined;
  #held: Held | undefined;
  #reached: Reached = () => {};
  /** The server has been seen not to begin where it is told. */
  #mustBeginAtStart = false;

  constructor(parts: ToFileParts) {
    this.#parts = parts;
  }

  /** Goes on from what there is. @throws TransferFailure */
  async attempt(connection: RemoteConnection, reached: Reached): Promise<Outcome> {
    this.#reached = reached;
    for (;;) {
      const end = await this.#round(connection);
      if (typeof end !== 'string') return end;
      this.#again(end);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#part?.[Symbol.asyncDispose]();
  }

  async #round(connection: RemoteConnection): Promise<Outcome | Anew> {
    const { path, target, options, progress } = this.#parts;
    progress.phase('checking');
    const version = await askVersion(connection, path, options.signal);
    if (version.size !== undefined) progress.size(version.size);
    const asked = { connection, path, version, options, progress };
    if (!this.#part) {
      const outcome = await thereAlready({ ...asked, target });
      if (outcome) return outcome;
    }
    const part = await this.#open(connection, version);
    progress.resumed(part.have.bytes);
    progress.phase('transferring');
    if ((await this.#fetch(connection, part, version)) !== 'done') return 'changed';
    progress.phase('verifying');
    const { digest, seams } = this.#held ?? freshly(connection, version);
    const proof = await prove({ ...asked, part, digest, seams });
    if (typeof proof === 'string') return proof;
    if (options.requireVerify && proof.kind === 'size') {
      throw new TransferFailure('proof-missing', `Nothing proves that ${path} came as it is`);
    }
    progress.phase('committing');
    throwIfInterrupted(options.signal);
    const { modified } = version;
    await part.publish(options.overwrite === 'replace', options.setTimes ? modified : undefined);
    return progress.outcome(part.have.end, proof);
  }

  /** The part, holding nothing but what belongs to this version. */
  async #open(connection: RemoteConnection, version: RemoteVersion): Promise<PartFile> {
    if (!this.#part) return this.#find(connection, version);
    const isChanged = this.#held && !sameVersion(this.#held.version, version, connection.facts);
    if (isChanged) this.#again('changed');
    if (!this.#held) await this.#begin(this.#part, connection, version);
    return this.#part;
  }

  /** What an earlier transfer has left, as far as it is of use. */
  async #find(connection: RemoteConnection, version: RemoteVersion): Promise<PartFile> {
    const { path, target, options, progress } = this.#parts;
    const part = await PartFile.open({ target, onDurable: (bytes) => this.#reached(bytes) });
    this.#part = part;
    const held = freshly(connection, version);
    const origin = this.#originOf(version);
    await takeUp({ connection, path, part, origin, digest: held.digest, options, progress });
    this.#held = held;
    return part;
  }

  async #fetch(
    connection: RemoteConnection,
    part: PartFile,
    version: RemoteVersion,
  ): Promise<Fetched> {
    const { pool, options } = this.#parts;
    this.#mustBeginAtStart ||= !connection.facts.readsFromOffset;
    const whole = { start: 0, end: version.size ?? Number.MAX_SAFE_INTEGER };
    if (this.#mustBeginAtStart && part.have.bytes > 0 && !part.have.has(whole)) {
      await this.#begin(part, connection, version);
    }
    const gaps = part.have.missing(whole);
    const fetching = this.#fetching(connection, part, version);
    const segments = this.#rounds.isFirst ? (options.segments ?? 1) : 1;
    const isLarge = (version.size ?? 0) >= SEGMENTED_FROM;
    const isSegmented = segments > 1 && isLarge && !this.#mustBeginAtStart;
    const restart = async (): Promise<Fetching> => {
      this.#mustBeginAtStart = true;
      await this.#begin(part, connection, version);
      return this.#fetching(connection, part, version);
    };
    const fetched = isSegmented
      ? await fetchSegments(fetching, pool, connection, planSegments(gaps, segments))
      : await fetchInOrder(
          // Only where all that is missing lies at the end can a stream from the beginning fill it.
          gaps.length === 1 ? { ...fetching, restart } : fetching,
          connection,
          gaps,
        );
    if (fetched !== 'no-offset') return fetched;
    this.#mustBeginAtStart = true;
    return this.#fetch(connection, part, version);
  }

  #fetching(connection: RemoteConnection, part: PartFile, version: RemoteVersion): Fetching {
    const { path, progress, options } = this.#parts;
    const { digest, seams } = this.#held ?? freshly(connection, version);
    return { path, size: version.size, part, digest, seams, progress, signal: options.signal };
  }

  /** Drops what there is. */
  async #begin(
    part: PartFile,
    connection: RemoteConnection,
    version: RemoteVersion,
  ): Promise<void> {
    this.#parts.progress.restarted();
    await part.begin(this.#originOf(version));
    this.#held = freshly(connection, version);
  }

  /** What is in the part is of no use: the next step begins anew. @throws TransferFailure */
  #again(why: Anew): void {
    this.#rounds.again(why);
    this.#held = undefined;
  }

  #originOf(version: RemoteVersion): PartOrigin {
    const { pool, path } = this.#parts;
    return { remote: pool.remote.label, path, ...version };
  }
}

async function fetchInOrder(
  fetching: Fetching,
  connection: RemoteConnection,
  gaps: readonly ByteRange[],
): Promise<Fetched> {
  for (const gap of gaps) {
    const fetched = await fetchRange(fetching, connection, gap);
    if (fetched !== 'done') return fetched;
  }
  return 'done';
}

/** Of a part that has nothing yet. */
function freshly(connection: RemoteConnection, version: RemoteVersion): Held {
  const algorithm = strongest(connection);
  return { version, digest: algorithm && new RunningDigest(algorithm), seams: new Set() };
}
