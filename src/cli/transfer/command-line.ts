import { basename, relative } from 'node:path';
import { hideLogin } from '../../base/hide-login.ts';
import { isAddress, parseAddress, formatAddress } from '../../client/address/address.ts';

/** The command that was typed, to be typed again: quoted for a shell, without passwords. */
export function commandLine(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const [, program = 'carryon', ...words] = argv;
  return [...howItIsCalled(program, env), ...words.map(withoutPassword)].map(quoted).join(' ');
}

function howItIsCalled(
  program: string,
  env: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  if (!program.endsWith('.ts')) return [basename(program)];
  if (env['npm_lifecycle_event'] === 'carryon') return ['npm', 'run', '-s', 'carryon', '--'];
  const path = relative(process.cwd(), program);
  return [process.argv0, path.startsWith('..') ? program : path];
}

function withoutPassword(word: string): string {
  if (!isAddress(word)) return word;
  try {
    const address = parseAddress(word);
    if (address.password === undefined) return word;
    const bare = formatAddress(address);
    // The path as it was typed: it may be a pattern.
    const path = /^[^/]*:\/\/[^/]*@[^/]*\/?(.*)$/s.exec(word)?.[1] ?? '';
    return bare + path;
  } catch {
    return hideLogin(word);
  }
}

/** As one word for a POSIX shell. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
