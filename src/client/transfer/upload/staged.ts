import { MiB } from '../../../base/size.ts';
import type { SourceFile } from '../../local/source-file.ts';
import type { RemoteConnection, RemoteEntry, Segments } from '../../remote.ts';
import type { Reached } from '../../retry.ts';
import { TransferFailure, troubled } from '../../transfer-failure.ts';
import { onceBegun, SEGMENTED_FROM } from '../options.ts';
import type { Outcome, Proof } from '../outcome.ts';
import { type Anew, Rounds } from '../rounds.ts';
import { findStaged, type StagedStart } from './find-staged.ts';
import { compareWhole, readBackWhole } from './prove.ts';
import { sendSegmented } from './in-segments.ts';
import { send } from './send.ts';
import type { UploadParts } from './upload-parts.ts';

/**
 * Up to here a file is hashed before it is sent, so that the server can skip what it has and refuse
 * what is wrong before anybody sees it: reading it costs less than 0.1 s, and sending it finds it
 * in memory. Larger files are hashed while they are sent, unless there is a reason.
 */
const PROMISED_UP_TO = 64 * MiB;

/** An upload to a server that shows nothing before it is complete. */
export class StagedUpload {
  readonly #parts: UploadParts;
  readonly #rounds = new Rounds();
  #mustStart = false;
  /** The server may have all of it, and have published it without our hearing so. */
  #hasBegun = false;

  constructor(parts: UploadParts) {
    this.#parts = parts;
  }

  /** Goes on from what the server has. @throws TransferFailure */
  async attempt(connection: RemoteConnection, reached: Reached): Promise<Outcome> {
    for (;;) {
      const end = await this.#round(connection, reached);
      if (typeof end !== 'string') return end;
      this.#rounds.again(end);
      this.#mustStart = true;
      this.#parts.progress.restarted();
    }
  }

  async #round(connection: RemoteConnection, reached: Reached): Promise<Outcome | Anew> {
    const { source, path, options, progress } = this.#parts;
    await using file = await source.open();
    progress.size(file.size);
    progress.phase('checking');
    const entry = await this.#look(connection, file);
    if (connection.segments && this.#isForSegments(file)) {
      return await this.#inSegments(connection, connection.segments, file, entry, reached);
    }
    const start = await this.#find(connection, file, entry);
    if (start.kind === 'there') {
      await this.#setTime(connection, file);
      return progress.outcome(file.size, start.proof, !progress.hasMoved);
    }
    this.#refuseOther(entry);
    const { offset, isPromised } = start;
    progress.resumed(offset);
    reached(offset);
    progress.phase('transferring');
    const sent = await this.#send(connection, file, offset, isPromised);
    if (sent !== 'sent') return sent;
    const proof: Proof | Anew = isPromised
      ? { kind: 'digest', algorithm: 'sha-256' }
      : await this.#prove(connection, file);
    if (typeof proof === 'string') return proof;
    if (options.requireVerify && proof.kind === 'size') {
      throw new TransferFailure('proof-missing', `Nothing proves that ${path} arrived as it is`);
    }
    await this.#setTime(connection, file);
    return progress.outcome(file.size, proof);
  }

  /** True if several connections are worth their logins; each needs the promise of the whole. */
  #isForSegments(file: SourceFile): boolean {
    const { segments = 1, resume } = this.#parts.options;
    // What the server has of a promised whole it does not forget.
    const mayResume = resume !== 'never' || this.#hasBegun;
    return segments > 1 && mayResume && file.size >= SEGMENTED_FROM;
  }

  async #inSegments(
    connection: RemoteConnection,
    segments: Segments,
    file: SourceFile,
    entry: RemoteEntry | undefined,
    reached: Reached,
  ): Promise<Outcome | Anew> {
    const { progress } = this.#parts;
    const check = (): void => this.#refuseOther(entry);
    this.#hasBegun = true;
    const end = await sendSegmented({ ...this.#parts, connection, segments, file, reached, check });
    if (end !== 'sent') return end;
    await this.#setTime(connection, file);
    const proof: Proof = { kind: 'digest', algorithm: 'sha-256' };
    return progress.outcome(file.size, proof, !progress.hasMoved);
  }

  /** What the server shows, where that can make a difference. @throws TransferFailure */
  async #look(connection: RemoteConnection, file: SourceFile): Promise<RemoteEntry | undefined> {
    const { path, options } = this.#parts;
    const isToldByPromise = this.#promises(connection, file) && options.overwrite === 'replace';
    if (isToldByPromise) return undefined;
    const entry = await connection.stat(path, options.signal);
    if (entry && entry.kind !== 'file') {
      throw new TransferFailure('refused', `${path} is there and is not a file`);
    }
    // What our own last attempt may have published is looked at before it is complained about.
    if (!this.#hasBegun) this.#refuseOther(entry);
    return entry;
  }

  /** @throws TransferFailure `already-exists` if a file is there that may not be replaced */
  #refuseOther(entry: RemoteEntry | undefined): void {
    const { path, options } = this.#parts;
    if (options.overwrite === 'replace' || !entry || entry.isUnfinished) return;
    throw new TransferFailure('already-exists', `${path} is there already`);
  }

  /** True if it is worth hashing all of the file beforehand, whatever the server has of it. */
  #promises({ facts }: RemoteConnection, file: SourceFile): boolean {
    const { source, options } = this.#parts;
    if (!facts.takesPromises || options.resume === 'never') return false;
    const isCheap = file.size <= PROMISED_UP_TO || source.knows(file, 'sha-256');
    return isCheap || options.verify === 'full' || options.requireVerify;
  }

  #find(
    connection: RemoteConnection,
    file: SourceFile,
    entry: RemoteEntry | undefined,
  ): Promise<StagedStart> {
    const promises = this.#promises(connection, file);
    const { options } = this.#parts;
    return findStaged({
      ...this.#parts,
      options: this.#hasBegun ? onceBegun(options) : options,
      connection,
      file,
      entry,
      promises,
      mustStart: this.#mustStart,
    });
  }

  async #send(
    connection: RemoteConnection,
    file: SourceFile,
    offset: number,
    isPromised: boolean,
  ): Promise<'sent' | Anew> {
    const { source, path, options, progress } = this.#parts;
    this.#hasBegun = true;
    // From here on the server has nothing but what this upload sends.
    this.#mustStart = false;
    try {
      return await send({
        connection,
        path,
        file,
        offset,
        from: offset === 0 ? { kind: 'start' } : { kind: 'offset', offset },
        digest: isPromised ? undefined : source.running('sha-256'),
        progress,
        signal: options.signal,
      });
    } catch (error) {
      if (!connection.isUsable || !isPromised) throw error;
      // The server has compared the whole with what was promised. What it had before was not ours,
      // if anything was; else what we sent has become something else on its way.
      const isOther = troubled(error, 'verification-failed');
      if (isOther || (offset > 0 && troubled(error, 'refused'))) return 'mismatch';
      throw error;
    }
  }

  async #prove(connection: RemoteConnection, file: SourceFile): Promise<Proof | Anew> {
    const { path, options, progress } = this.#parts;
    progress.phase('verifying');
    let verdict = await compareWhole(this.#parts, connection, path, file);
    if (verdict.is === 'unknown' && options.verify === 'full') {
      verdict = await readBackWhole(this.#parts, connection, path, file);
    }
    if (verdict.is === 'other') return (await file.isUnchanged()) ? 'mismatch' : 'changed';
    if (verdict.is === 'ours') return verdict.proof;
    const entry = await connection.stat(path, options.signal);
    return entry?.size === undefined || entry.size === file.size ? { kind: 'size' } : 'mismatch';
  }

  async #setTime(connection: RemoteConnection, file: SourceFile): Promise<void> {
    const { path, options } = this.#parts;
    if (!options.setTimes || !connection.facts.setsTimes) return;
    await connection.setModified(path, file.modified, options.signal);
  }
}
