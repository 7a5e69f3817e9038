import { lstatSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { comparable } from '../../base/name.ts';
import { isAscii } from './hidden.ts';
import { errnoOf } from './os-failure.ts';
import { osPath, within } from './os-path.ts';

/**
 * The spelling under which `folder` holds this name: as it was asked for, else the one that is the
 * same text in Unicode (macOS composes no characters: what it calls é is e and an accent).
 * As asked for if there is neither, which is then the name that a new entry gets.
 */
export async function spelling(folder: string, name: string): Promise<string> {
  if (isAscii(name) || !name.isWellFormed() || exists(folder, name)) return name;
  const composed = comparable(name);
  const decomposed = name.normalize('NFD');
  // Most scripts have nothing to compose; for them a new name costs no look at the whole folder.
  if (composed === decomposed) return name;
  for (const form of [composed, decomposed]) if (exists(folder, form)) return form;
  return (await scan(folder, composed)) ?? name;
}

/** Finds what is composed in part only. */
async function scan(folder: string, composed: string): Promise<string | undefined> {
  const names = await readdir(osPath(folder));
  const twin = names.find((name) => !isAscii(name) && comparable(name) === composed);
  return twin !== undefined && exists(folder, twin) ? twin : undefined;
}

function exists(folder: string, name: string): boolean {
  try {
    return lstatSync(osPath(within(folder, name)), { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    // The other form of a long name may be longer than any name.
    if (errnoOf(error) === 'ENAMETOOLONG') return false;
    throw error;
  }
}
