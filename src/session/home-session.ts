import type { StoredAccount } from '../accounts/accounts.ts';
import type { CharsetName } from '../base/charset.ts';
import type { Clock } from '../base/clock.ts';
import type { Checksum } from '../base/digest.ts';
import type { EventSource } from '../base/events.ts';
import { Failure } from '../base/failure.ts';
import type { EncryptionPolicy } from '../base/encryption-policy.ts';
import type { Log } from '../base/log.ts';
import { Notice } from '../base/notice.ts';
import { type Path, child } from '../base/path.ts';
import type { Permission } from '../base/permission.ts';
import type { ByteRange } from '../base/range.ts';
import type { TransferEvent } from '../base/transfer-event.ts';
import type { Entry } from '../storage/store.ts';
import type { Digested, KnownDigest } from '../vault/digested.ts';
import type { Home } from '../vault/home.ts';
import type { Declared, Placement, Wishes } from '../vault/placement.ts';
import type { SessionBandwidth } from './bandwidth.ts';
import { RunningTransfers } from './running.ts';
import { ended, uploadedByContent, uploadedWhole } from './ended.ts';
import { FileDownload } from './file-download.ts';
import { FileUpload } from './file-upload.ts';
import type { Download, QuotaView, Seen, Session, Unfinished, Upload, Visitor } from './session.ts';

/** What a session works with. */
export interface SessionParts {
  readonly id: string;
  readonly visitor: Visitor;
  readonly home: Home;
  readonly transfers: EventSource<TransferEvent>;
  readonly bandwidth: SessionBandwidth;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a transfer works with. */
export interface TransferParts extends SessionParts {
  readonly accountName: string;
  /** That of the session. */
  readonly signal: AbortSignal;
  readonly running: RunningTransfers;
}

/** For all that end in the ordinary way: a stack of each would cost more than all the rest of its end. */
const OVER = new Failure('interrupted', 'The session has ended');

/** A visitor in the home of their account. */
export class HomeSession implements Session {
  #account: StoredAccount;
  /** Milliseconds since 1970 (UTC). */
  readonly openedAt: number;
  readonly running: RunningTransfers;
  readonly #parts: SessionParts;
  readonly #onEnd: (session: HomeSession) => void;
  /** That it has to end. */
  readonly ending = new Notice();
  /** The unfinished uploads that this visitor was shown, and how large: from there they will go on. */
  #told: Map<Path, { readonly upload: string; readonly told: number }> | undefined;
  #promised: Map<Path, Required<Declared>> | undefined;
  /** The uploads that come in segments, and how long each will be. */
  #segmented: Map<Path, { readonly uploadId: string; readonly length: number }> | undefined;

  constructor(parts: SessionParts, account: StoredAccount, onEnd: (session: HomeSession) => void) {
    this.#parts = parts;
    this.#account = account;
    this.openedAt = parts.clock.now();
    this.running = new RunningTransfers(parts.id, parts.bandwidth);
    this.#onEnd = onEnd;
  }

  get id(): string {
    return this.#parts.id;
  }

  /** As it is now: replaced when the operator changes it. */
  get account(): StoredAccount {
    return this.#account;
  }

  set account(account: StoredAccount) {
    this.#account = account;
    this.#parts.bandwidth.allow(account.rates);
  }

  get accountName(): string {
    return this.account.name;
  }

  get visitor(): Visitor {
    return this.#parts.visitor;
  }

  get signal(): AbortSignal {
    return this.ending.signal;
  }

  get encryption(): EncryptionPolicy | undefined {
    return this.account.tls;
  }

  get charset(): CharsetName | undefined {
    return this.account.charset;
  }

  get publishesUnconfirmed(): boolean {
    return this.account.unconfirmed === 'publish';
  }

  may(permission: Permission): boolean {
    return this.account.permissions.has(permission);
  }

  async stat(path: Path): Promise<Seen> {
    // A name can be asked for by whoever may do anything with it.
    this.#require('list', 'read', 'write');
    const seen = await this.#parts.home.stat(path);
    this.#tell(path, seen);
    return seen;
  }

  glance(path: Path): Seen | undefined {
    this.#require('list', 'read', 'write');
    const seen = this.#parts.home.glance(path);
    if (seen) this.#tell(path, seen);
    return seen;
  }

  async *list(folder: Path): AsyncIterable<readonly Seen[]> {
    this.#require('list');
    for await (const slice of this.#parts.home.list(folder)) {
      for (const seen of slice) if (seen.partial) this.#tell(child(folder, seen.name), seen);
      yield slice;
    }
  }

  async download(path: Path, offset: number, end?: number): Promise<Download> {
    this.#require('read');
    const file = await this.#parts.home.open(path);
    if (offset > file.entry.size) {
      await file[Symbol.asyncDispose]();
      const { size } = file.entry;
      throw new Failure('offset-mismatch', `The file has only ${size} bytes`, { offset: size });
    }
    return new FileDownload(this.#ofTransfer(), path, file, offset, end);
  }

  async upload(path: Path, placement: Placement, wishes: Wishes = {}): Promise<Upload> {
    const told = this.#told?.get(path);
    const promised = this.#promised?.get(path);
    const writer = await this.#parts.home.upload(
      path,
      placement.kind === 'append' && told ? { ...placement, ...told } : placement,
      { ...promised, ...wishes },
      this.id,
      this.#authorise,
    );
    this.#told?.delete(path);
    this.#promised?.delete(path);
    return new FileUpload(this.#ofTransfer(), writer);
  }

  async store(
    path: Path,
    content: Uint8Array,
    wishes: Required<Declared> & Wishes,
    evidence: string,
    signal: AbortSignal,
  ): Promise<Pick<Entry, 'size'>> {
    const { bandwidth, clock, home, id, transfers } = this.#parts;
    const began = clock.monotonic();
    const entry = bandwidth.up.isFree
      ? await home.store(path, { content, wishes, evidence }, id, this.#authorise)
      : undefined;
    if (!entry) return this.#storeAsUpload(path, content, wishes, evidence, signal);
    this.#told?.delete(path);
    this.#promised?.delete(path);
    const whole = uploadedWhole(path, content.length, wishes.digest, evidence);
    transfers.emit({ ...whole, ...ended(this.#ofTransfer(), began) });
    return entry;
  }

  async missing(
    path: Path,
    promise: Required<Declared>,
    mode: number | undefined,
  ): Promise<readonly ByteRange[]> {
    this.#require('write', 'overwrite');
    const parts = this.#ofTransfer();
    const began = parts.clock.monotonic();
    const found = await parts.home.missing(path, promise, mode, this.id, this.#authorise);
    const { uploadId, made, ranges } = found;
    if (uploadId === undefined) this.#segmented?.delete(path);
    else (this.#segmented ??= new Map()).set(path, { uploadId, length: promise.length });
    if (made !== undefined) {
      parts.transfers.emit({ ...uploadedByContent(path, promise, made), ...ended(parts, began) });
    }
    return ranges;
  }

  async segment(path: Path, range: ByteRange): Promise<Upload> {
    this.#require('write', 'overwrite');
    const known = this.#segmented?.get(path);
    if (!known || range.end > known.length) {
      const sentence = known
        ? `It has only ${known.length} bytes`
        : 'Ask what is missing of it first';
      throw new Failure('offset-mismatch', sentence);
    }
    const writer = this.#parts.home.segment(known.uploadId, path, range, this.id);
    return new FileUpload(this.#ofTransfer(), writer);
  }

  async expect(path: Path, promise: Required<Declared>): Promise<number> {
    this.#require('write', 'overwrite');
    const parts = this.#ofTransfer();
    const began = parts.clock.monotonic();
    const { bytes, made } = await parts.home.expect(path, promise, this.id, this.#authorise);
    (this.#promised ??= new Map()).set(path, promise);
    if (made !== undefined) {
      parts.transfers.emit({ ...uploadedByContent(path, promise, made), ...ended(parts, began) });
    }
    return bytes;
  }

  async makeFolder(path: Path): Promise<void> {
    this.#require('make-folder');
    await this.#parts.home.makeFolder(path);
    this.#note('made a folder', { path });
  }

  async makeLink(path: Path, target: Path): Promise<void> {
    this.#require('make-link');
    await this.#parts.home.makeLink(path, target);
    this.#note('made a link', { path, target });
  }

  async removeFolder(path: Path): Promise<void> {
    this.#require('delete');
    await this.#parts.home.removeFolder(path);
    this.#note('removed a folder', { path });
  }

  async removeTree(path: Path): Promise<void> {
    this.#require('delete-tree');
    await this.#parts.home.removeTree(path);
    this.#note('removed a tree', { path });
  }

  async removeFile(path: Path): Promise<void> {
    this.#require('delete');
    await this.#parts.home.removeFile(path);
    this.#told?.delete(path);
    this.#note('removed a file', { path });
  }

  async move(from: Path, to: Path): Promise<void> {
    this.#require('rename');
    await this.#parts.home.move(from, to, this.#authorise);
    this.#note('renamed', { path: from, to });
  }

  async setModified(path: Path, modified: number): Promise<void> {
    this.#require('write', 'overwrite');
    await this.#parts.home.setModified(path, modified);
  }

  async setMode(path: Path, mode: number): Promise<void> {
    this.#require('chmod');
    await this.#parts.home.setMode(path, mode);
    this.#note('set permission bits', { path, mode: mode.toString(8) });
  }

  async copy(from: Path, to: Path): Promise<Entry> {
    this.#require('read');
    const entry = await this.#parts.home.copy(from, to, this.id, this.#authorise);
    this.#note('copied a file', { path: from, to });
    return entry;
  }

  async join(target: Path, sources: readonly Path[], signal?: AbortSignal): Promise<Entry> {
    this.#require('read');
    this.#require('delete');
    const either = this.#either(signal);
    const entry = await this.#parts.home.join(target, sources, this.id, this.#authorise, either);
    this.#note('joined files', { path: target, parts: sources.length });
    return entry;
  }

  async digest(
    path: Path,
    algorithm: Checksum,
    range?: ByteRange,
    signal?: AbortSignal,
  ): Promise<Digested> {
    this.#require('read');
    return this.#parts.home.digest(path, algorithm, range, this.#either(signal));
  }

  async recordedDigests(
    folder: Path,
    files: readonly Pick<Seen, 'name' | 'version'>[],
    algorithms: readonly Checksum[],
  ): Promise<ReadonlyMap<string, readonly KnownDigest[]>> {
    this.#require('read');
    return this.#parts.home.recordedDigests(folder, files, algorithms);
  }

  async quota(): Promise<QuotaView> {
    const { bytes, files, limits } = await this.#parts.home.usage();
    return {
      bytes: { used: bytes, limit: limits.bytes },
      files: { used: files, limit: limits.files },
      maxFileBytes: limits.fileBytes,
    };
  }

  async room(): Promise<number> {
    return this.#parts.home.room();
  }

  async uploads(): Promise<readonly Unfinished[]> {
    return this.#parts.home.uploads();
  }

  /** Why it has ended, in a sentence; undefined while it has not. */
  get endReason(): string | undefined {
    return this.ending.reason?.message;
  }

  /** Ends it from outside. */
  end(reason: Failure): void {
    this.ending.give(reason);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#onEnd(this);
    this.#parts.bandwidth[Symbol.dispose]();
    this.end(OVER);
  }

  /** The usual way, which is also how those go whose rate is limited. */
  async #storeAsUpload(
    path: Path,
    content: Uint8Array,
    wishes: Wishes,
    evidence: string,
    signal: AbortSignal,
  ): Promise<Pick<Entry, 'size'>> {
    await using upload = await this.upload(path, { kind: 'replace' }, wishes);
    if (content.length > 0) await upload.write([content], signal);
    return await upload.complete(evidence);
  }

  #either(signal: AbortSignal | undefined): AbortSignal {
    return signal ? AbortSignal.any([signal, this.signal]) : this.signal;
  }

  /** For the vault, which asks at the moment at which it matters. */
  readonly #authorise = (permission: Permission): void => this.#require(permission);

  /**
   * Asks for one of these permissions.
   * @throws Failure `forbidden` if the account has none of them; the reason, if the session has ended
   */
  #require(...permissions: readonly Permission[]): void {
    if (this.ending.reason !== undefined) throw this.ending.reason;
    if (permissions.some((permission) => this.may(permission))) return;
    const missing = permissions.join('" or "');
    throw new Failure('forbidden', `This account may not do that (it lacks "${missing}")`);
  }

  #ofTransfer(): TransferParts {
    const { accountName, signal, running } = this;
    return { ...this.#parts, accountName, signal, running };
  }

  #tell(path: Path, seen: Seen): void {
    if (!seen.partial) this.#told?.delete(path);
    else (this.#told ??= new Map()).set(path, { upload: seen.unique, told: seen.size });
  }

  #note(what: string, fields: Readonly<Record<string, unknown>>): void {
    this.#parts.log.info(`The visitor ${what}`, fields);
  }
}
