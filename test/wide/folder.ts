import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';

/** Makes a folder with so many empty files, `file-0000000` and on. */
export function makeWide(folder: string, count: number): void {
  mkdirSync(folder, { recursive: true });
  for (let index = 0; index < count; index += 1) {
    closeSync(openSync(join(folder, `file-${String(index).padStart(7, '0')}`), 'w'));
  }
}
