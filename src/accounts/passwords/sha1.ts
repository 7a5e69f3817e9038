import { hash } from 'node:crypto';

import { sameText } from './crypt.ts';
import type { Scheme } from './scheme.ts';

const PREFIX = '{SHA}';

/** The SHA-1 of the password in base64, without a salt, as `htpasswd -s` makes it (RFC 2307). */
export const sha1Scheme: Scheme = {
  name: 'sha1',
  runs: 'here',
  recognises: (stored) => /^\{SHA\}[A-Za-z0-9+/]{27}=$/.test(stored),
  tooDear: () => undefined,
  isCurrent: () => false,
  verify: (password, stored) => sameText(PREFIX + hash('sha1', password, 'base64'), stored),
};
