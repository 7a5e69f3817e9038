import { spawnSync } from 'node:child_process';
import { type FileHandle, mkdir, open, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { MiB } from '../../src/base/size.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** A file system of its own, in memory. */
export interface SmallDisk extends AsyncDisposable {
  readonly path: string;
  /** Lets it take changes, or none. @throws Error if the system refuses, as while a file is written */
  remount(mode: 'ro' | 'rw'): void;
  /** Gives it another size, in bytes. */
  resize(bytes: number): void;
  /** Bytes that still fit. */
  room(): Promise<number>;
  /** Leaves no room, by a file `ballast`. */
  fill(): Promise<void>;
}

/**
 * A file system on a device that can lose what is written to it: the writer is told only when it
 * syncs, and only once, as with a disk that breaks or a thin volume that has no more blocks.
 */
export interface BreakableDisk extends AsyncDisposable {
  readonly path: string;
  /** From now on nothing new reaches the device; what is there can be read. */
  breakDown(): Promise<void>;
  /** The device takes writes again; what was lost stays lost. */
  heal(): void;
  /** Forgets everything that is only in memory. @throws Error while anybody uses a file there */
  mountAgain(): void;
}

/** What the device of a breakable disk can take until it breaks. */
const DEVICE_BYTES = 256 * MiB;

/** No mount takes longer, in milliseconds. */
const PATIENCE = 20_000;

let obstacle: string | false | undefined;

/** For node:test's `skip`: false if file systems can be mounted here, else the reason. */
export function skipWithoutMounts(): string | false {
  obstacle ??= findObstacle();
  return obstacle;
}

/** For node:test's `skip`: false if a file can be mounted as a disk, else the reason. */
export function skipWithoutDevices(): string | false {
  const reason = skipWithoutMounts();
  if (reason !== false) return reason;
  for (const [tool, word] of [
    ['mkfs.ext4', '-V'],
    ['losetup', '--find'],
  ] as const) {
    if (call(tool, word) !== undefined) return `needs ${tool}, which does not work here`;
  }
  return false;
}

/** @param bytes how much it holds */
export async function smallDisk(bytes: number): Promise<SmallDisk> {
  await using parts = new AsyncDisposableStack();
  const { path } = parts.use(await temporaryFolder());
  mount(parts, path, '-t', 'tmpfs', '-o', `size=${bytes},mode=0755`, 'carryon-test');
  const owned = parts.move();
  return {
    path,
    remount: (mode) => run('mount', '-o', `remount,${mode}`, path),
    resize: (size) => run('mount', '-o', `remount,size=${size}`, path),
    room: async () => {
      const { bavail, bsize } = await statfs(path);
      return bavail * bsize;
    },
    fill: async () => {
      await using ballast = await open(join(path, 'ballast'), 'a');
      // What the system counts for itself is found out only by trying.
      for (const piece of [Buffer.alloc(MiB), Buffer.alloc(4096)]) {
        while (await isWritten(ballast, piece));
      }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function isWritten(file: FileHandle, piece: Buffer): Promise<boolean> {
  try {
    const { bytesWritten } = await file.write(piece);
    return bytesWritten === piece.length;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return false;
    throw error;
  }
}

/** @param options.journal with one, an ext4 takes no more changes once it could not write to it */
export async function breakableDisk({ journal }: { journal: boolean }): Promise<BreakableDisk> {
  await using parts = new AsyncDisposableStack();
  const below = parts.use(await smallDisk(DEVICE_BYTES));
  const image = join(below.path, 'image');
  const path = join(parts.use(await temporaryFolder()).path, 'disk');
  await mkdir(path);
  // A file with holes: a block that was never written takes room below when it is.
  run('truncate', '--size', String(DEVICE_BYTES / 2), image);
  const features = journal ? 'has_journal' : '^has_journal';
  run('mkfs.ext4', '-q', '-F', '-b', '4096', '-O', features, image);
  const flags = ['-o', 'loop,errors=continue', image];
  mount(parts, path, ...flags);
  const owned = parts.move();
  return {
    path,
    breakDown: async () => {
      run('sync', '--file-system', path);
      const { blocks, bfree, bsize } = await statfs(below.path);
      below.resize((blocks - bfree) * bsize);
    },
    heal: () => below.resize(DEVICE_BYTES),
    mountAgain: () => {
      run('umount', path);
      run('mount', ...flags, path);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Mounts, and unmounts when it is over: at once, or when the last file of it is closed. */
function mount(parts: AsyncDisposableStack, path: string, ...words: readonly string[]): void {
  run('mount', ...words, path);
  parts.defer(() => {
    if (call('umount', path) !== undefined) run('umount', '--lazy', path);
  });
}

function findObstacle(): string | false {
  if (process.platform !== 'linux') return 'needs tmpfs, as Linux has it';
  if (process.getuid?.() !== 0) return 'only root can mount file systems';
  const probe = '/proc/self/mounts';
  return call('mount', '--version') === undefined && call('test', '-r', probe) === undefined
    ? triedMount()
    : 'needs mount, which cannot be run here';
}

/** Root of a container may not mount: only trying tells. */
function triedMount(): string | false {
  const words = ['--mount', 'mount', '-t', 'tmpfs', '-o', 'size=64k', 'carryon-test', '/mnt'];
  const problem = call('unshare', ...words);
  return problem === undefined ? false : `needs to mount file systems: ${problem}`;
}

function run(command: string, ...words: readonly string[]): void {
  const problem = call(command, ...words);
  if (problem !== undefined) throw new Error(`${command} ${words.join(' ')}: ${problem}`);
}

/** @returns what went wrong, undefined if nothing did */
function call(command: string, ...words: readonly string[]): string | undefined {
  const { status, error, stderr } = spawnSync(command, words, {
    encoding: 'utf8',
    timeout: PATIENCE,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (status === 0) return undefined;
  return error?.message ?? (stderr.trim().split('\n')[0] || `ended with ${status}`);
}
