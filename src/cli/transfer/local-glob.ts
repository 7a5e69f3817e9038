import { glob } from 'node:fs/promises';
import { isThere } from '../../client/local/durable.ts';

/**
 * Local names as they were typed, patterns among them filled in: on systems whose shell leaves that
 * to programs, and where a pattern was quoted. A file that has this very name is that file.
 */
export async function expandLocal(words: readonly string[]): Promise<string[]> {
  const names: string[] = [];
  for (const word of words) {
    const isName = word === '-' || !/[*?[{]/.test(word) || (await isThere(word));
    const found = isName ? [word] : await matches(word);
    // What fits nothing is missing under the name that was typed.
    names.push(...(found.length > 0 ? found : [word]));
  }
  return names;
}

async function matches(pattern: string): Promise<string[]> {
  const found: string[] = [];
  for await (const name of glob(pattern)) found.push(name);
  return found.toSorted((one, other) => (one < other ? -1 : 1));
}
