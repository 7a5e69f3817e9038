import { closeSync, constants, fsync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Held } from './confinement.ts';
import { osPath } from './os-path.ts';

const { O_DIRECTORY, O_RDONLY } = constants;

/**
 * Runs a change of the names in these folders and makes it durable. The folders are opened
 * before: a change that could not be made durable is not made.
 */
export async function durably<T>(
  folders: readonly Held[],
  change: () => T | Promise<T>,
): Promise<T> {
  const descriptors: number[] = [];
  try {
    for (const folder of folders) descriptors.push(folder.open(O_RDONLY | O_DIRECTORY));
    const result = await change();
    for (const descriptor of descriptors) await promisify(fsync)(descriptor);
    for (const folder of folders) folder.confirm();
    return result;
  } finally {
    for (const descriptor of descriptors) closeSync(descriptor);
  }
}

/** Makes a folder and those above it, durably, unless it is there. @returns its absolute path */
export function makeFolders(location: string, mode: number): string {
  const path = resolve(location);
  const first = mkdirSync(osPath(path), { recursive: true, mode });
  if (first === undefined) return path;
  const top = dirname(resolve(first));
  let made = path;
  do {
    made = dirname(made);
    syncFolder(made);
  } while (made.length > top.length);
  return path;
}

function syncFolder(path: string): void {
  const descriptor = openSync(osPath(path), O_RDONLY | O_DIRECTORY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
