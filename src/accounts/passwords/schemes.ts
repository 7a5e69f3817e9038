import { Failure } from '../../base/failure.ts';
import { argon2id } from './argon2id.ts';
import { bcryptScheme } from './bcrypt.ts';
import { md5CryptScheme } from './md5-crypt.ts';
import { md5Scheme } from './md5.ts';
import type { Scheme } from './scheme.ts';
import { sha512CryptScheme } from './sha512-crypt.ts';

/** Every way in which a password may be stored; no two recognise the same string. */
export const SCHEMES: readonly Scheme[] = [
  argon2id,
  bcryptScheme,
  sha512CryptScheme,
  md5CryptScheme,
  md5Scheme,
];

/** The scheme that can verify this string; undefined if none knows it or it costs too much. */
export function usableScheme(stored: string): Scheme | undefined {
  const scheme = SCHEMES.find((one) => one.recognises(stored));
  return scheme?.tooDear(stored) === undefined ? scheme : undefined;
}

/** True if a login could be verified against this string. */
export function isStoredPassword(text: string): boolean {
  return usableScheme(text) !== undefined;
}

/**
 * The name of the scheme of a string that is to be imported.
 * @throws Failure `forbidden` if no scheme knows it, or if verifying it would cost too much.
 */
export function describeStored(text: string): Scheme['name'] {
  const scheme = SCHEMES.find((one) => one.recognises(text));
  if (scheme === undefined) {
    const names = SCHEMES.map((one) => one.name).join(', ');
    throw new Failure('forbidden', `This is not a password hash of a known kind (${names})`);
  }
  const reason = scheme.tooDear(text);
  if (reason !== undefined) {
    throw new Failure('forbidden', `This ${scheme.name} hash costs too much: ${reason}`);
  }
  return scheme.name;
}
