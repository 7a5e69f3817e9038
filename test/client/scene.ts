import { createCipheriv } from 'node:crypto';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HandClock } from '../../src/accounts/hand-clock.ts';
import type { Clock } from '../../src/base/clock.ts';
import {
  ConnectionPool,
  download,
  type DownloadOptions,
  type Outcome,
  type RemoteFacts,
  type TransferEvent,
  upload,
  type UploadOptions,
} from '../../src/client/index.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { at, MemoryRemote, type Oddities } from './memory-remote.ts';

/** A server in memory, a folder of this machine, and what goes between them; no time passes. */
export interface Scene extends AsyncDisposable {
  readonly remote: MemoryRemote;
  readonly pool: ConnectionPool;
  readonly clock: Clock;
  /** What listeners have heard. */
  readonly events: TransferEvent[];
  /** Puts a file on this side. @returns its path */
  write(name: string, bytes: Buffer): Promise<string>;
  /** What a file on this side holds; undefined if there is none. */
  read(name: string): Promise<Buffer | undefined>;
  /** All that is on this side, in order. */
  names(): Promise<string[]>;
  local(name: string): string;
  /** `name` from the server to this side. */
  get(name: string, options?: DownloadOptions): Promise<Outcome>;
  /** `name` from the server to whoever takes it. */
  pipe(
    name: string,
    write: (chunk: Buffer) => Promise<void>,
    options?: DownloadOptions,
  ): Promise<Outcome>;
  /** `name` from this side to the server. */
  put(name: string, options?: UploadOptions): Promise<Outcome>;
}

/** A connection that rests is left in peace: a clock that does not wait would never stop asking it. */
const STILL: Clock = { now: () => 0, monotonic: () => 0, sleep: () => new Promise(() => {}) };

export async function openScene(
  facts: RemoteFacts,
  oddities: Oddities = {},
  connections = 1,
): Promise<Scene> {
  const folder = await temporaryFolder();
  const path = join(folder.path, 'local');
  await mkdir(path);
  const remote = new MemoryRemote(facts, oddities);
  const pool = new ConnectionPool(remote, { size: connections, clock: STILL });
  const clock = new HandClock();
  const events: TransferEvent[] = [];
  const listener = (event: TransferEvent): void => void events.push(event);
  const local = (name: string): string => join(path, name);
  return {
    remote,
    pool,
    clock,
    events,
    local,
    write: async (name, bytes) => {
      await writeFile(local(name), bytes);
      return local(name);
    },
    read: (name) => readFile(local(name)).catch(() => undefined),
    names: async () => (await readdir(path)).toSorted(),
    get: (name, options) => download(pool, at(name), local(name), { clock, listener, ...options }),
    pipe: (name, write, options) =>
      download(pool, at(name), { write }, { clock, listener, ...options }),
    put: (name, options) => upload(pool, local(name), at(name), { clock, listener, ...options }),
    [Symbol.asyncDispose]: async () => {
      await pool[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Bytes that are the same each time, and others for another seed. */
export function noise(length: number, seed = 0): Buffer {
  const key = Buffer.alloc(16, seed % 251);
  const start = Buffer.alloc(16, Math.floor(seed / 251));
  return createCipheriv('aes-128-ctr', key, start).update(Buffer.alloc(length));
}
