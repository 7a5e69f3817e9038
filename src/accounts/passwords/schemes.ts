import { Failure } from '../../base/failure.ts';
import { argon2i, argon2id } from './argon2.ts';
import { bcryptScheme } from './bcrypt.ts';
import { apr1Scheme, md5CryptScheme } from './md5-crypt.ts';
import { md5Scheme } from './md5.ts';
import type { Scheme } from './scheme.ts';
import { scryptScheme } from './scrypt.ts';
import { sha256CryptScheme, sha512CryptScheme } from './sha-crypt.ts';
import { sha1Scheme } from './sha1.ts';

/** Every way in which a password may be stored; no two recognise the same string. */
export const SCHEMES: readonly Scheme[] = [
  argon2id,
  argon2i,
  scryptScheme,
  bcryptScheme,
  sha512CryptScheme,
  sha256CryptScheme,
  md5CryptScheme,
  apr1Scheme,
  sha1Scheme,
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

/** Why a string that a scheme knows costs too much to be checked; undefined if it does not. */
export function tooDear(text: string): string | undefined {
  const scheme = SCHEMES.find((one) => one.recognises(text));
  const reason = scheme?.tooDear(text);
  return reason === undefined ? undefined : `This ${scheme?.name} hash costs too much: ${reason}`;
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
  const reason = tooDear(text);
  if (reason !== undefined) throw new Failure('forbidden', reason);
  return scheme.name;
}
