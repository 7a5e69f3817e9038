import { digestOf, encodeGroups, mix, repeat, sameText } from './crypt.ts';
import type { Scheme } from './scheme.ts';

const ROUNDS = 1_000;

const GROUPS = [[0, 6, 12], [1, 7, 13], [2, 8, 14], [3, 9, 15], [4, 10, 5], [11]];

/** `$1$` of crypt(3), as FreeBSD 2 brought it (Poul-Henning Kamp, 1994). */
export const md5CryptScheme = scheme('md5-crypt', '$1$');

/** The same with a name of its own, as Apache's htpasswd makes it by default. */
export const apr1Scheme = scheme('apr1', '$apr1$');

function scheme(name: Scheme['name'], magic: string): Scheme {
  const pattern = new RegExp(`^${RegExp.escape(magic)}([!-#%-9;-~]{0,8})\\$([./0-9A-Za-z]{22})$`);
  return {
    name,
    runs: 'here',
    recognises: (stored) => pattern.test(stored),
    tooDear: () => undefined,
    isCurrent: () => false,
    verify(password, stored) {
      const [, salt = '', digest = ''] = pattern.exec(stored) ?? [];
      return sameText(md5Crypt(magic, password, Buffer.from(salt)), digest);
    },
  };
}

/** The 22 letters behind the last `$`. */
function md5Crypt(magic: string, password: Uint8Array, salt: Uint8Array): string {
  const inner = digestOf('md5', password, salt, password);
  // For each bit of the length, from the lowest: a zero byte, or the password's first one.
  const bits: Uint8Array[] = [];
  for (let length = password.length; length > 0; length >>= 1) {
    bits.push(length & 1 ? Buffer.of(0) : password.subarray(0, 1));
  }
  const start = digestOf(
    'md5',
    password,
    Buffer.from(magic),
    salt,
    repeat(inner, password.length),
    ...bits,
  );
  return encodeGroups(mix('md5', start, password, salt, ROUNDS), GROUPS);
}
