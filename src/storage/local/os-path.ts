import { decodeName, encodeName } from '../../base/name.ts';

/** A path as calls of `node:fs` take it. */
export type OsPath = string | Buffer;

/**
 * A path of the operating system from one in this program's spelling of names: the string itself
 * where it says the bytes exactly, the bytes where it cannot (a name that is not UTF-8).
 */
export function osPath(path: string): OsPath {
  return path.isWellFormed() ? path : encodeName(path);
}

/** What a call of `node:fs` gave for `encoding: 'buffer'`, in this program's spelling of names. */
export function fromOs(bytes: Uint8Array): string {
  return decodeName(bytes);
}

/** The path of `name` in `folder`; both in this program's spelling. */
export function within(folder: string, name: string): string {
  return folder.endsWith('/') ? folder + name : `${folder}/${name}`;
}
