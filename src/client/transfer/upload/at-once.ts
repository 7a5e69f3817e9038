import { sameDigest } from '../../../base/digest.ts';
import type { Path } from '../../../base/path.ts';
import { PIECE_BYTES } from '../../local/part-file.ts';
import { readSmall, type SmallSource } from '../../local/small-source.ts';
import type { ConnectionPool, Lease } from '../../pool.ts';
import type { RemoteConnection } from '../../remote.ts';
import { TransferFailure } from '../../transfer-failure.ts';
import { strongest } from '../digests.ts';
import { BUNDLED_BYTES } from '../bundling.ts';
import { digestOfBytes, heard } from '../in-memory.ts';
import type { Listed } from '../listings.ts';
import { provingFor, type Settled, type UploadOptions } from '../options.ts';
import type { Outcome, Proof } from '../outcome.ts';
import type { Progress } from '../progress.ts';
import { fingerprintOfBytes, partialPath } from './partial-name.ts';

export interface AtOnce {
  readonly pool: ConnectionPool;
  readonly local: string;
  readonly path: Path;
  readonly options: Settled<UploadOptions>;
  readonly progress: Progress;
}

interface Sending extends AtOnce {
  readonly lease: Lease;
  readonly source: SmallSource;
}

interface Sent {
  readonly proof: Proof;
  /** What the server has still to say. */
  readonly answer?: Promise<void>;
}

/**
 * Sends a small file where a listing has just shown that nothing is there, in as few turns as that
 * takes: from memory, with nothing asked beforehand, and with the connection given back while its
 * last questions are still to be answered. A dead process leaves what any other leaves.
 * @returns undefined if it has to be sent at length, for whatever reason
 * @throws TransferFailure; errors of the system
 */
export async function uploadAtOnce(wanted: AtOnce): Promise<Outcome | undefined> {
  const { pool, local, path, options, progress } = wanted;
  const { inPlace, overwrite, setTimes, signal, verify } = options;
  if (inPlace || overwrite !== 'replace' || verify === 'full') return undefined;
  const there = await entryThere(wanted);
  const isNew = there === 'nothing';
  const source = readSmall(local, isNew ? PIECE_BYTES : BUNDLED_BYTES);
  if (!source || needsLook(there, source.bytes.length)) return undefined;
  const { bytes, modified } = source;
  const bundled = await sendInBundle(wanted, source, isNew);
  if (bundled || !isNew) return bundled;
  await using lease = await pool.lease(signal);
  const { connection } = lease;
  progress.size(bytes.length);
  progress.resumed(0);
  progress.phase('transferring');
  try {
    const sending = { ...wanted, lease, source };
    const sent = await WAYS[connection.facts.uploads](sending);
    if (!sent || (sent.proof.kind === 'size' && options.requireVerify)) return undefined;
    const timed = heard(setTimes && connection.asides.setModified(path, modified, signal));
    await lease[Symbol.asyncDispose]();
    options.onReleased?.();
    await sent.answer;
    if (setTimes && !(await timed)) await setTime(wanted, modified);
    return progress.outcome(bytes.length, sent.proof);
  } catch (error) {
    // What it means is found out by whoever looks before each step.
    if (error instanceof TransferFailure && connection.isUsable && !signal.aborted)
      return undefined;
    throw error;
  }
}

/** What is there; `unknown` unless a listing has told or can tell. */
async function entryThere({ path, options }: AtOnce): Promise<Listed> {
  const { isNew, listings, signal } = options;
  if (isNew) return 'nothing';
  return listings ? listings.entry(path, signal) : 'unknown';
}

/** Of the same size it may be the same file, and what is unfinished is continued. */
function needsLook(there: Listed, size: number): boolean {
  return typeof there === 'object' && (there.isUnfinished || there.size === size);
}

/** Undefined if it has to go alone. */
async function sendInBundle(
  wanted: AtOnce,
  { bytes, modified }: SmallSource,
  isNew: boolean,
): Promise<Outcome | undefined> {
  const { path, options, progress } = wanted;
  const { bundling, setTimes, signal, onReleased } = options;
  if (!bundling?.isOfUse || bytes.length > BUNDLED_BYTES) return undefined;
  progress.size(bytes.length);
  progress.resumed(0);
  progress.phase('transferring');
  const proving = provingFor(options);
  const file = { path, bytes, modified: setTimes ? modified : undefined, isNew, proving };
  const storing = bundling.store(file, signal);
  // The next ones are to go along.
  onReleased?.();
  const stored = await storing;
  if (!stored) return undefined;
  progress.moved(bytes.length);
  if (!stored.isTimed) await setTime(wanted, modified);
  return progress.outcome(bytes.length, stored.proof);
}

/** How a file is sent to a server that stages uploads, and to one that does not. */
const WAYS = { staged: promisedAndSent, 'in-place': sentBeside } as const;

/** The promise goes ahead in the same packet: what is not as promised is never published. */
async function promisedAndSent(sending: Sending): Promise<Sent | undefined> {
  const { lease, path, options, source } = sending;
  const { connection } = lease;
  const { bytes } = source;
  if (!connection.facts.takesPromises) return undefined;
  const whole = digestOfBytes('sha-256', bytes);
  const promise = heard(connection.promise(path, whole, bytes.length, options.signal));
  await send(sending, connection, path);
  // Without a promise all that is known is that something was published.
  await promise;
  return { proof: { kind: 'digest', algorithm: 'sha-256' } };
}

/** Under a partial name first, whose size and digest are asked for in one go. */
async function sentBeside(sending: Sending): Promise<Sent | undefined> {
  const { lease, path, options, source } = sending;
  const { connection } = lease;
  const { asides } = connection;
  const { signal, verify } = options;
  const { bytes } = source;
  const partial = partialPath(path, fingerprintOfBytes(bytes));
  await send(sending, connection, partial);
  const algorithm = verify === 'size' ? undefined : strongest(connection);
  const [entry, theirs] = await Promise.all([
    asides.entry(partial, signal),
    algorithm && asides.digest(partial, algorithm, signal),
  ]);
  if (entry?.size !== bytes.length) return undefined;
  if (theirs && !sameDigest(theirs, digestOfBytes(theirs.algorithm, bytes))) return undefined;
  const proof: Proof = theirs ? { kind: 'digest', algorithm: theirs.algorithm } : { kind: 'size' };
  return { proof, answer: heard(asides.move(partial, path, signal)) };
}

async function send(
  { options, progress, source }: Sending,
  connection: RemoteConnection,
  path: Path,
): Promise<void> {
  await using writer = await connection.write(path, { kind: 'start' }, undefined, options.signal);
  await writer.write(source.bytes);
  progress.moved(source.bytes.length);
  progress.phase('committing');
  await writer.complete();
}

/** In another way than the usual one. */
async function setTime({ pool, path, options }: AtOnce, modified: number): Promise<void> {
  await using lease = await pool.lease(options.signal);
  if (!lease.connection.facts.setsTimes) return;
  await lease.connection.setModified(path, modified, options.signal);
}
