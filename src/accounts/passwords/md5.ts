import { hash } from 'node:crypto';

import { sameText } from './crypt.ts';
import type { Scheme } from './scheme.ts';

/** The MD5 of the password in 32 hexadecimal digits, without a salt, as many web shops kept it. */
export const md5Scheme: Scheme = {
  name: 'md5',
  runs: 'here',
  recognises: (stored) => /^[0-9a-f]{32}$/i.test(stored),
  tooDear: () => undefined,
  isCurrent: () => false,
  verify: (password, stored) => sameText(hash('md5', password), stored.toLowerCase()),
};
