import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { TransferFailure } from '../transfer-failure.ts';
import { type Netrc, parseNetrc } from './netrc.ts';

/** Where a .netrc is looked for, and whether it has to be there. */
export interface NetrcLocation {
  readonly file: string;
  readonly isRequired: boolean;
}

/** The file that was named, else the one that the variable NETRC names, else ~/.netrc. */
export function netrcLocation(
  named: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): NetrcLocation {
  const file = named ?? (env['NETRC'] || undefined);
  if (file !== undefined) return { file, isRequired: true };
  return { file: join(env['HOME'] || homedir(), '.netrc'), isRequired: false };
}

/**
 * Reads a .netrc; what is wrong with it is told to `warn`.
 * @returns nothing if there is none
 * @throws TransferFailure `local-failed` if one was named and cannot be read
 */
export async function readNetrc(
  { file, isRequired }: NetrcLocation,
  warn: (sentence: string) => void,
): Promise<Netrc | undefined> {
  let text: string;
  let mode: number;
  try {
    text = await readFile(file, 'utf8');
    ({ mode } = await stat(file));
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (isMissing && !isRequired) return undefined;
    const sentence = `${file} cannot be read`;
    if (isRequired) throw new TransferFailure('local-failed', sentence, { cause: error });
    warn(sentence);
    return undefined;
  }
  const netrc = parseNetrc(text);
  // Elsewhere than on POSIX systems the mode says nothing about who may read.
  const isOpen = process.platform !== 'win32' && (mode & 0o077) !== 0;
  const holdsPassword = netrc.entries.some(({ password }) => password !== undefined);
  if (isOpen && holdsPassword) {
    warn(`others on this machine may read the passwords in ${file}: chmod 600 ${file}`);
  }
  for (const complaint of netrc.complaints) warn(`${file}: ${complaint}`);
  return netrc;
}
