import { lstatSync } from 'node:fs';
import { decodeName, encodeName } from '../../base/name.ts';
import { factsOf, type FactsTable } from './facts.ts';
import { osPath, within } from './os-path.ts';

/** Looks at the names from `start` to before `end`, and writes what has them into their rows. */
export function lookAtNames(
  folder: string,
  names: readonly string[],
  facts: FactsTable,
  start = 0,
  end = names.length,
): void {
  for (let row = start; row < end; row += 1) {
    const path = osPath(within(folder, names[row] ?? ''));
    const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    facts.set(row, stats && factsOf(stats));
  }
}

/** What no name contains. */
const BETWEEN = '/';

/** Names of a folder, at least one, as one piece of memory. */
export function packNames(names: readonly string[]): Uint8Array {
  return encodeName(names.join(BETWEEN));
}

export function unpackNames(packed: Uint8Array): string[] {
  return decodeName(packed).split(BETWEEN);
}
