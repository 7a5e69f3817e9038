import { read, writev, writevSync } from 'node:fs';
import { promisify } from 'node:util';
import { Failure } from '../../base/failure.ts';

const readCall = promisify(read);
const writevCall = promisify(writev);

/** Reads up to `into.length` bytes at `position`. @returns the number read, 0 only at the end */
export async function readAt(
  descriptor: number,
  into: Uint8Array,
  position: number,
): Promise<number> {
  const { bytesRead } = await readCall(descriptor, into, 0, into.length, position);
  return bytesRead;
}

/** Writes all of the chunks, one behind the other, however little the system takes at a time. */
export async function writeAt(
  descriptor: number,
  chunks: readonly Uint8Array[],
  position: number,
): Promise<void> {
  let rest = behind(chunks, 0);
  let at = position;
  while (rest.length > 0) {
    const { bytesWritten } = await writevCall(descriptor, rest, at);
    checkProgress(bytesWritten);
    at += bytesWritten;
    rest = behind(rest, bytesWritten);
  }
}

/** The same, on the event loop: see {@link Pace}. */
export function writeAtOnce(
  descriptor: number,
  chunks: readonly Uint8Array[],
  position: number,
): void {
  let rest = behind(chunks, 0);
  let at = position;
  while (rest.length > 0) {
    const bytesWritten = writevSync(descriptor, rest, at);
    checkProgress(bytesWritten);
    at += bytesWritten;
    rest = behind(rest, bytesWritten);
  }
}

function checkProgress(bytesWritten: number): void {
  if (bytesWritten === 0) throw new Failure('storage-failed', 'The disk takes no more bytes');
}

/** What is left of the chunks behind the first `count` bytes; no empty ones. */
export function behind(chunks: readonly Uint8Array[], count: number): Uint8Array[] {
  const rest: Uint8Array[] = [];
  let skip = count;
  for (const chunk of chunks) {
    if (chunk.length > skip) rest.push(skip > 0 ? chunk.subarray(skip) : chunk);
    skip = Math.max(0, skip - chunk.length);
  }
  return rest;
}
