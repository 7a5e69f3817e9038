import { encodeName } from '../../base/name.ts';

/**
 * A path as calls of `node:fs` take it: the string itself where it says the bytes exactly, else the
 * bytes (a name that is not UTF-8).
 */
export function osPath(path: string): string | Buffer {
  return path.isWellFormed() ? path : encodeName(path);
}

/** True if a call of the operating system failed in one of these ways (`ENOENT`, …). */
export function failedWith(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
