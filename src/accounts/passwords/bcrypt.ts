import { isUtf8 } from 'node:buffer';

import { hashSync } from 'bcryptjs';

import { sameText } from './crypt.ts';
import type { Scheme } from './scheme.ts';

/** The highest cost that a stored hash may have: two seconds of one core; each more doubles it. */
export const MAX_BCRYPT_COST = 14;

/** Algorithm and cost, then 16 bytes of salt and 23 of hash in bcrypt's own base64. */
const PATTERN = /^(\$2[aby]\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{22})[./A-Za-z0-9]{31}$/;

/** bcrypt; `$2a$`, `$2b$` and `$2y$` name the same sound algorithm (`$2x$`, the unsound, is refused). */
export const bcryptScheme: Scheme = {
  name: 'bcrypt',
  runs: 'here',
  recognises: (stored) => PATTERN.test(stored),
  tooDear(stored) {
    const cost = Number(PATTERN.exec(stored)?.[2]);
    return cost > MAX_BCRYPT_COST
      ? `cost ${cost}, where at most ${MAX_BCRYPT_COST} is accepted`
      : undefined;
  },
  isCurrent: () => false,
  verify(password, stored) {
    // The library takes text only. And it reads a password over and over with a NUL between, so
    // that "ab" and "ab\0ab" are one; a password set through a C string never held a NUL.
    if (!isUtf8(password) || password.includes(0)) return false;
    const [, salt = ''] = PATTERN.exec(stored) ?? [];
    return sameText(hashSync(Buffer.from(password).toString(), salt), stored);
  },
};
