import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeName } from '../../../src/base/name.ts';
import { child, type Path, parsePath } from '../../../src/base/path.ts';
import type { RemoteConnection, RemoteFacts, WriteFrom } from '../../../src/client/remote.ts';
import { FtpRemote } from '../../../src/client/remotes/ftp/ftp-remote.ts';
import type { FtpOptions } from '../../../src/client/remotes/ftp/options.ts';
import { TransferFailure, type Trouble } from '../../../src/client/transfer-failure.ts';
import type { SelfSigned } from '../../support/certificate.ts';

/** What is known about a server beforehand; the cases show whether it is so. */
export interface Known {
  readonly facts: RemoteFacts;
  /** A download from behind the end: refused, or given as nothing. */
  readonly beyondTheEnd: 'offset-refused' | 'nothing';
  /**
   * True if it sometimes does not say that a transfer was ended, or takes the end of an encrypted
   * one for an attack: then the connection is closed.
   */
  readonly isLostAfterCuts?: true;
  /** Odd names that it does not take. */
  readonly notNames?: readonly string[];
  /** Those that it does not take for folders. */
  readonly notFolders?: readonly string[];
}

/** A running server. */
export interface Site extends AsyncDisposable {
  /** How to reach it and log in. */
  readonly options: FtpOptions;
  readonly known: Known;
  /** A folder that is the user's, as the user calls it, and where it is on disk. */
  readonly place: Path;
  readonly disk: string;
  /** Makes what a test has put there the user's own. */
  readonly own: (path: string) => void;
  readonly certificate: SelfSigned | undefined;
}

/** No case waits for anything that does not come by itself. */
export const NEVER = new AbortController().signal;

let cases = 0;

/** What one case works with: a connection and a folder of its own. */
export class Subject implements AsyncDisposable {
  readonly site: Site;
  readonly remote: FtpRemote;
  readonly connection: RemoteConnection;
  readonly folder: Path;
  readonly disk: string;
  readonly #others = new AsyncDisposableStack();

  static async open(site: Site): Promise<Subject> {
    const remote = new FtpRemote(site.options);
    return new Subject(site, remote, await remote.connect(NEVER));
  }

  private constructor(site: Site, remote: FtpRemote, connection: RemoteConnection) {
    cases += 1;
    this.site = site;
    this.remote = remote;
    this.connection = connection;
    this.#others.use(connection);
    this.folder = child(site.place, `case-${cases}`);
    this.disk = join(site.disk, `case-${cases}`);
    mkdirSync(this.disk);
    site.own(this.disk);
  }

  /** True if its uploads destroy what was there. */
  get isForeign(): boolean {
    return this.facts.uploads === 'in-place';
  }

  get facts(): RemoteFacts {
    return this.site.known.facts;
  }

  /** A path in this case's folder. */
  at(name: string): Path {
    return parsePath(name, this.folder);
  }

  /** Puts a file there without the server's help. */
  put(name: string, bytes: Uint8Array | string): Path {
    const path = this.#onDisk(name);
    writeFileSync(path, bytes);
    this.site.own(path as string);
    return this.at(name);
  }

  /** What is there, without the server's help. */
  get(name: string): Buffer {
    return readFileSync(this.#onDisk(name));
  }

  /** Connects once more, differently. */
  async connect(changes: Partial<FtpOptions> = {}): Promise<RemoteConnection> {
    const connection = await new FtpRemote({ ...this.site.options, ...changes }).connect(NEVER);
    return this.#others.use(connection);
  }

  /**
   * After a transfer that was ended early the connection is as good as before; only with a server
   * that does not say a last word it is closed, and says so, and another one takes its place.
   */
  async stillGood(connection: RemoteConnection): Promise<RemoteConnection> {
    if (this.site.known.isLostAfterCuts && !connection.isUsable) return this.connect();
    assert.equal(connection.isUsable, true);
    return connection;
  }

  async upload(
    path: Path,
    bytes: Uint8Array | string,
    from: WriteFrom = { kind: 'start' },
    connection = this.connection,
  ): Promise<void> {
    const whole = Buffer.from(bytes);
    const length = from.kind === 'start' ? whole.length : undefined;
    await using writer = await connection.write(path, from, length, NEVER);
    for (let at = 0; at < whole.length; at += 300_000) {
      await writer.write(whole.subarray(at, at + 300_000));
    }
    await writer.complete();
  }

  async download(path: Path, offset = 0, connection = this.connection): Promise<Buffer> {
    const chunks: Buffer[] = [];
    await using reader = await connection.read(path, offset, NEVER);
    for await (const chunk of reader) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  async names(folder: Path = this.folder, connection = this.connection): Promise<string[]> {
    const entries = await connection.list(folder, NEVER);
    return entries.map(({ name }) => name).toSorted();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#others[Symbol.asyncDispose]();
  }

  #onDisk(name: string): Buffer | string {
    return name.isWellFormed()
      ? join(this.disk, name)
      : Buffer.concat([Buffer.from(`${this.disk}/`), encodeName(name)]);
  }
}

/** One sentence about every server, and how it is shown. */
export type Case = readonly [sentence: string, show: (subject: Subject) => Promise<void>];

/** Asserts that it fails with this code; the failure is the answer. */
export async function fails(code: Trouble, doing: Promise<unknown>): Promise<TransferFailure> {
  try {
    await doing;
  } catch (error) {
    assert.ok(error instanceof TransferFailure, `not a TransferFailure: ${String(error)}`);
    assert.equal(error.code, code, error.message);
    return error;
  }
  return assert.fail(`succeeded, and did not fail with ${code}`);
}

/** Bytes that are the same each time and nowhere alike. */
export function noise(bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  let state = 0x9e3779b9;
  for (let at = 0; at < bytes; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    buffer[at] = state >>> 24;
  }
  return buffer;
}
