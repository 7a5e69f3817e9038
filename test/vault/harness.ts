import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { systemClock } from '../../src/base/clock.ts';
import { type Code, Failure } from '../../src/base/failure.ts';
import { silentLog } from '../../src/base/log.ts';
import { type Path, parsePath } from '../../src/base/path.ts';
import { Sqlite } from '../../src/database/sqlite/sqlite.ts';
import type { Database } from '../../src/database/database.ts';
import type { Store } from '../../src/storage/store.ts';
import type { VaultOptions } from '../../src/vault/context.ts';
import type { Home } from '../../src/vault/home.ts';
import type { Declared, Placement } from '../../src/vault/placement.ts';
import type { Presence } from '../../src/vault/presence.ts';
import { Vault } from '../../src/vault/vault.ts';
import type { Writer } from '../../src/vault/writer.ts';

/** Small enough that a test with a few kilobytes passes many checkpoints. */
export const CHECKPOINT_BYTES = 1000;

export interface Limits {
  readonly bytes?: number;
  readonly files?: number;
  readonly fileBytes?: number;
}

/** A process of its own; all the others have died. */
export function newPresence(): Presence {
  const self = randomUUID();
  return { self, isAlive: (process) => process === self };
}

/** A vault with one home, as its users see it. */
export interface Bench extends AsyncDisposable {
  readonly vault: Vault;
  readonly home: Home;
  readonly database: Database;
  /** Opens the same records and bytes again, as a start after the end of this process would. */
  reopen(): Promise<Bench>;
  setLimits(limits: Limits): Promise<void>;
  ledger(): Promise<{ committed: number; files: number; reserved: number }>;
}

/** @param store what holds the bytes; it outlives the vault */
export async function openBench(
  store: Store,
  location = 'home',
  options: Partial<VaultOptions> = {},
): Promise<Bench> {
  const database = await Sqlite.open(':memory:');
  await database.write((write) =>
    write
      .insertInto('homes')
      .values({ location, quota_bytes: null, quota_files: null, max_file_bytes: null })
      .execute(),
  );
  return bench(database, store, options);
}

async function bench(
  database: Database,
  store: Store,
  options: Partial<VaultOptions>,
): Promise<Bench> {
  const vault = await Vault.open({
    database,
    store,
    clock: systemClock,
    log: silentLog,
    presence: newPresence(),
    serves: true,
    // Step by step, unless a test is about small files.
    options: { checkpointBytes: CHECKPOINT_BYTES, wholeBytes: 0, ...options },
  });
  return {
    vault,
    home: await vault.home(1),
    database,
    reopen: () => bench(database, store, options),
    setLimits: async ({
      bytes = null,
      files = null,
      fileBytes = null,
    }: { [K in keyof Limits]?: number | null }) => {
      const set = { quota_bytes: bytes, quota_files: files, max_file_bytes: fileBytes };
      await database.write((write) => write.updateTable('homes').set(set).execute());
    },
    ledger: async () => {
      const row = await database.query.selectFrom('homes').selectAll().executeTakeFirstOrThrow();
      return {
        committed: row.committed_bytes,
        files: row.committed_files,
        reserved: row.reserved_bytes,
      };
    },
    [Symbol.asyncDispose]: () => vault[Symbol.asyncDispose](),
  };
}

export const at = (text: string): Path => parsePath(text);

/** Begins an upload that may do anything. */
export function begin(
  home: Home,
  path: string,
  placement: Placement = { kind: 'replace' },
  declared: Declared = {},
): Promise<Writer> {
  return home.upload(at(path), placement, declared, 'test', () => {});
}

/** Uploads all of it. */
export async function put(
  home: Home,
  path: string,
  content: string | Uint8Array,
  placement?: Placement,
): Promise<void> {
  const writer = await begin(home, path, placement);
  await writer.write([Buffer.from(content)]);
  await writer.complete();
}

/** Uploads this much and is cut. @returns the durable offset */
export async function putCut(
  home: Home,
  path: string,
  content: string | Uint8Array,
  placement?: Placement,
): Promise<number> {
  const writer = await begin(home, path, placement);
  await writer.write([Buffer.from(content)]);
  return writer.interrupt('cut');
}

export async function read(home: Home, path: string): Promise<string> {
  await using file = await home.open(at(path));
  const buffer = Buffer.alloc(file.entry.size);
  let position = 0;
  while (position < buffer.length) {
    const got = await file.read(buffer.subarray(position), position);
    if (got === 0) break;
    position += got;
  }
  return buffer.toString('latin1', 0, position);
}

export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** For assert.rejects: a Failure with this code. */
export function refusedAs(code: Code): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof Failure, String(error));
    assert.equal(error.code, code);
    return true;
  };
}
