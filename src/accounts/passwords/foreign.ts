import { isStoredPassword, tooDear } from './schemes.ts';

/** How strings look that others store and that nobody can be let in by here. */
const KINDS: readonly (readonly [looks: RegExp, kind: string])[] = [
  [/^$/, 'there is no password'],
  [/^[!*]/, 'the password is locked there'],
  [/^\$y\$/, 'yescrypt cannot be checked here'],
  [/^\$gy\$/, 'gost-yescrypt cannot be checked here'],
  [/^\$2x\$/, 'bcrypt 2x, which is unsound, is not checked here'],
  [/^\$3\$/, 'NT hashes cannot be checked here'],
  [/^\$md5/, 'SunMD5 cannot be checked here'],
  [/^\$argon2/, 'this version of argon2 cannot be checked here'],
  [/^\{[A-Za-z0-9-]+\}/, 'this kind of LDAP password cannot be checked here'],
  [/^_[./0-9A-Za-z]{19}$/, 'BSDi DES cannot be checked here'],
  [/^[./0-9A-Za-z]{13}$/, 'DES crypt, or a password in the clear, is not taken'],
  [/^\$/, 'this kind of hash is not known here'],
];

/** Why this string cannot be imported, in a few words; undefined if it can. */
export function whyNotImported(text: string): string | undefined {
  if (isStoredPassword(text)) return undefined;
  const [, kind] = KINDS.find(([looks]) => looks.test(text)) ?? [];
  return tooDear(text) ?? kind ?? 'this is no hash, and passwords in the clear are not taken';
}
