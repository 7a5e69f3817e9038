import { existsSync, lstatSync } from 'node:fs';
import { sameDigest } from '../../../base/digest.ts';
import type { Path } from '../../../base/path.ts';
import { failedWith, osPath } from '../../local/os-path.ts';
import { partPath, PIECE_BYTES } from '../../local/part-file.ts';
import { PublishGroup } from '../../local/publish-group.ts';
import type { ConnectionPool } from '../../pool.ts';
import type { FetchedFile, RemoteConnection } from '../../remote.ts';
import { strongest } from '../digests.ts';
import { BUNDLED_BYTES } from '../bundling.ts';
import { digestOfBytes, heard } from '../in-memory.ts';
import { type DownloadOptions, provingFor, type Settled } from '../options.ts';
import type { Outcome, Proof } from '../outcome.ts';
import type { Progress } from '../progress.ts';

export interface AtOnce {
  readonly pool: ConnectionPool;
  readonly path: Path;
  readonly target: string;
  readonly options: Settled<DownloadOptions>;
  readonly progress: Progress;
}

/**
 * Fetches a small file of which a listing has just told the version: into memory, so that nothing
 * has to be looked after that a dead process could leave, and the connection is free before the
 * disk has it. What the server is asked besides comes along with the bytes.
 * @returns undefined if it has to be fetched at length, for whatever reason
 * @throws TransferFailure; errors of the system
 */
export async function downloadAtOnce(wanted: AtOnce): Promise<Outcome | undefined> {
  const { target, options, progress } = wanted;
  const place = placeFor(wanted);
  if (!place) return undefined;
  const fetched = (await fetchInBundle(wanted, place.size)) ?? (await fetchAll(wanted, place.size));
  const proof = fetched && proofOf(fetched);
  if (!proof || (proof.kind === 'size' && options.requireVerify)) return undefined;
  const { bytes, modified } = fetched;
  progress.phase('committing');
  const { group = new PublishGroup() } = options;
  try {
    await group.publish({
      bytes,
      target,
      draft: partPath(target, '.part'),
      modified: options.setTimes ? modified : undefined,
      mode: place.mode,
    });
  } catch (error) {
    // Somebody is at work there, or has left what has to be looked at.
    if (failedWith(error, 'EEXIST')) return undefined;
    throw error;
  }
  return progress.outcome(bytes.length, proof);
}

/** How much is to come, and what is replaced; undefined if that has to be looked at closely. */
function placeFor({ target, options }: AtOnce) {
  const { listed, overwrite, verify } = options;
  const size = listed?.size;
  const isSimple = overwrite === 'replace' && verify !== 'full';
  if (size === undefined || size >= PIECE_BYTES || !isSimple) return undefined;
  // Somebody who was killed before the first byte has left this, and it has to go as well.
  if (existsSync(osPath(partPath(target, '.part.lock')))) return undefined;
  const old = lstatSync(osPath(target), { throwIfNoEntry: false });
  if (!old) return { size, mode: undefined };
  // One of the same size may be the same file.
  return old.isFile() && old.size !== size ? { size, mode: old.mode & 0o777 } : undefined;
}

/** Undefined if it has to come alone. */
async function fetchInBundle(
  { path, options, progress }: AtOnce,
  size: number,
): Promise<FetchedFile | undefined> {
  const { bundling, listed, signal, onReleased } = options;
  if (!bundling?.isOfUse || size > BUNDLED_BYTES) return undefined;
  progress.size(size);
  progress.resumed(0);
  progress.phase('transferring');
  const wanted = { path, size, modified: listed?.modified, proving: provingFor(options) };
  const coming = bundling.fetch(wanted, signal);
  // The next ones are to come along.
  onReleased?.();
  const file = await coming;
  if (file) progress.moved(size);
  return file;
}

/** Undefined if what comes is not what the listing has told. */
async function fetchAll(wanted: AtOnce, size: number): Promise<FetchedFile | undefined> {
  const { pool, path, options, progress } = wanted;
  const { listed, verify, signal, onReleased } = options;
  await using lease = await pool.lease(signal);
  const { connection } = lease;
  progress.size(size);
  progress.resumed(0);
  progress.phase('transferring');
  const { facts, asides } = connection;
  const told = heard(facts.listsExactly ? listed : asides.entry(path, signal));
  const bytes = await receive(wanted, connection, size);
  if (!bytes) return undefined;
  const algorithm = verify === 'size' ? undefined : strongest(connection);
  const digest = heard(algorithm && asides.digest(path, algorithm, signal));
  // What was asked is answered in its turn: the next one's questions stand behind it.
  await lease[Symbol.asyncDispose]();
  onReleased?.();
  const version = await told;
  if (version?.size !== size) return undefined;
  return { bytes, modified: version.modified, digest: await digest };
}

/** Undefined if it is not of this size. */
async function receive(
  { path, options, progress }: AtOnce,
  connection: RemoteConnection,
  size: number,
): Promise<Buffer | undefined> {
  await using reader = await connection.read(path, 0, options.signal);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of reader) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > size) return undefined;
    progress.moved(chunk.length);
  }
  return length === size ? Buffer.concat(chunks) : undefined;
}

function proofOf({ bytes, digest }: FetchedFile): Proof | undefined {
  if (!digest) return { kind: 'size' };
  const { algorithm } = digest;
  return sameDigest(digestOfBytes(algorithm, bytes), digest)
    ? { kind: 'digest', algorithm }
    : undefined;
}
