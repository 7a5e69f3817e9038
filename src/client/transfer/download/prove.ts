import { sameDigest, type Algorithm, type Digest } from '../../../base/digest.ts';
import type { Path } from '../../../base/path.ts';
import type { ByteRange } from '../../../base/range.ts';
import type { PartFile } from '../../local/part-file.ts';
import type { RunningDigest } from '../../local/running-digest.ts';
import type { RemoteConnection } from '../../remote.ts';
import { askDigest, strongest } from '../digests.ts';
import { catchUp, digestOf } from '../local-digest.ts';
import type { DownloadOptions, Settled } from '../options.ts';
import type { Proof } from '../outcome.ts';
import type { Progress } from '../progress.ts';
import { isSame } from '../read-back.ts';
import type { Anew } from '../rounds.ts';
import { OVERLAP_BYTES } from './read-after.ts';
import { askVersion, sameVersion, type RemoteVersion } from '../version.ts';

export interface Arrived {
  readonly connection: RemoteConnection;
  readonly path: Path;
  readonly version: RemoteVersion;
  readonly part: PartFile;
  /** Of what came in order. */
  readonly digest: RunningDigest | undefined;
  /** Where it was put together without a look at what is before. */
  readonly seams: ReadonlySet<number>;
  readonly options: Settled<DownloadOptions>;
  readonly progress: Progress;
}

/** How a part with all its bytes is proven to be the remote file, or why it is fetched anew. */
export async function prove(arrived: Arrived): Promise<Proof | Anew> {
  const { connection, path, version, part, options } = arrived;
  const { verify, signal } = options;
  const algorithm = verify === 'size' ? undefined : strongest(connection);
  const theirs = await askDigest(connection, path, algorithm, undefined, signal);
  // It is of the file as the server has it now: no second look at size and time says more.
  if (theirs && sameDigest(await digestOfPart(arrived, theirs.algorithm), theirs)) {
    return { kind: 'digest', algorithm: theirs.algorithm };
  }
  if (!sameVersion(await askVersion(connection, path, signal), version, connection.facts)) {
    return 'changed';
  }
  if (theirs) return 'mismatch';
  return verify === 'full' ? proveByReading(arrived) : proveSize(arrived, part.have.end);
}

async function proveByReading(arrived: Arrived): Promise<Proof | Anew> {
  const { connection, path, version, part, options } = arrived;
  if (await isSame(readBack(arrived), { start: 0, end: part.have.end }, true)) {
    return { kind: 'read-back' };
  }
  const now = await askVersion(connection, path, options.signal);
  return sameVersion(now, version, connection.facts) ? 'mismatch' : 'changed';
}

/** Nothing may follow what came, where the server tells no size; and parts have to fit together. */
async function proveSize(arrived: Arrived, end: number): Promise<Proof | Anew> {
  const { connection, version, seams } = arrived;
  const isAsked = version.size === undefined && connection.facts.readsFromOffset;
  if (isAsked && !(await isSame(readBack(arrived), { start: end, end }, true))) return 'changed';
  for (const seam of seams) {
    const around = {
      start: Math.max(0, seam - OVERLAP_BYTES),
      end: Math.min(end, seam + OVERLAP_BYTES),
    };
    if (!(await isSame(readBack(arrived), around, false))) return 'mismatch';
  }
  return { kind: 'size' };
}

function readBack({ connection, path, part, progress, options }: Arrived) {
  const { signal } = options;
  const local = (range: ByteRange) => part.read(range, signal);
  return { connection, path, local, progress, signal };
}

/** In passing where it came in order; else, and for `full`, from the disk. */
async function digestOfPart(arrived: Arrived, algorithm: Algorithm): Promise<Digest> {
  const { part, digest, options, progress } = arrived;
  const size = part.have.end;
  if (options.verify === 'full' || digest?.algorithm !== algorithm) {
    return digestOf(part, algorithm, size, progress, options.signal);
  }
  await catchUp(digest, part, size, progress, options.signal);
  return digest.now();
}
