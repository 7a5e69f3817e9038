import { closeSync, constants, fchmodSync, futimesSync, openSync } from 'node:fs';
import type { WholeFile } from '../store.ts';
import { writeAtOnce } from './bytes.ts';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_RDWR } = constants;

/** What a staged file is opened with when it is new; the kernel takes the umask off the mode. */
export const NEW_FILE = { flags: O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW, mode: 0o666 } as const;

/** Makes a file and all that is in it, not durable yet. @returns a descriptor, the caller's to close */
export function makeFile(path: string, { content, mode, modified }: WholeFile): number {
  const descriptor = openSync(path, NEW_FILE.flags, NEW_FILE.mode);
  try {
    if (mode !== undefined) fchmodSync(descriptor, mode & 0o777);
    writeAtOnce(descriptor, content, 0);
    if (modified !== undefined) futimesSync(descriptor, modified / 1000, modified / 1000);
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}
