import { randomFillSync } from 'node:crypto';
import { closeSync, existsSync, linkSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { MiB } from '../../src/base/size.ts';
import type { Server } from './servers.ts';

/** Makes a file of random bytes, unless it is there. @returns its path */
export function makeFile(folder: string, name: string, bytes: number): string {
  const path = join(folder, name);
  if (existsSync(path)) return path;
  const block = randomFillSync(Buffer.alloc(Math.min(bytes, 4 * MiB)));
  const file = openSync(path, 'wx', 0o644);
  try {
    for (let at = 0; at < bytes; at += block.length) {
      writeSync(file, block, 0, Math.min(block.length, bytes - at));
    }
  } finally {
    closeSync(file);
  }
  return path;
}

/** Gives a server the very same file, so that all of them send the same cached pages. */
export function offer(server: Server, file: string, name: string): void {
  linkSync(file, join(server.folder, name));
}
