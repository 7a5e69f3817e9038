import { join } from 'node:path';

/** Where a data folder has its records. */
export function recordsIn(data: string): string {
  return join(data, 'carryon.sqlite');
}
