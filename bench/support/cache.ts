import { spawnSync } from 'node:child_process';
import { closeSync, fsyncSync, openSync } from 'node:fs';

/** Writes what is cached of a file to its disk, which is the condition for {@link forget}. */
export function writeOut(file: string): void {
  const descriptor = openSync(file, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Has the system forget what it has cached of a file (POSIX_FADV_DONTNEED), as dd of GNU can.
 * @throws Error if it cannot
 */
export function forget(file: string): void {
  const words = [`if=${file}`, 'iflag=nocache', 'count=0', 'status=none'];
  const { status, stderr, error } = spawnSync('dd', words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`dd: ${error?.message ?? stderr.trim()}`);
}
