import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { osPath } from './os-path.ts';

/** All of a small local file: one version of it. */
export interface SmallSource {
  readonly bytes: Buffer;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

/**
 * Reads a small file at once, which is shorter than a thread's answer.
 * @returns undefined if it is no regular file, has more than `most` bytes, or is being written to
 * @throws errors of the system
 */
export function readSmall(path: string, most: number): SmallSource | undefined {
  const handle = openSync(osPath(path), 'r');
  try {
    const before = fstatSync(handle, { bigint: true });
    if (!before.isFile() || before.size > most) return undefined;
    const size = Number(before.size);
    // One byte more shows one that has grown, and one whose size says nothing.
    const buffer = Buffer.allocUnsafe(size + 1);
    let length = 0;
    for (let read = 1; read > 0 && length < Math.max(1, size); length += read) {
      read = readSync(handle, buffer, length, size + 1 - length, null);
    }
    const after = fstatSync(handle, { bigint: true });
    const isSame =
      after.size === before.size &&
      after.mtimeNs === before.mtimeNs &&
      after.ctimeNs === before.ctimeNs;
    if (!isSame || length !== size) return undefined;
    return { bytes: buffer.subarray(0, length), modified: Number(before.mtimeNs / 1_000_000n) };
  } finally {
    closeSync(handle);
  }
}
