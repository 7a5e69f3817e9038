import { type ScryptOptions, scrypt } from 'node:crypto';

import { ALPHABET, encodeGroups, sameText } from './crypt.ts';
import type { Scheme } from './scheme.ts';

/** The most memory that a stored hash may ask for, in bytes. */
export const MAX_SCRYPT_MEMORY = 256 * 1024 * 1024;

/** The most memory times lanes: about four seconds of one core. */
const MAX_SCRYPT_WORK = 4 * MAX_SCRYPT_MEMORY;

const TAG_BYTES = 32;

/** `$7$`, log2 N in one letter, r and p in five each, the salt as it is, and the hash. */
const PATTERN =
  /^\$7\$([./0-9A-Za-z])([./0-9A-Za-z]{5})([./0-9A-Za-z]{5})([!-#%-9;-~]{0,43})\$([./0-9A-Za-z]{43})$/;

/** The bytes of the hash, three at a time from the lowest. */
const GROUPS = [
  ...Array.from({ length: 10 }, (_, at) => [3 * at + 2, 3 * at + 1, 3 * at]),
  [31, 30],
];

interface Cost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** `$7$` of libsodium, with which older versions of pure-pw wrote passwords, and of libxcrypt. */
export const scryptScheme: Scheme = {
  name: 'scrypt',
  runs: 'pool',
  recognises(stored) {
    const { N, r, p } = costOf(stored);
    return N > 1 && r > 0 && p > 0;
  },
  tooDear(stored) {
    const { N, r, p } = costOf(stored);
    const memory = 128 * N * r;
    if (memory > MAX_SCRYPT_MEMORY) {
      return `memory ${memory} bytes, where at most ${MAX_SCRYPT_MEMORY} are accepted`;
    }
    return memory * p > MAX_SCRYPT_WORK ? `${p} lanes of ${memory} bytes` : undefined;
  },
  isCurrent: () => false,
  async verify(password, stored) {
    const [, , , , salt = '', digest = ''] = PATTERN.exec(stored) ?? [];
    const cost = costOf(stored);
    // Node's own limit must not come before ours, and counts some more than the table itself.
    const maxmem = 2 * 128 * (cost.N + cost.p) * cost.r;
    const tag = await derive(password, Buffer.from(salt), { ...cost, maxmem });
    return sameText(encodeGroups(tag, GROUPS), digest);
  },
};

function costOf(stored: string): Cost {
  const [, power = '', r = '', p = ''] = PATTERN.exec(stored) ?? [];
  return { N: power === '' ? 0 : 2 ** numberIn(power), r: numberIn(r), p: numberIn(p) };
}

/** The least significant letter comes first. */
function numberIn(letters: string): number {
  return Array.from(letters).reduceRight((sum, letter) => sum * 64 + ALPHABET.indexOf(letter), 0);
}

function derive(password: Uint8Array, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, TAG_BYTES, options, (error, tag) =>
      error === null ? resolve(tag) : reject(error),
    );
  });
}
