import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { Failure } from '../../base/failure.ts';

/**
 * Writes a consistent and durable copy of a database while others read and write.
 * @throws Failure `already-exists` if there is such a file
 */
export async function writeCopy(raw: DatabaseSync, file: string): Promise<void> {
  let copy: FileHandle;
  try {
    // Made here, so that nothing that exists is ever written over, and nobody else can read it.
    copy = await open(file, 'wx', 0o600);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    throw new Failure('already-exists', `There is a file ${file} already`, { cause: error });
  }
  try {
    raw.prepare('vacuum into ?').run(file);
    await copy.sync();
    await syncFolder(dirname(file));
  } finally {
    await copy.close();
  }
}

export async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, constants.O_RDONLY);
  await folder.sync();
}
