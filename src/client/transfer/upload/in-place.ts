import type { Path } from '../../../base/path.ts';
import type { SourceFile } from '../../local/source-file.ts';
import type { RemoteConnection, RemoteEntry } from '../../remote.ts';
import type { Reached } from '../../retry.ts';
import { TransferFailure } from '../../transfer-failure.ts';
import { onceBegun } from '../options.ts';
import type { Outcome, Proof } from '../outcome.ts';
import { type Anew, Rounds } from '../rounds.ts';
import { findPartial } from './find-partial.ts';
import { moveOver, removeIfThere } from './move-over.ts';
import { asidePath, fingerprint, partialPath, randomFingerprint } from './partial-name.ts';
import { compareWhole, readBackWhole } from './prove.ts';
import { send } from './send.ts';
import type { UploadParts } from './upload-parts.ts';

/** Under which names one version of the source is sent. */
interface Names {
  /** The version of the source that they are for. */
  readonly version: string;
  readonly partial: Path;
  readonly aside: Path;
}

/** A partial that is whole and proven, and may have its final name already. */
interface Finished {
  readonly version: string;
  readonly proof: Proof;
}

/** An upload to a server that destroys what was there with the first byte: beside the final name. */
export class InPlaceUpload {
  readonly #parts: UploadParts;
  readonly #rounds = new Rounds();
  readonly #samples = { areWanted: true };
  #names: Names | undefined;
  /** What is under the partial name is what this upload has sent. */
  #hasBegun = false;
  #finished: Finished | undefined;
  /** An old version may have been moved aside, by us or by whoever was here before. */
  #mayBeAside = false;

  constructor(parts: UploadParts) {
    this.#parts = parts;
  }

  /** Goes on from what the server has. @throws TransferFailure */
  async attempt(connection: RemoteConnection, reached: Reached): Promise<Outcome> {
    for (;;) {
      const end = await this.#round(connection, reached);
      if (typeof end !== 'string') return end;
      this.#rounds.again(end);
      this.#parts.progress.restarted();
    }
  }

  async #round(connection: RemoteConnection, reached: Reached): Promise<Outcome | Anew> {
    const { source, path, options, progress } = this.#parts;
    const { signal } = options;
    await using file = await source.open();
    progress.size(file.size);
    progress.phase('checking');
    const old = await connection.stat(path, signal);
    if (old && old.kind !== 'file') {
      throw new TransferFailure('refused', `${path} is there and is not a file`);
    }
    const names = await this.#namesFor(file);
    const proof = await this.#proofOfOld(connection, file, old, names.partial);
    if (proof) return await this.#conclude(connection, file, proof, !progress.hasMoved);
    if (old && options.overwrite === 'refuse') {
      throw new TransferFailure('already-exists', `${path} is there already`);
    }
    const end = await this.#transfer(connection, file, names, reached);
    if (typeof end === 'string') return end;
    const { partial } = end;
    const proven = await this.#prove(connection, file, partial);
    if (typeof proven === 'string') return proven;
    this.#finished = { version: file.version, proof: proven };
    // Another process may have been lost when the old version was aside and this one not yet there.
    this.#mayBeAside ||= !old && !progress.hasMoved;
    if (partial !== path) await this.#giveName(connection, end);
    return await this.#conclude(connection, file, proven, false);
  }

  async #giveName(connection: RemoteConnection, { partial, aside }: Names): Promise<void> {
    const { path, options, progress } = this.#parts;
    progress.phase('committing');
    await moveOver({
      connection,
      from: partial,
      to: path,
      aside,
      replace: options.overwrite === 'replace',
      onAside: () => {
        this.#mayBeAside = true;
      },
      signal: options.signal,
    });
  }

  async #namesFor(file: SourceFile): Promise<Names> {
    if (this.#names?.version === file.version) return this.#names;
    return this.#name(file, await fingerprint(file, this.#parts.options.signal));
  }

  #name({ version }: SourceFile, print: string): Names {
    const { path, options } = this.#parts;
    const partial = options.inPlace === true ? path : partialPath(path, print);
    this.#names = { version, partial, aside: asidePath(path, print) };
    return this.#names;
  }

  /** What proves that the final name shows our file already; undefined if nothing does. */
  async #proofOfOld(
    connection: RemoteConnection,
    file: SourceFile,
    old: RemoteEntry | undefined,
    partial: Path,
  ): Promise<Proof | undefined> {
    const { path, options } = this.#parts;
    if (!old || old.size !== file.size || options.resume === 'never') return undefined;
    const verdict = await compareWhole(this.#parts, connection, path, file);
    if (verdict.is === 'ours') return verdict.proof;
    if (verdict.is === 'other' || this.#finished?.version !== file.version) return undefined;
    // We have told the server to move it, and not heard that it did.
    const isMoved = !(await connection.stat(partial, options.signal));
    return isMoved ? this.#finished.proof : undefined;
  }

  /** @returns the names under which the server has all bytes now */
  async #transfer(
    connection: RemoteConnection,
    file: SourceFile,
    names: Names,
    reached: Reached,
  ): Promise<Names | Anew> {
    const { path, options, progress } = this.#parts;
    const { signal } = options;
    const { partial } = names;
    const samples = this.#samples;
    const found = await findPartial({
      ...this.#parts,
      options: this.#hasBegun ? onceBegun(options) : options,
      connection,
      file,
      partial,
      samples,
    });
    if (found.kind === 'busy') {
      if (partial === path) throw busy(path);
      const other = this.#name(file, randomFingerprint());
      return this.#transfer(connection, file, other, reached);
    }
    const offset = found.kind === 'ours' ? found.offset : 0;
    progress.resumed(offset);
    reached(offset);
    if (found.kind === 'ours' && offset === file.size) return names;
    if (found.kind === 'useless' && partial !== path) {
      await removeIfThere(connection, partial, signal);
    }
    progress.phase('transferring');
    this.#hasBegun = true;
    const { source } = this.#parts;
    const algorithm = connection.facts.digests[0];
    const sent = await send({
      connection,
      path: partial,
      file,
      offset,
      from: offset === 0 ? { kind: 'start' } : { kind: 'end' },
      digest: algorithm && source.running(algorithm),
      progress,
      signal,
    });
    const isRight = sent === 'sent' && (await this.#hasSize(connection, partial, file.size));
    if (isRight) return names;
    // What is there is of two versions, or of two writers.
    await removeIfThere(connection, partial, signal);
    return sent === 'sent' ? 'mismatch' : sent;
  }

  async #prove(
    connection: RemoteConnection,
    file: SourceFile,
    partial: Path,
  ): Promise<Proof | Anew> {
    const { path, options, progress } = this.#parts;
    progress.phase('verifying');
    let verdict = await compareWhole(this.#parts, connection, partial, file);
    if (verdict.is === 'unknown' && options.verify === 'full') {
      verdict = await readBackWhole(this.#parts, connection, partial, file);
    }
    if (verdict.is === 'other') {
      await removeIfThere(connection, partial, options.signal);
      return (await file.isUnchanged()) ? 'mismatch' : 'changed';
    }
    if (verdict.is === 'ours') return verdict.proof;
    if (!options.requireVerify) return { kind: 'size' };
    throw new TransferFailure('proof-missing', `Nothing proves that ${path} arrived as it is`);
  }

  async #conclude(
    connection: RemoteConnection,
    file: SourceFile,
    proof: Proof,
    wasThere: boolean,
  ): Promise<Outcome | Anew> {
    const { path, options, progress } = this.#parts;
    if (options.setTimes && connection.facts.setsTimes) {
      await connection.setModified(path, file.modified, options.signal);
    }
    const { aside } = await this.#namesFor(file);
    if (this.#mayBeAside) await removeIfThere(connection, aside, options.signal);
    // Somebody else may have put something there in the same moment.
    if (!(await this.#hasSize(connection, path, file.size))) throw busy(path);
    return progress.outcome(file.size, proof, wasThere);
  }

  async #hasSize(connection: RemoteConnection, path: Path, size: number): Promise<boolean> {
    const entry = await connection.stat(path, this.#parts.options.signal);
    return entry !== undefined && (entry.size === undefined || entry.size === size);
  }
}

function busy(path: Path): TransferFailure {
  return new TransferFailure('target-busy', `Somebody else is writing ${path}`);
}
