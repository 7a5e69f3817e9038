import { join } from 'node:path';

/**
 * Runs once before all test files. They and the programs that they start load the same few hundred
 * modules again and again, each in a process of its own: a cache of what Node makes of them halves
 * the time that this takes.
 */
export function globalSetup(): void {
  const root = join(import.meta.dirname, '../..');
  process.env['NODE_COMPILE_CACHE'] ??= join(root, 'node_modules/.cache/compiled');
}
